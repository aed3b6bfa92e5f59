package layers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

const residual = `
  - {kind: conv2d, name: stem, out: 6, kernel: 3, padding: 1}
  - {kind: lif, name: lif0, beta: 0.8}
  - {kind: conv2d, out: 6, kernel: 3, padding: 1, bias: false}
  - {kind: batch-norm}
  - {kind: add, name: join, input: [batch-norm1, lif0]}
  - {kind: lif, beta: 0.7, learn: [beta, threshold], share: neuron}
  - {kind: avg-pool}
  - {kind: dropout, p: 0.3}
  - {kind: scale, share: channel}
  - {kind: linear, out: 4}
  - {kind: lif, beta: 0.9, output: membrane}
`

func compiled(t testing.TB, b layers.Builder, yaml string, o layers.Options) (*layers.Program, *model.Network) {
	t.Helper()
	n, err := build(t, b, yaml)
	if err != nil {
		t.Fatal(err)
	}
	p, err := layers.Compile(n, o)
	if err != nil {
		t.Fatal(err)
	}
	return p, n
}

func batch(seed uint64, steps, size int, constant bool, shape ...int) layers.Input {
	r := rand.New(rand.NewPCG(seed, 0))
	x := signal.NewAnalog(steps, size, shape, constant)
	for i := range x.F {
		x.F[i] = float32(r.Float64())
	}
	in := layers.Input{X: x}
	for b := range size {
		in.Labels, in.Keys = append(in.Labels, b%4), append(in.Keys, uint64(b)+seed)
	}
	return in
}

var crossEntropy = &layers.Loss{Kind: "cross-entropy", Readout: "mean"}

// TestAStepAlongTheGradientLowersTheLoss runs a network with every layer kind
// on batches of changing size.
func TestAStepAlongTheGradientLowersTheLoss(t *testing.T) {
	p, _ := compiled(t, layers.Builder{Input: model.Shape{2, 8, 8}, Seed: 1}, residual, layers.Options{Loss: crossEntropy, Pool: par.New(2)})
	for _, size := range []int{8, 3, 8} {
		in := batch(5, 6, size, true, 2, 8, 8)
		first, err := p.Step(in)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			for _, q := range p.Params() {
				for i := range q.Value {
					q.Value[i] -= 0.05 * q.Grad[i]
				}
			}
			if _, err := p.Step(in); err != nil {
				t.Fatal(err)
			}
		}
		last, err := p.Step(in)
		if err != nil {
			t.Fatal(err)
		}
		if last.Loss > 0.7*first.Loss {
			t.Errorf("batch of %d: loss went from %v to %v only", size, first.Loss, last.Loss)
		}
	}
}

func TestStoreAndLoadKeepEveryArray(t *testing.T) {
	p, n := compiled(t, layers.Builder{Input: model.Shape{2, 8, 8}, Seed: 1}, residual, layers.Options{Loss: crossEntropy})
	want := map[string][]float32{}
	r := rand.New(rand.NewPCG(9, 9))
	n.Params(func(name string, q model.Param) {
		for i := range q.Tensor.Data {
			q.Tensor.Data[i] = float32(r.Float64())
		}
		want[name] = append([]float32(nil), q.Tensor.Data...)
	})
	p.Load()
	n.Params(func(_ string, q model.Param) { clear(q.Tensor.Data) })
	p.Store()
	n.Params(func(name string, q model.Param) {
		if d := cmp.Diff(want[name], q.Tensor.Data); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	})
}

