package layers_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// recurrentNet is workload W4: a recurrent layer of current-based neurons, in
// snnTorch's order, and a current-based readout. The gain of the input makes it
// fire at 8 %; with the recurrent gain of 0.2 errors grow 1.12-fold a step back,
// which 1000 steps have no room for.
const recurrentNet = `
  - {kind: linear, out: 256, bias: false, init: {kind: fan-in, gain: 1.5}}
  - {kind: cuba-lif, alpha: 0.9, beta: 0.95, reset_at: charge, recurrent: {kind: dense, init: {kind: fan-in, gain: %v}}, surrogate: %s}
  - {kind: linear, out: 20, bias: false}
  - {kind: cuba-li, alpha: 0.9, beta: 0.95}
`

// sparseBatch draws spikes of a density.
func sparseBatch(steps, batch, n, classes int, density float64) layers.Input {
	r := rand.New(rand.NewPCG(1, 2))
	in := layers.Input{X: signal.NewSpikes(steps, batch, []int{n}, false)}
	for row := range in.X.Rows() {
		for i := range n {
			if r.Float64() < density {
				in.X.Fire(row, i)
			}
		}
	}
	for b := range batch {
		in.Labels, in.Keys = append(in.Labels, b%classes), append(in.Keys, uint64(b))
	}
	return in
}

// BenchmarkRecurrentStep times a whole training step, event lists of the input included.
func BenchmarkRecurrentStep(b *testing.B) {
	for _, c := range []struct {
		steps, batch int
		gain         float64
	}{{100, 128, 0.2}, {1000, 32, 0.02}} {
		for _, surrogate := range []string{"atan", "triangle"} {
			b.Run(fmt.Sprintf("T=%d/B=%d/%s", c.steps, c.batch, surrogate), func(b *testing.B) {
				pool := par.New(0)
				p, _ := compiled(b, layers.Builder{Input: model.Shape{700}, Seed: 1}, fmt.Sprintf(recurrentNet, c.gain, surrogate), layers.Options{
					Loss: &layers.Loss{Kind: "cross-entropy", Readout: "max"}, Pool: pool,
				})
				in := sparseBatch(c.steps, c.batch, 700, 20, 0.015)
				adam := train.NewAdam(0.9, 0.999, 1e-8)
				step := func() {
					in.X.Touch()
					if _, err := p.Step(in); err != nil {
						b.Fatal(err)
					}
					adam.Step(pool, p.Params(), 0) // the work of a step, and the same rate of spikes in the next
				}
				step()
				b.ReportAllocs()
				for b.Loop() {
					step()
				}
				if layer, bad := p.NonFinite(); bad {
					b.Fatalf("%s is not finite", layer)
				}
				b.ReportMetric(100*p.Activities()[0].Mean, "%spikes")
			})
		}
	}
}
