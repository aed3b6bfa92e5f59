package neuron_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// goldenCase is one entry of neurons/index.json.
type goldenCase struct {
	Case      string   `json:"case"`
	File      string   `json:"file"`
	Framework string   `json:"framework"`
	Learnable []string `json:"learnable"`
}

// goldenLayer says how a recorded case is expressed here.
type goldenLayer struct {
	kind      string
	rules     func(r *model.Rules)
	dt        float64
	values    map[string]float64
	names     map[string]string // our parameter → the recorded one, when it is called something else
	surrogate model.SurrogateSpec
	scale     string // recorded factor on the spikes (graded spikes), which is a Scale layer here

	recurrence model.Recurrence
	weight     string // recorded recurrent weights
	byPre      bool   // they are (pre, post), else (post, pre)
	bias       string // recorded bias of the recurrent weights
	input      string // recorded weights (post, pre) between I and the layer, which are a Linear layer here
}

func TestGoldenNeurons(t *testing.T) {
	dir := testkit.GoldenDir(t, "neurons")
	var index struct {
		Cases []goldenCase `json:"cases"`
	}
	testkit.Index(t, dir, &index)
	tally := testkit.Tally{Folder: "neurons"}
	layers := goldenLayers()
	for _, c := range index.Cases {
		l, ok := layers[c.Case]
		if !ok {
			tally.Skip(c.Case)
			continue
		}
		tally.Run(t, c.Case, func(t *testing.T) { runGolden(t, dir, c, l) })
	}
	tally.Report(t)
}

func runGolden(t *testing.T, dir string, c goldenCase, l goldenLayer) {
	a := testkit.NPZ(t, filepath.Join(dir, c.File))
	steps, batch, n := a["I"].Shape[0], a["I"].Shape[1], a["I"].Shape[2]
	kind, err := neuron.Builtin().Get(l.kind)
	if err != nil {
		t.Fatal(err)
	}
	layer := neuron.Layer{Rules: kind.Rules, Surrogate: l.surrogate, Shape: model.Shape{n}, Dt: l.dt, Values: map[string][]float32{}, Learn: map[string]bool{}}
	if l.rules != nil {
		l.rules(&layer.Rules)
	}
	for name, v := range l.values {
		layer.Values[name] = []float32{float32(v)}
	}
	recorded := map[string]string{} // ours → theirs
	for _, p := range kind.Params(layer.Rules) {
		theirs := p.Name
		if other, ok := l.names[p.Name]; ok {
			theirs = other
		}
		if v, ok := a["p_"+theirs]; ok {
			layer.Values[p.Name] = v.F32()
		}
		if _, ok := a["d_"+theirs]; ok {
			recorded[p.Name] = theirs
			layer.Learn[p.Name] = true
		}
	}
	for ours, theirs := range map[string]string{neuron.RecurrentWeight: l.weight, neuron.RecurrentBias: l.bias} {
		if theirs != "" {
			layer.Values[ours], layer.Learn[ours], recorded[ours] = a["p_"+theirs].F32(), true, theirs
		}
	}
	layer.Recurrence = l.recurrence
	if l.recurrence == model.RecurrenceDense && !l.byPre {
		layer.Values[neuron.RecurrentWeight] = turned(layer.Values[neuron.RecurrentWeight], n)
	}
	wanted := 0
	for name, g := range a {
		if strings.HasPrefix(name, "d_") && !strings.HasSuffix(name, "_f64") && name != "d_"+l.scale && name != "d_"+l.input && !allZero(g.Data) {
			wanted++
		}
	}
	if wanted != len(recorded) {
		t.Fatalf("%d recorded parameter gradients, %d matched: %v", wanted, len(recorded), recorded)
	}
	if err := layer.Rules.Validate(); err != nil {
		t.Fatal(err)
	}
	cell, err := kind.New(layer)
	if err != nil {
		t.Fatal(err)
	}
	x := analog(a["I"].F32(), steps, batch, n)
	if l.input != "" {
		product(x.F, a["I"].F32(), turned(a["p_"+l.input].F32(), n), n)
	}
	v := signal.NewAnalog(steps, batch, []int{n}, false)
	var s *signal.Signal
	if layer.Rules.MaxSpikes == 1 {
		s = signal.NewSpikes(steps, batch, []int{n}, false)
	} else {
		s = signal.NewAnalog(steps, batch, []int{n}, false)
	}
	run := neuron.Run{Pool: par.New(2), X: x, V: v}
	if kind.Spiking {
		run.S = s
	}
	cell.Forward(&run)
	factor := float32(1)
	if l.scale != "" {
		factor = a["p_"+l.scale].F32()[0]
	}
	checkSpikes(t, s.Dense(nil), a["S"].Data, factor)
	distance := testkit.MaxError
	if l.recurrence == model.RecurrenceDense {
		distance = testkit.RelError // sums of a matrix product, in another order
	}
	if e := distance(v.F, a["V"].Data); e > potentialTolerance(c.Framework) {
		t.Errorf("membrane potential differs by %.3g", e)
	}

	run.DX = signal.NewAnalog(steps, batch, []int{n}, false)
	run.DV = analog(a["C"].F32(), steps, batch, n)
	run.DS = analog(a["A"].F32(), steps, batch, n)
	for i := range run.DS.F {
		run.DS.F[i] *= factor
	}
	run.Grads = map[string][]float32{}
	for ours := range recorded {
		run.Grads[ours] = make([]float32, len(layer.Values[ours]))
	}
	cell.Backward(&run)
	if l.recurrence == model.RecurrenceDense && !l.byPre {
		run.Grads[neuron.RecurrentWeight] = turned(run.Grads[neuron.RecurrentWeight], n)
	}
	if l.input != "" {
		weights := make([]float32, n*n) // Σ dL/dx·I
		for r := range steps * batch {
			for i, g := range run.DX.Row(r) {
				for k := range n {
					weights[i*n+k] += g * float32(a["I"].Data[r*n+k])
				}
			}
		}
		checkGradient(t, "dL/d "+l.input, weights, a, "d_"+l.input, 1e-5)
		product(run.DX.F, append([]float32(nil), run.DX.F...), a["p_"+l.input].F32(), n)
	}
	checkGradient(t, "dL/dI", run.DX.F, a, "dI", 1e-5)
	for ours, theirs := range recorded {
		checkGradient(t, "dL/d "+ours, run.Grads[ours], a, "d_"+theirs, gradientTolerance(c.Framework))
	}
}