// TestPlacesOfWeights: an output of a conv2d and of a per-neuron parameter is
// where PyTorch's order says.
func TestPlacesOfWeights(t *testing.T) {
	p, n := compiled(t, layers.Builder{Input: model.Shape{2, 4, 4}}, `
  - {kind: conv2d, out: 3, kernel: 2, bias: false, init: {kind: constant, value: 0}}
  - {kind: li, beta: 0.5, learn: beta, share: neuron}
  - {kind: linear, out: 27, bias: false, init: {kind: constant, value: 0}}
`, layers.Options{})
	conv, li := n.Nodes[0].Op.(*model.Conv2d), n.Nodes[1].Op.(*model.Neuron)
	// weight (out 1, in 0, ky 1, kx 0)
	conv.Weight.Data[((1*2+0)*2+1)*2+0] = 1
	li.Values["beta"].Data[(1*3+2)*3+0] = 0.25 // neuron (channel 1, y 2, x 0)
	linear := n.Nodes[3].Op.(*model.Linear)
	for i := range 27 {
		linear.Weight.Data[i*27+i] = 1 // pass on in (C, H, W) order
	}
	p.Load()
	in := batch(3, 2, 1, false, 2, 4, 4)
	scores, err := p.Infer(in)
	if err != nil {
		t.Fatal(err)
	}
	for y := range 3 {
		for x := range 3 {
			at := func(step int) float32 { return in.X.Row(step)[((y+1)*4+x)*2+0] }
			beta := float32(0.5)
			if y == 2 && x == 0 {
				beta = 0.25
			}
			v0 := at(0)
			want := v0 + (beta*v0 + at(1)) // sum over time of the membrane
			if got := scores.Row(0)[(1*3+y)*3+x]; math.Abs(float64(got-want)) > 1e-6 {
				t.Errorf("place (%d, %d): got %v, want %v", y, x, got, want)
			}
		}
	}
}

// TestScoresAfterFewerSteps equal those of a shorter run.
func TestScoresAfterFewerSteps(t *testing.T) {
	for _, readout := range []string{"sum", "mean", "max", "last"} {
		p, _ := compiled(t, layers.Builder{Input: model.Shape{6}, Seed: 2}, `
  - {kind: linear, out: 20}
  - {kind: lif, beta: 0.9}
  - {kind: linear, out: 4}
  - {kind: lif, beta: 0.9}
`, layers.Options{Readout: readout})
		in := batch(1, 9, 5, true, 6)
		if _, err := p.Infer(in); err != nil {
			t.Fatal(err)
		}
		for _, steps := range []int{1, 4, 9} {
			if _, err := p.Infer(in); err != nil {
				t.Fatal(err)
			}
			early, err := p.ScoresAt(steps)
			if err != nil {
				t.Fatal(err)
			}
			short := in
			cut := *in.X
			cut.T = steps
			short.X = &cut
			scores, err := p.Infer(short)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(scores.F, early.F); d != "" {
				t.Errorf("%s after %d steps: %s", readout, steps, d)
			}
		}
	}
}

// TestEventDrivenEqualsDense: the same values as spikes and as floats.
func TestEventDrivenEqualsDense(t *testing.T) {
	yaml := `
  - {kind: conv2d, out: 5, kernel: 3, stride: 2}
  - {kind: li}
  - {kind: linear, out: 4}
`
	rapid.Check(t, func(rt *rapid.T) {
		p, _ := compiled(t, layers.Builder{Input: model.Shape{2, 6, 7}, Seed: 2}, yaml, layers.Options{Loss: crossEntropy})
		density := rapid.Float64Range(0, 1).Draw(rt, "density")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		spikes := signal.NewSpikes(4, 3, []int{2, 6, 7}, false)
		for row := range spikes.Rows() {
			for i := range spikes.N() {
				if r.Float64() < density {
					spikes.Fire(row, i)
				}
			}
		}
		dense := signal.NewAnalog(4, 3, []int{2, 6, 7}, false)
		spikes.Dense(dense.F)
		var grads [2][]float32
		var losses [2]float64
		for i, x := range []*signal.Signal{spikes, dense} {
			out, err := p.Step(layers.Input{X: x, Labels: []int{0, 1, 2}})
			if err != nil {
				rt.Fatal(err)
			}
			losses[i] = out.Loss
			for _, q := range p.Params() {
				grads[i] = append(grads[i], q.Grad...)
			}
		}
		if math.Abs(losses[0]-losses[1]) > 1e-5 {
			rt.Fatalf("losses %v and %v", losses[0], losses[1])
		}
		for i := range grads[0] {
			if d := math.Abs(float64(grads[0][i] - grads[1][i])); d > 1e-4 {
				rt.Fatalf("gradient %d: %v and %v", i, grads[0][i], grads[1][i])
			}
		}
	})
}

