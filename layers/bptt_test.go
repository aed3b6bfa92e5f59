package layers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// bpttNet is a network to run in segments.
type bpttNet struct {
	name  string
	yaml  string
	input model.Shape
	exact bool // every sum over time goes on from segment to segment in the order of the whole
}

func bpttNets() []bpttNet {
	return []bpttNet{
		{"mlp", `
  - {kind: linear, out: 70, init: {kind: fan-in, gain: 3}}
  - {kind: lif, beta: 0.9}
  - {kind: dropout, p: 0.3}
  - {kind: linear, out: 40, init: {kind: fan-in, gain: 4}}
  - {kind: cuba-lif, alpha: 0.6, beta: 0.8, reset: zero, detach_reset: true}
  - {kind: linear, out: 4}
  - {kind: lif, beta: 0.9, threshold: 0.5}
`, model.Shape{12}, true},
		{"delays", `
  - {kind: linear, out: 30, init: {kind: fan-in, gain: 3}}
  - {kind: lif, beta: 0.9, delay: 1}
  - {kind: linear, out: 20, init: {kind: fan-in, gain: 4}}
  - {kind: lif, beta: 0.8, reset_at: leak, delay: 1, detach_reset: false}
  - {kind: linear, out: 20, init: {kind: fan-in, gain: 4}}
  - {kind: lif, beta: 0.8, reset: zero, reset_at: charge, detach_reset: false}
  - {kind: linear, out: 20, init: {kind: fan-in, gain: 4}}
  - {kind: cuba-lif, profile: sinabs}
  - {kind: linear, out: 20, init: {kind: fan-in, gain: 4}}
  - {kind: slayer-cuba}
  - {kind: linear, out: 4}
  - {kind: lif, beta: 0.9, threshold: 0.5}
`, model.Shape{12}, true},
		{"delayed", `
  - {kind: linear, out: 30, init: {kind: fan-in, gain: 3}}
  - {kind: delay, steps: 2}
  - {kind: lif, beta: 0.9}
  - {kind: delay, steps: 5}
  - {kind: linear, out: 4, init: {kind: fan-in, gain: 4}}
  - {kind: lif, beta: 0.9, threshold: 0.5}
`, model.Shape{12}, false},
		{"several spikes", `
  - {kind: linear, out: 30, init: {kind: fan-in, gain: 6}}
  - {kind: lif, beta: 0.9, max_spikes: 0, v_min: -1}
  - {kind: linear, out: 20, init: {kind: fan-in, gain: 3}}
  - {kind: lif, beta: 0.8, detach_reset: false, quirks: [hold], threshold: 0.3}
  - {kind: linear, out: 9, init: {kind: fan-in, gain: 9}}
  - {kind: lif, beta: 0.95, max_spikes: 3, threshold: 0.1}
`, model.Shape{12}, false},
		{"learned", `
  - {kind: linear, out: 30, init: {kind: fan-in, gain: 6}}
  - {kind: cuba-lif, alpha: 0.6, beta: 0.8, threshold: 0.5, learn: [alpha, beta, threshold], share: neuron, detach_reset: false}
  - {kind: scale, share: neuron}
  - {kind: linear, out: 20, init: {kind: fan-in, gain: 9}}
  - {kind: lif, beta: 0.8, learn: [beta], norm_input: true, threshold: 0.2}
  - {kind: linear, out: 4, init: {kind: fan-in, gain: 9}}
  - {kind: lif, beta: 0.95, threshold: 0.05, learn: [threshold]}
`, model.Shape{12}, false},
		{"conv", `
  - {kind: conv2d, out: 6, kernel: 3, padding: 1, init: {kind: fan-in, gain: 3}}
  - {kind: lif, name: lif0, beta: 0.8}
  - {kind: conv2d, out: 6, kernel: 3, padding: 1, bias: false, init: {kind: fan-in, gain: 4}}
  - {kind: batch-norm, over: step}
  - {kind: add, input: [batch-norm1, lif0, conv2d1]}
  - {kind: lif, beta: 0.7}
  - {kind: max-pool}
  - {kind: dropout, p: 0.3}
  - {kind: scale, share: channel}
  - {kind: avg-pool}
  - {kind: linear, out: 4}
  - {kind: lif, beta: 0.9, threshold: 0.5}
`, model.Shape{2, 8, 8}, false},
	}
}

// bpttInput makes a batch of T steps: "constant", "analog" or "spikes".
func bpttInput(kind string, steps, size int, shape model.Shape) layers.Input {
	in := batch(7, steps, size, kind == "constant", shape...)
	if kind == "spikes" {
		x := signal.NewSpikes(steps, size, shape, false)
		r := rand.New(rand.NewPCG(3, 4))
		for row := range x.Rows() {
			for i := range x.N() {
				if r.Float64() < 0.2 {
					x.Fire(row, i)
				}
			}
		}
		in.X = x
	}
	return in
}

func bpttLosses() []*layers.Loss {
	losses := []*layers.Loss{
		{Kind: "mse", Readout: "rate", Correct: 0.8, Incorrect: 0.1},
		{Kind: "van-rossum", Readout: "sum", Tau: 3, Correct: 0.5, Incorrect: 0.1},
	}
	for _, r := range layers.Readouts() {
		losses = append(losses, &layers.Loss{Kind: "cross-entropy", Readout: r, Rates: []layers.RatePenalty{{Lower: 0.2, Upper: 0.3, Weight: 2}}})
	}
	return losses
}