// turned transposes an n×n matrix.
func turned(w []float32, n int) []float32 {
	out := make([]float32, n*n)
	for i := range n {
		for j := range n {
			out[j*n+i] = w[i*n+j]
		}
	}
	return out
}

// product writes x·w to y, rows of n.
func product(y, x, w []float32, n int) {
	for r := range len(x) / n {
		for j := range n {
			sum := 0.0
			for i := range n {
				sum += float64(x[r*n+i]) * float64(w[i*n+j])
			}
			y[r*n+j] = float32(sum)
		}
	}
}

// potentialTolerance and gradientTolerance are those of the recordings' README.
func potentialTolerance(framework string) float64 {
	if framework == "Sinabs" || framework == "Rockpool" {
		return 1e-4
	}
	return 1e-5
}

func gradientTolerance(framework string) float64 {
	if framework == "Sinabs" || framework == "Rockpool" {
		return 5e-5
	}
	return 1e-5
}

func analog(data []float32, t, b, n int) *signal.Signal {
	s := signal.NewAnalog(t, b, []int{n}, false)
	copy(s.F, data)
	return s
}

func checkSpikes(t *testing.T, got []float32, want []float64, factor float32) {
	t.Helper()
	wrong, total := 0, 0.0
	for i, w := range want {
		total += w
		if got[i]*factor != float32(w) {
			wrong++
		}
	}
	if wrong > 0 {
		t.Errorf("%d spikes differ, of %v", wrong, total)
	}
}

// checkGradient compares with what the framework recorded in float32.
func checkGradient(t *testing.T, what string, got []float32, a map[string]testkit.Array, name string, tolerance float64) {
	t.Helper()
	if e := testkit.RelError(got, a[name].Data); e > tolerance {
		t.Errorf("%s differs by %.3g relative", what, e)
	}
}

func allZero(data []float64) bool {
	for _, v := range data {
		if v != 0 {
			return false
		}
	}
	return true
}
