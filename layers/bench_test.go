package layers_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// recurrentNet is workload W4: a recurrent layer of current-based neurons, in
// snnTorch's order, and a current-based readout. The gains make it fire at 7.5 %.
const recurrentNet = `
  - {kind: linear, out: 256, bias: false, init: {kind: fan-in, gain: 1.5}}
  - {kind: cuba-lif, alpha: 0.9, beta: 0.95, reset_at: charge, recurrent: {kind: dense, init: {kind: fan-in, gain: 0.2}}, surrogate: %s}
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

func BenchmarkRecurrentStep(b *testing.B) {
	for _, c := range []struct{ steps, batch int }{{100, 128}, {1000, 32}} {
		for _, surrogate := range []string{"atan", "triangle"} {
			b.Run(fmt.Sprintf("T=%d/B=%d/%s", c.steps, c.batch, surrogate), func(b *testing.B) {
				p, _ := compiled(b, layers.Builder{Input: model.Shape{700}, Seed: 1}, fmt.Sprintf(recurrentNet, surrogate), layers.Options{
					Loss: &layers.Loss{Kind: "cross-entropy", Readout: "max"}, Pool: par.New(0),
				})
				in := sparseBatch(c.steps, c.batch, 700, 20, 0.015)
				step := func() {
					in.X.Touch()
					if _, err := p.Step(in); err != nil {
						b.Fatal(err)
					}
				}
				step()
				b.ReportAllocs()
				for b.Loop() {
					step()
				}
				b.ReportMetric(100*p.Activities()[0].Mean, "%spikes")
			})
		}
	}
}
