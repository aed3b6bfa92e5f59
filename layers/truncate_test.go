package layers_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// truncatedReference is dL/dW of one leaky layer in float64, L the mean over
// the batch of the cross-entropy of summed spikes: v = β·v + x·W, s = [v > θ],
// v −= s·θ (detached), σ′(x) = 1/(1+|x|)². The error of v ends at every
// multiple of cut steps.
func truncatedReference(in layers.Input, w []float32, out, cut int) []float64 {
	const beta, theta = 0.9, 0.5
	n := in.X.N()
	grad := make([]float64, len(w))
	for b := range in.X.B {
		u := make([][]float64, in.X.T)
		v, sum := make([]float64, out), make([]float64, out)
		for t := range u {
			u[t] = make([]float64, out)
			for k := range out {
				u[t][k] = beta * v[k]
				for i := range n {
					u[t][k] += float64(in.X.Row(t*in.X.B + b)[i]) * float64(w[i*out+k])
				}
				v[k] = u[t][k]
				if u[t][k] > theta {
					v[k] -= theta
					sum[k]++
				}
			}
		}
		total := 0.0
		for _, s := range sum {
			total += math.Exp(s)
		}
		for k := range out {
			ds := math.Exp(sum[k]) / total / float64(in.X.B)
			if k == in.Labels[b] {
				ds -= 1 / float64(in.X.B)
			}
			dv := 0.0
			for t := in.X.T - 1; t >= 0; t-- {
				if cut > 0 && (t+1)%cut == 0 {
					dv = 0
				}
				du := dv + ds/math.Pow(1+math.Abs(u[t][k]-theta), 2)
				for i := range n {
					grad[i*out+k] += du * float64(in.X.Row(t*in.X.B + b)[i])
				}
				dv = beta * du
			}
		}
	}
	return grad
}

func TestTruncatedGradient(t *testing.T) {
	const steps, size, out = 11, 3, 4
	in := bpttInput("analog", steps, size, model.Shape{6})
	var last []float64
	for _, cut := range []int{0, 1, 3, 5, steps} {
		p, _ := compiled(t, layers.Builder{Input: model.Shape{6}, Seed: 5}, `
  - {kind: linear, out: 4, bias: false}
  - {kind: lif, beta: 0.9, threshold: 0.5, detach_reset: true, surrogate: {kind: fast-sigmoid, slope: 1}}
`, layers.Options{Loss: &layers.Loss{Kind: "cross-entropy", Readout: "sum"}})
		p.SetBPTT(layers.BPTT{Truncate: cut})
		if _, err := p.Step(in); err != nil {
			t.Fatal(err)
		}
		w := p.Params()[0]
		want := truncatedReference(in, w.Value, out, cut)
		diff, size, change := 0.0, 0.0, 0.0
		for i, v := range want {
			diff, size = max(diff, math.Abs(v-float64(w.Grad[i]))), max(size, math.Abs(v))
			if last != nil {
				change = max(change, math.Abs(v-last[i]))
			}
		}
		if diff > 1e-5*size {
			t.Errorf("truncate %d: %.3g of %.3g away", cut, diff, size)
		}
		if last != nil && change < 1e-3*size {
			t.Errorf("truncate %d: the reference does not depend on it", cut)
		}
		last = want
	}
}

// TestTruncationInSegments: borders of errors are counted from the first step,
// wherever segments end; truncating after the last step changes nothing.
func TestTruncationInSegments(t *testing.T) {
	const steps, size = 13, 3
	for _, net := range bpttNets() {
		for _, kind := range []string{"constant", "spikes"} {
			for _, cut := range []int{0, 1, 4, 5} {
				t.Run(fmt.Sprintf("%s/%s/%d", net.name, kind, cut), func(t *testing.T) {
					in := bpttInput(kind, steps, size, net.input)
					loss := &layers.Loss{Kind: "cross-entropy", Readout: "sum"}
					run := func(b layers.BPTT) outcome {
						p, _ := compiled(t, layers.Builder{Input: net.input, Seed: 2}, net.yaml, layers.Options{Loss: loss, Pool: par.New(2)})
						p.SetBPTT(b)
						return stepOutcome(t, p, in)
					}
					want := run(layers.BPTT{Truncate: cut})
					if cut == 0 {
						compareOutcomes(t, 0, run(layers.BPTT{Truncate: steps}), want, true)
					}
					for _, k := range []int{1, 2, 4, 8} {
						compareOutcomes(t, k, want, run(layers.BPTT{Truncate: cut, Checkpoint: k}), net.exact)
					}
				})
			}
		}
	}
}

// TestTruncationOfRecurrentLayersOverSpikes: where errors end, the input of a
// recurrent layer is computed before its pieces run. Spikes give the
// bits of the same values as floats, whose product is never made in parts.
func TestTruncationOfRecurrentLayersOverSpikes(t *testing.T) {
	const inputs, steps, size = 90, 23, 5
	spikes := sparseInput(inputs, steps, size)
	floats := spikes
	floats.X = signal.NewAnalog(steps, size, []int{inputs}, false)
	spikes.X.Dense(floats.X.F)
	for _, truncate := range []int{0, 5} {
		var got [2]outcome
		for i, in := range []layers.Input{floats, spikes} {
			p, _ := compiled(t, layers.Builder{Input: model.Shape{inputs}, Seed: 2}, `
  - {kind: linear, out: 70, init: {kind: fan-in, gain: 6}}
  - {kind: cuba-lif, alpha: 0.6, beta: 0.8, recurrent: {kind: dense}}
  - {kind: linear, out: 5, init: {kind: fan-in, gain: 3}}
  - {kind: li, beta: 0.9}
`, layers.Options{Loss: &layers.Loss{Kind: "cross-entropy", Readout: "each"}, Pool: par.New(2)})
			p.SetBPTT(layers.BPTT{Truncate: truncate})
			got[i] = stepOutcome(t, p, in)
		}
		active(t, got[0])
		if d := cmp.Diff(got[0], got[1]); d != "" {
			t.Errorf("errors end after %d steps: %s", truncate, d)
		}
	}
}
