package autograd_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// residual builds x → linear → y, y + linear(y) → sum → cross-entropy: two
// gradients meet at y.
func residual(t *testing.T) (m *autograd.Machine, x, loss, scores *autograd.Node, params []*autograd.Node, arrays [][]float32) {
	t.Helper()
	g := autograd.NewGraph()
	r := rand.New(rand.NewPCG(1, 1))
	x = g.Input("x", model.Shape{4})
	for range 2 {
		data := make([]float32, 16)
		for i := range data {
			data[i] = float32(r.NormFloat64())
		}
		arrays = append(arrays, data)
		params = append(params, g.Param("w", tensor.New(tensor.WithShape(4, 4), tensor.WithBacking(data)), true))
	}
	must := func(n *autograd.Node, err error) *autograd.Node {
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	y := must(g.Apply("first", &autograd.Linear{}, x, params[0]))
	z := must(g.Apply("second", &autograd.Linear{}, y, params[1]))
	sum := must(g.Apply("join", &autograd.Add{}, y, z))
	scores = must(g.Apply("readout", &autograd.Readout{Kind: "sum"}, sum))
	loss = must(g.Apply("loss", &autograd.CrossEntropy{}, scores))
	m, err := g.Compile(loss, scores)
	if err != nil {
		t.Fatal(err)
	}
	m.Context.Pool = par.New(2)
	return m, x, loss, scores, params, arrays
}

func randomInput(steps, batch int) *autograd.Value {
	r := rand.New(rand.NewPCG(uint64(steps), uint64(batch)))
	s := signal.NewAnalog(steps, batch, []int{4}, false)
	for i := range s.F {
		s.F[i] = float32(r.NormFloat64())
	}
	return &autograd.Value{Signal: s}
}

// TestGradientsThatMeetAreAdded also changes batch and steps from run to run
// on one graph.
func TestGradientsThatMeetAreAdded(t *testing.T) {
	m, x, loss, _, params, arrays := residual(t)
	for _, extent := range [][2]int{{3, 2}, {3, 5}, {7, 1}, {3, 2}} {
		m.Set(x, randomInput(extent[0], extent[1]))
		m.Context.Labels = make([]int, extent[1])
		if err := m.Step(); err != nil {
			t.Fatal(err)
		}
		for p, array := range arrays {
			got := append([]float32(nil), m.Grad(params[p])...)
			want := make([]float64, len(array))
			for i := range array {
				const h = 1e-2
				at := func(v float32) float64 {
					old := array[i]
					array[i] = v
					defer func() { array[i] = old }()
					if err := m.Step(); err != nil {
						t.Fatal(err)
					}
					return m.Value(loss).Scalar
				}
				high, low := at(array[i]+h), at(array[i]-h)
				want[i] = (high - low) / (2 * h)
			}
			if e := testkit.RelError(got, want); e > 2e-2 {
				t.Errorf("T=%d B=%d: gradient of parameter %d is %.3g from its differences", extent[0], extent[1], p, e)
			}
		}
	}
}

func TestGradientsDoNotAddUpBetweenRuns(t *testing.T) {
	m, x, _, _, params, _ := residual(t)
	m.Set(x, randomInput(3, 2))
	m.Context.Labels = []int{0, 1}
	var first []float32
	for run := range 3 {
		if err := m.Step(); err != nil {
			t.Fatal(err)
		}
		if err := m.Forward(); err != nil {
			t.Fatal(err)
		}
		if run == 0 {
			first = append(first, m.Grad(params[0])...)
			continue
		}
		for i, v := range m.Grad(params[0]) {
			if v != first[i] {
				t.Fatalf("run %d: gradient %d is %v, was %v", run+1, i, v, first[i])
			}
		}
	}
}

func TestNonFiniteNamesTheFirstLayer(t *testing.T) {
	m, x, _, _, _, arrays := residual(t)
	arrays[1][0] = float32(math.Inf(1))
	m.Set(x, randomInput(3, 2))
	m.Context.Labels = []int{0, 1}
	if err := m.Step(); err != nil {
		t.Fatal(err)
	}
	if name, found := m.NonFinite(); !found || name != "second" {
		t.Errorf("first layer that is not finite: %q (%v), want second", name, found)
	}
}

func TestFaultsOfGraphs(t *testing.T) {
	g := autograd.NewGraph()
	x := g.Input("x", model.Shape{4})
	w := g.Param("w", tensor.New(tensor.WithShape(3, 2), tensor.WithBacking(make([]float32, 6))), false)
	if _, err := g.Apply("fc", &autograd.Linear{}, x, w); err == nil || !strings.Contains(err.Error(), "fc: linear: inputs") {
		t.Errorf("shapes that do not fit: %v", err)
	}
	s, err := g.Apply("loss", &autograd.CrossEntropy{}, x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Compile(s); err == nil || !strings.Contains(err.Error(), "nothing to learn") {
		t.Errorf("nothing to learn: %v", err)
	}
	m, err := g.Compile(nil, s)
	if err != nil {
		t.Fatal(err)
	}
	m.Set(x, randomInput(1, 2))
	m.Context.Labels = []int{0, 9}
	if err := m.Forward(); err == nil || !strings.Contains(err.Error(), "label 9 of sample 1 is outside the network's 4 outputs") {
		t.Errorf("label out of range: %v", err)
	}
	m.Context.Labels = []int{0}
	if err := m.Forward(); err == nil || !strings.Contains(err.Error(), "1 labels for 2 samples") {
		t.Errorf("too few labels: %v", err)
	}
}

// TestDropout: one mask a sample for all steps, keyed by the sample alone.
func TestDropout(t *testing.T) {
	const n = 2000
	x := signal.NewAnalog(4, 2, []int{n}, false)
	for i := range x.F {
		x.F[i] = 1
	}
	run := func(train bool, keys ...uint64) *signal.Signal {
		op := &autograd.Dropout{Name: "d", P: 0.25}
		out, err := op.Forward(&autograd.Context{Train: train, Keys: keys}, []*autograd.Value{{Signal: x}})
		if err != nil {
			t.Fatal(err)
		}
		return out.Signal
	}
	y := run(true, 5, 6)
	kept := 0
	for i := range n {
		for b := range 2 {
			v := y.Row(b)[i]
			if v != 0 && math.Abs(float64(v)-1/0.75) > 1e-6 {
				t.Fatalf("kept value is %v, want 1/(1−p)", v)
			}
			for step := 1; step < 4; step++ {
				if y.Row(step*2 + b)[i] != v {
					t.Fatalf("mask of sample %d changes at step %d", b, step)
				}
			}
		}
		if y.Row(0)[i] != 0 {
			kept++
		}
	}
	if share := float64(kept) / n; math.Abs(share-0.75) > 0.04 {
		t.Errorf("kept %v of the values, want 0.75", share)
	}
	swapped := run(true, 6, 5)
	for i := range n {
		if swapped.Row(0)[i] != y.Row(1)[i] {
			t.Fatal("the mask of a sample depends on its place in the batch")
		}
	}
	if run(false) != x {
		t.Error("dropout changes values outside training")
	}
}

func TestBatchNormOutsideTrainingUsesRunningStatistics(t *testing.T) {
	op := &autograd.BatchNorm{Eps: 0, Momentum: 0.1, Mean: []float32{2}, Var: []float32{4}}
	x := signal.NewAnalog(1, 1, []int{1}, false)
	x.F[0] = 6
	out, err := op.Forward(&autograd.Context{}, []*autograd.Value{{Signal: x}, {Param: []float32{3}}, {Param: []float32{1}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.Signal.F[0]; got != 7 { // (6 − 2)/2·3 + 1
		t.Errorf("got %v, want 7", got)
	}
	if op.Mean[0] != 2 || op.Var[0] != 4 {
		t.Error("running statistics moved outside training")
	}
}

// TestOverwriteGivesTheSameGradient writes dL/dx over x.
func TestOverwriteGivesTheSameGradient(t *testing.T) {
	layer := neuron.Layer{
		Rules: model.Rules{Fire: model.FireAbove, MaxSpikes: 1, Reset: model.ResetSubtract, ResetAt: model.ResetAtSpike, MemDecay: model.DecayBeta, Gain: model.GainUnit},
		Shape: model.Shape{70}, Dt: 1, Values: map[string][]float32{"beta": {0.9}}, Surrogate: model.SurrogateSpec{Kind: "atan"},
	}
	for _, learn := range []map[string]bool{nil, {"beta": true}} { // the kernels, and the row operations
		layer.Learn = learn
		var dx [2][]float32
		for i, overwrite := range []bool{false, true} {
			kind, err := neuron.Builtin().Get("lif")
			if err != nil {
				t.Fatal(err)
			}
			cell, err := kind.New(layer)
			if err != nil {
				t.Fatal(err)
			}
			op := &autograd.Neuron{Rules: layer.Rules, Cell: cell, Output: model.OutputSpikes, Overwrite: overwrite}
			x, g := signal.NewAnalog(9, 2, []int{70}, false), signal.NewAnalog(9, 2, []int{70}, false)
			r := rand.New(rand.NewPCG(1, 2))
			for k := range x.F {
				x.F[k], g.F[k] = float32(r.NormFloat64()), float32(r.NormFloat64())
			}
			op.Names = []string{"beta"}
			c, in := &autograd.Context{Pool: par.New(2)}, []*autograd.Value{{Signal: x}, {Param: layer.Values["beta"]}}
			if _, err := op.Forward(c, in); err != nil {
				t.Fatal(err)
			}
			back, err := op.Backward(c, in, nil, &autograd.Value{Signal: g}, []bool{true, learn != nil})
			if err != nil {
				t.Fatal(err)
			}
			dx[i] = append([]float32(nil), back[0].Signal.F...)
			if overwritten := &back[0].Signal.F[0] == &x.F[0]; overwritten != overwrite {
				t.Errorf("overwritten: %v, want %v", overwritten, overwrite)
			}
		}
		if !slices.Equal(dx[0], dx[1]) {
			t.Errorf("learn %v: the gradients differ", learn)
		}
	}
}
