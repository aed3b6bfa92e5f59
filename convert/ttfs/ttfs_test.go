package ttfs_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// chain is a network of layers one behind the other.
func chain(input model.Shape, ops ...model.Op) *model.Network {
	n, at := &model.Network{Input: input, Dt: 1}, model.InputName
	for i, op := range ops {
		name := fmt.Sprintf("%s%d", op.Kind(), i)
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: op, Inputs: []string{at}})
		at = name
	}
	return n
}

func values(shape model.Shape, rows ...[]float32) *signal.Signal {
	x := signal.NewAnalog(1, len(rows), shape, false)
	for b, row := range rows {
		copy(x.Row(b), row)
	}
	return x
}

func linear(out int, weights ...float32) *model.Linear {
	l := model.NewLinear(len(weights)/out, out, false)
	copy(l.Weight.Data, weights)
	return l
}

var relu = &model.Rectifier{Func: model.ReLU}

func converted(t *testing.T, n *model.Network, o ttfs.Options) *ttfs.Result {
	t.Helper()
	r, err := ttfs.Convert(n, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func simulator(t *testing.T, n *model.Network) *ttfs.Simulator {
	t.Helper()
	s, err := ttfs.New(n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTimesAreActivations: a spike comes its activation before the end of its
// window; what is zero or negative never fires, what is too large fires at the
// start of the window and is counted.
func TestTimesAreActivations(t *testing.T) {
	n := chain(model.Shape{2}, linear(4, 1, 0, 0, 1, 1, -1, -1, -1), relu, linear(1, 1, 1, 1, 1))
	x := values(n.Input, []float32{0, 0}, []float32{0, 0}, []float32{4, 2}, []float32{4, 2})
	r := converted(t, n, ttfs.Options{Samples: x, Margin: 1})
	sim := simulator(t, r.Network)
	op := r.Network.Node("relu1").Op.(*model.FirstSpike)
	if op.TMin != 4 || op.TMax != 8 {
		t.Fatalf("the window is %v to %v, want 4 to 8: inputs end at 4, the largest activation is 4", op.TMin, op.TMax)
	}
	never := math.Inf(1)
	for _, c := range []struct {
		x         []float32
		inputs    []float64
		neurons   []float64
		score     float64
		saturated int
	}{
		{[]float32{4, 2}, []float64{0, 2}, []float64{4, 6, 6, never}, 8, 0},
		{[]float32{1, 0}, []float64{3, never}, []float64{7, never, 7, never}, 2, 0},
		{[]float32{0, 0}, []float64{never, never}, []float64{never, never, never, never}, 0, 0},
		{[]float32{-3, 3}, []float64{never, 1}, []float64{never, 5, never, never}, 3, 0}, // below the floor of the inputs seen
		{[]float32{5, 0}, []float64{0, never}, []float64{4, never, 4, never}, 8, 1},      // above their ceiling
	} {
		in := values(n.Input, c.x)
		times, err := sim.Times(in, 0)
		if err != nil {
			t.Fatal(err)
		}
		got, did, err := sim.Run(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		saturated := 0
		for _, a := range did {
			saturated += a.Saturated
		}
		if d := cmp.Diff(map[string][]float64{"input.spikes": c.inputs, "relu1": c.neurons}, times); d != "" {
			t.Errorf("%v: %s", c.x, d)
		}
		if got[0] != c.score || saturated != c.saturated {
			t.Errorf("%v: score %v, %d saturated, want %v and %d", c.x, got[0], saturated, c.score, c.saturated)
		}
	}
}

// TestClipIsAWindow: the upper limit of a clip is the start of a window, not saturation.
func TestClipIsAWindow(t *testing.T) {
	n := chain(model.Shape{1}, linear(1, 1), &model.Rectifier{Func: model.Clip, High: 6}, linear(1, 1))
	x := values(n.Input, []float32{0}, []float32{0}, []float32{9}, []float32{9})
	sim := simulator(t, converted(t, n, ttfs.Options{Samples: x}).Network)
	got, did, err := sim.Run(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float64{0, 0, 6, 6}, got); d != "" {
		t.Error(d)
	}
	for _, a := range did {
		if a.Saturated != 0 {
			t.Errorf("%s: %d saturated", a.Layer, a.Saturated)
		}
	}
}

// TestTimeBits: times of few bits lie on a grid, to the nearest.
func TestTimeBits(t *testing.T) {
	n := chain(model.Shape{1}, linear(1, 1), relu, linear(1, 1))
	x := values(n.Input, []float32{0}, []float32{0}, []float32{8}, []float32{8})
	r := converted(t, n, ttfs.Options{Samples: x, Margin: 1, TimeBits: 3})
	got, _, err := simulator(t, r.Network).Run(values(n.Input, []float32{0.49}, []float32{0.5}, []float32{3.4}, []float32{8}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float64{0, 1, 3, 8}, got); d != "" {
		t.Error(d)
	}
	if _, err := layers.Compile(r.Network, layers.Options{}); err == nil || !strings.Contains(err.Error(), "times of 3 bits") {
		t.Errorf("the graph does not compute with bits of time, but says %v", err)
	}
}

// deep has a residual branch, pools of both kinds and a batch norm behind neurons.
func deep() *model.Network {
	r := rand.New(rand.NewPCG(5, 6))
	fill := func(t *model.Tensor) {
		for i := range t.Data {
			t.Data[i] = float32(r.NormFloat64()) / 3
		}
	}
	conv := func(in int) *model.Conv2d {
		c := (&model.Conv2d{In: in, Out: 6, Kernel: [2]int{3, 3}, Stride: [2]int{1, 1}, Padding: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1, HasBias: true}).Alloc()
		fill(c.Weight)
		fill(c.Bias)
		return c
	}
	norm := (&model.BatchNorm{Channels: 6, Eps: 1e-5}).Alloc()
	fill(norm.Bias)
	l := model.NewLinear(96, 10, true)
	fill(l.Weight)
	return &model.Network{Input: model.Shape{2, 8, 8}, Dt: 1, Nodes: []model.Node{
		{Name: "c1", Op: conv(2), Inputs: []string{"input"}},
		{Name: "r1", Op: relu, Inputs: []string{"c1"}},
		{Name: "n1", Op: norm, Inputs: []string{"r1"}},
		{Name: "c2", Op: conv(6), Inputs: []string{"n1"}},
		{Name: "sum", Op: &model.Add{}, Inputs: []string{"c2", "n1"}},
		{Name: "r2", Op: relu, Inputs: []string{"sum"}},
		{Name: "p", Op: &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}, Inputs: []string{"r2"}},
		{Name: "f", Op: &model.Flatten{}, Inputs: []string{"p"}},
		{Name: "out", Op: l, Inputs: []string{"f"}},
	}}
}

// TestSameBits: threads, storage and what was run before change nothing.
func TestSameBits(t *testing.T) {
	n := deep()
	x := samples(rand.New(rand.NewPCG(1, 2)), 33, n.Input)
	r := converted(t, n, ttfs.Options{Samples: x, Pool: par.New(3)})
	raw, err := r.Network.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := converted(t, n, ttfs.Options{Samples: x}).Network.Encode()
	if err != nil || !slices.Equal(raw, again) {
		t.Errorf("another number of threads converts to another file (%v)", err)
	}
	stored, err := model.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	sim := simulator(t, r.Network)
	want, did, err := sim.Run(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*ttfs.Simulator{"again": sim, "from a file": simulator(t, stored)} {
		got, acts, err := s.Run(x, par.New(4))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) || !slices.Equal(acts, did) {
			t.Errorf("%s: other bits", name)
		}
	}
}

// TestGraphComputesTheSameValues: compiled as a graph, the network gives the
// simulation's scores in single precision.
func TestGraphComputesTheSameValues(t *testing.T) {
	n := deep()
	x := samples(rand.New(rand.NewPCG(1, 2)), 9, n.Input)
	r := converted(t, n, ttfs.Options{Samples: x})
	p, err := layers.Compile(r.Network, layers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	graph, err := p.Infer(layers.Input{X: x})
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := simulator(t, r.Network).Run(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if math.Abs(v-float64(graph.F[i])) > 2e-4 {
			t.Fatalf("score %d: %v, the graph gives %v", i, v, graph.F[i])
		}
	}
}

// TestCostFollowsTheSpikes: operations are those of the inputs that are not zero.
func TestCostFollowsTheSpikes(t *testing.T) {
	n := chain(model.Shape{4}, model.NewLinear(4, 7, false), relu, model.NewLinear(7, 3, false))
	x := values(n.Input, []float32{0, 0, 0, 0}, []float32{1, 1, 1, 1}, []float32{0, 1, 0, 0.5})
	_, did, err := simulator(t, converted(t, n, ttfs.Options{Samples: x}).Network).Run(values(n.Input, []float32{0, 1, 0, 0.5}), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, a := range did {
		got[a.Layer] = a.Operations
	}
	if d := cmp.Diff(map[string]float64{"input.spikes": 0, "linear0": 14, "relu1": 0, "linear2": 0}, got); d != "" {
		t.Error(d)
	}
}

func TestMapping(t *testing.T) {
	pool := &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}
	conv := (&model.Conv2d{In: 1, Out: 1, Kernel: [2]int{1, 1}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}).Alloc()
	conv.Weight.Data[0] = 1
	n := chain(model.Shape{1, 4, 4}, conv, pool, relu, pool, &model.Dropout{}, &model.Flatten{}, linear(2, 1, -1), &model.PReLU{Slope: model.Scalar(0.5)}, relu)
	r := converted(t, n, ttfs.Options{Samples: samples(rand.New(rand.NewPCG(1, 2)), 9, n.Input)})
	var got []string
	for _, e := range r.Layers {
		got = append(got, fmt.Sprintf("%s %s", e.Layer, e.Outcome))
	}
	want := []string{"input.spikes added", "conv2d0 kept", "max-pool1 mapped", "relu2 mapped", "max-pool3 mapped", "dropout4 folded", "flatten5 kept", "linear6 kept", "prelu7 mapped", "relu8 mapped"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	layers := 0
	for _, node := range r.Network.Nodes {
		if node.Op.Kind() == "ttfs" {
			layers++
		}
	}
	if layers != 5 { // input, before the first pool, two signs of the prelu, the last relu
		t.Errorf("%d layers of neurons, want 5", layers)
	}
}

func TestRefused(t *testing.T) {
	x := values(model.Shape{2}, []float32{1, 2})
	bad := linear(1, 1, float32(math.NaN()))
	early := chain(model.Shape{2}, &model.FirstSpike{TMax: 2}, linear(1, 1, 1), &model.FirstSpike{TMin: 1, TMax: 3})
	for _, c := range []struct {
		name string
		run  func() error
		want []string
	}{
		{"spiking and empty", func() error {
			_, err := ttfs.Convert(chain(model.Shape{2}, &model.Neuron{Model: "lif"}, &model.Rectifier{Func: model.Clip, Low: 1, High: 1}), ttfs.Options{Samples: x})
			return err
		}, []string{`layer "neuron0" (neuron): is a spiking neuron (lif)`, `layer "clip1" (clip): low 1 and high 1 leave one value`}},
		{"no samples", func() error {
			_, err := ttfs.Convert(chain(model.Shape{2}, relu), ttfs.Options{})
			return err
		}, []string{"calibration: has no samples"}},
		{"margin", func() error {
			_, err := ttfs.Convert(chain(model.Shape{2}, relu), ttfs.Options{Samples: x, Margin: 0.5})
			return err
		}, []string{"margin: 0.5 is below 1"}},
		{"other shape", func() error {
			_, err := ttfs.Convert(chain(model.Shape{3}, relu), ttfs.Options{Samples: x})
			return err
		}, []string{"calibration: is 2 over 1 steps, expected 3 values shown once"}},
		{"twice", func() error {
			_, err := ttfs.Convert(early, ttfs.Options{Samples: x})
			return err
		}, []string{`layer "ttfs0" (ttfs): the network is converted already`}},
		{"not a number", func() error {
			_, err := ttfs.Convert(chain(model.Shape{2}, bad, relu), ttfs.Options{Samples: x})
			return err
		}, []string{`layer "relu1" that are no numbers`}},
		{"early window", func() error {
			_, err := ttfs.New(early)
			return err
		}, []string{`layer "ttfs2" (ttfs): its window begins at 1, but spikes come until 2`}},
		{"no window", func() error {
			_, err := ttfs.New(chain(model.Shape{2}, &model.FirstSpike{TMin: 2, TMax: 2}))
			return err
		}, []string{"the window from t_min 2 to t_max 2 has no length"}},
		{"analog", func() error {
			_, err := ttfs.New(chain(model.Shape{2}, linear(1, 1, 1), &model.FirstSpike{TMax: 2}))
			return err
		}, []string{`layer "linear0" (linear): reads values that no neuron has turned into spikes`}},
		{"rectifier", func() error {
			_, err := ttfs.New(chain(model.Shape{2}, &model.FirstSpike{TMax: 2}, linear(1, 1, 1), relu))
			return err
		}, []string{`layer "relu2" (relu): has no form in spike times`}},
		{"largest of potentials", func() error {
			_, err := ttfs.New(chain(model.Shape{1, 2, 2}, &model.FirstSpike{TMax: 2}, &model.Scale{Factor: model.Scalar(-1)}, &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}))
			return err
		}, []string{`layer "max-pool2" (max-pool): takes the earliest of spikes`}},
		{"not a number later", func() error {
			sim := simulator(t, converted(t, chain(model.Shape{2}, relu, linear(1, 1, 1)), ttfs.Options{Samples: x}).Network)
			_, _, err := sim.Run(values(model.Shape{2}, []float32{1, 1}, []float32{float32(math.NaN()), 1}), nil)
			return err
		}, []string{`input: sample 1 of the batch leads to potentials in layer "input.spikes" that are no numbers`}},
	} {
		err := c.run()
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", c.name, err, want)
			}
		}
	}
}

// TestSpikesInOrder: by time, then by neuron, however they crowd.
func TestSpikesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 500).Draw(t, "n")
		grid := rapid.SampledFrom([]float64{0, 1, 7, 1e6}).Draw(t, "grid")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		times, neurons := make([]float64, n), make([]int32, n)
		for i := range times {
			times[i], neurons[i] = r.ExpFloat64(), int32(i)
			if grid > 0 {
				times[i] = math.Floor(times[i]*grid) / grid
			}
		}
		r.Shuffle(n, func(i, j int) { neurons[i], neurons[j] = neurons[j], neurons[i] })
		before := map[int32]float64{}
		for i, at := range neurons {
			before[at] = times[i]
		}
		ttfs.SortSpikes(times, neurons)
		for i, at := range neurons {
			if before[at] != times[i] {
				t.Fatalf("neuron %d has lost its time", at)
			}
			if i > 0 && (times[i] < times[i-1] || times[i] == times[i-1] && at < neurons[i-1]) {
				t.Fatalf("spike %d is out of order", i)
			}
		}
	})
}