// outcome is all that a training step gives.
type outcome struct {
	Loss, Penalty float64
	Scores        []float32
	Grads         map[string][]float32
	Buffers       map[string][]float32
	Rates         map[string][]float64
}

func stepOutcome(t testing.TB, p *layers.Program, in layers.Input) outcome {
	t.Helper()
	r, err := p.Step(in)
	if err != nil {
		t.Fatal(err)
	}
	o := outcome{Loss: r.Loss, Penalty: r.Penalty, Scores: append([]float32(nil), r.Scores.F...), Grads: map[string][]float32{}, Buffers: map[string][]float32{}, Rates: map[string][]float64{}}
	for _, q := range p.Params() {
		o.Grads[q.Name] = append([]float32(nil), q.Grad...)
	}
	for _, q := range p.Buffers() {
		o.Buffers[q.Name] = append([]float32(nil), q.Value...)
	}
	for _, a := range p.Activities() {
		o.Rates[a.Layer] = a.Rates
	}
	return o
}

// relative is the largest difference of two arrays over the largest value.
func relative(a, b []float32) float64 {
	diff, size := 0.0, 1e-30
	for i := range a {
		diff = max(diff, math.Abs(float64(a[i])-float64(b[i])))
		size = max(size, math.Abs(float64(a[i])))
	}
	return diff / size
}

// TestCheckpointingChangesNothing: a run in segments gives the loss, the
// scores, the rates and the gradients of the whole: the same bits, but where
// a sum over time is documented to be summed segment by segment.
func TestCheckpointingChangesNothing(t *testing.T) {
	const steps, size = 13, 3
	for _, net := range bpttNets() {
		for _, kind := range []string{"constant", "spikes", "analog"} {
			for _, loss := range bpttLosses() {
				t.Run(fmt.Sprintf("%s/%s/%s-%s", net.name, kind, loss.Kind, loss.Readout), func(t *testing.T) {
					in := bpttInput(kind, steps, size, net.input)
					var want outcome
					for _, k := range []int{0, 1, 4, 7, 12, steps} {
						p, _ := compiled(t, layers.Builder{Input: net.input, Seed: 2}, net.yaml, layers.Options{Loss: loss, Pool: par.New(2)})
						p.SetBPTT(layers.BPTT{Checkpoint: k})
						stepOutcome(t, p, in) // buffers are in use
						got := stepOutcome(t, p, in)
						if k == 0 {
							want = got
							active(t, got)
							continue
						}
						compareOutcomes(t, k, want, got, net.exact && kind != "analog")
					}
				})
			}
		}
	}
}

// active fails when the network is so quiet that the test shows nothing.
func active(t *testing.T, o outcome) {
	t.Helper()
	for name, rates := range o.Rates {
		sum := 0.0
		for _, r := range rates {
			sum += r
		}
		if sum == 0 {
			t.Fatalf("layer %s is silent", name)
		}
	}
	for name, g := range o.Grads {
		if relative(g, make([]float32, len(g))) < 0.5 {
			t.Fatalf("gradient %s is zero", name)
		}
	}
}

func compareOutcomes(t *testing.T, k int, want, got outcome, exact bool) {
	t.Helper()
	off, norm := 0.0, 0.0
	for name, g := range want.Grads {
		if d := relative(g, got.Grads[name]); exact && d != 0 || d > 1e-5 {
			t.Errorf("K = %d: gradient %s is %.3g away", k, name, d)
		}
		for i, v := range g {
			off += math.Pow(float64(v)-float64(got.Grads[name][i]), 2)
			norm += float64(v) * float64(v)
		}
	}
	if d := math.Sqrt(off / norm); d > 1e-6 {
		t.Errorf("K = %d: the gradient is %.3g away", k, d)
	}
	want.Grads, got.Grads = nil, nil
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("K = %d: %s", k, d)
	}
}

// TestBatchNormOverTimeIsNotCut: a layer that needs all steps is named, and
// automatic checkpointing leaves the sequence whole.
func TestBatchNormOverTimeIsNotCut(t *testing.T) {
	p, _ := compiled(t, layers.Builder{Input: model.Shape{2, 8, 8}, Seed: 1}, residual, layers.Options{Loss: crossEntropy})
	in := batch(5, 6, 3, true, 2, 8, 8)
	p.SetBPTT(layers.BPTT{Checkpoint: 2})
	_, err := p.Step(in)
	if want := "batch-norm1: the sequence cannot be cut into segments of 2 steps: batch-norm takes its statistics over all steps at once; use over: step"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	p.SetBPTT(layers.BPTT{Checkpoint: layers.AutoCheckpoint})
	if _, err := p.Step(in); err != nil {
		t.Error(err)
	}
	p.SetBPTT(layers.BPTT{Checkpoint: 2})
	if _, err := p.Infer(layers.Input{X: in.X, Lean: true}); err != nil {
		t.Errorf("outside training: %v", err)
	}
}