func TestInitsHaveTheirSpread(t *testing.T) {
	const in, out = 400, 300
	for name, want := range map[string]float64{
		"fan-in": 1 / math.Sqrt(3*in), "kaiming-uniform": math.Sqrt(2. / in), "kaiming-normal": math.Sqrt(2. / in),
		"xavier-uniform": math.Sqrt(2. / (in + out)), "xavier-normal": math.Sqrt(2. / (in + out)),
	} {
		n, err := build(t, layers.Builder{Input: model.Shape{in}, Seed: 4}, fmt.Sprintf("  - {kind: linear, out: %d, init: {kind: %s, gain: 2}}", out, name))
		if err != nil {
			t.Fatal(err)
		}
		mean, sd := moments(n.Nodes[0].Op.(*model.Linear).Weight.Data)
		if math.Abs(mean) > 0.02*2*want || math.Abs(sd/(2*want)-1) > 0.01 {
			t.Errorf("%s: mean %.4g, deviation %.4g, want 0 and %.4g", name, mean, sd, 2*want)
		}
	}
}

func moments(data []float32) (mean, sd float64) {
	for _, v := range data {
		mean += float64(v) / float64(len(data))
	}
	for _, v := range data {
		sd += (float64(v) - mean) * (float64(v) - mean) / float64(len(data))
	}
	return mean, math.Sqrt(sd)
}

// TestFluctuationInit drives the free membranes of several models with
// Poisson spikes of the rate that was given, and measures them.
func TestFluctuationInit(t *testing.T) {
	for _, neuron := range []string{
		"kind: lif, beta: 0.9, threshold: 2", "kind: lif, tau: 20, norm_input: true", "kind: cuba-lif, alpha: 0.8, beta: 0.9",
		"kind: cuba-lif, profile: norse", "kind: lif, profile: sinabs, tau: 8",
	} {
		t.Run(neuron, func(t *testing.T) {
			theta := 1.0
			if strings.Contains(neuron, "threshold: 2") {
				theta = 2
			}
			p, n := compiled(t, layers.Builder{Input: model.Shape{300}, Seed: 3}, fmt.Sprintf(`
  - {kind: linear, out: 200, bias: false, init: {kind: fluctuation, rate: 0.04, mean: 0.2, deviation: 0.4}}
  - {%s, reset: none, output: membrane}
`, neuron), layers.Options{})
			const steps = 600
			x := signal.NewSpikes(steps, 2, []int{300}, false)
			r := rand.New(rand.NewPCG(1, 1))
			for row := range x.Rows() {
				for i := range 300 {
					if r.Float64() < 0.04 {
						x.Fire(row, i)
					}
				}
			}
			if _, err := p.Infer(layers.Input{X: x, Watch: true}); err != nil {
				t.Fatal(err)
			}
			v := p.Trace(n.Output())
			mean, sd := overTime(v, steps/3)
			if math.Abs(mean/theta-0.2) > 0.05 || math.Abs(sd/theta-0.4) > 0.05 {
				t.Errorf("mean %.3f, deviation %.3f thresholds, want 0.2 and 0.4", mean/theta, sd/theta)
			}
		})
	}
	_, err := build(t, layers.Builder{Input: model.Shape{300}}, "  - {kind: linear, out: 10, init: fluctuation}")
	if err == nil || !strings.Contains(err.Error(), `fluctuation needs a neuron layer behind "linear1"`) {
		t.Errorf("no neuron behind: %v", err)
	}
}

// overTime is the mean of a signal, and the root mean square of how each
// neuron fluctuates around its own mean, from step first on.
func overTime(v *signal.Signal, first int) (mean, sd float64) {
	lanes := v.B * v.N()
	for i := range lanes {
		var series []float32
		for t := first; t < v.T; t++ {
			series = append(series, v.F[t*lanes+i])
		}
		m, s := moments(series)
		mean += m / float64(lanes)
		sd += s * s / float64(lanes)
	}
	return mean, math.Sqrt(sd)
}

func TestComplaints(t *testing.T) {
	for scale, want := range map[string]string{
		"0.0001": `layer "lif1" is silent: 100 % of its neurons`, "5": `layer "lif1" is saturated: its neurons fire`, "0.05": "",
	} {
		p, _ := compiled(t, layers.Builder{Input: model.Shape{20}}, fmt.Sprintf("  - {kind: linear, out: 50, bias: false, init: {kind: constant, value: %s}}\n  - {kind: lif}", scale), layers.Options{})
		if _, err := p.Infer(batch(1, 10, 4, true, 20)); err != nil {
			t.Fatal(err)
		}
		got := p.Activities()[0].Complaint("the first batch")
		if want == "" && got != "" || !strings.HasPrefix(got, want) {
			t.Errorf("weights %s: %q, want %q", scale, got, want)
		}
	}
}