// TestWeightBits: weights of few bits lie on a grid of their output channel, to
// the nearest, and the network that they come from stays as it was.
func TestWeightBits(t *testing.T) {
	x := values(model.Shape{3}, []float32{1, 0.5, 0.25})
	n := chain(x.Shape, linear(2, 0.7, -0.31, 0.1, 30, 16, -4), relu, linear(1, 1, 1))
	r := converted(t, n, ttfs.Options{Samples: x, WeightBits: 3})
	got := r.Network.Node("linear0").Op.(*model.Linear).Weight.Data
	third := float32(0.7) / 3 // ±3 steps a row
	want := []float32{3 * third, -third, 0, 30, 20, 0}
	for i, v := range got {
		if math.Abs(float64(v-want[i])) > 1e-6*math.Abs(float64(want[i])) {
			t.Errorf("weight %d is %v, want %v", i, v, want[i])
		}
	}
	if w := n.Node("linear0").Op.(*model.Linear).Weight.Data; w[1] != -0.31 {
		t.Error("the network that was converted has other weights now")
	}
	for _, bits := range []int{-1, 1, 25} {
		if _, err := ttfs.Convert(n, ttfs.Options{Samples: x, WeightBits: bits}); err == nil || !strings.Contains(err.Error(), "expected 2 to 24") {
			t.Errorf("%d bits: error %v", bits, err)
		}
	}
}
