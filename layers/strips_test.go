package layers_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// TestStripsChangeNoBit compares networks whose first layer is run in strips,
// which leave no current in memory, with the same ones whose input takes a
// gradient, which are not.
func TestStripsChangeNoBit(t *testing.T) {
	const inputs, steps, size = 90, 23, 5
	for _, first := range []string{
		"{kind: lif, beta: 0.9}",
		"{kind: lif, beta: 0.8, reset: zero, reset_at: leak, delay: 1, detach_reset: true}",
		"{kind: cuba-lif, alpha: 0.6, beta: 0.8, surrogate: {kind: triangle, width: 1}}",
	} {
		for _, n := range []int{64, 200, 256, 300} {
			for _, threads := range []int{1, 2} {
				for _, segment := range []int{0, 7} {
					t.Run(fmt.Sprintf("%s/%d neurons/%d threads/segments of %d", first, n, threads, segment), func(t *testing.T) {
						yaml := fmt.Sprintf(`
  - {kind: linear, out: %d, init: {kind: fan-in, gain: 6}}
  - %s
  - {kind: linear, out: 5, init: {kind: fan-in, gain: 3}}
  - {kind: li, beta: 0.9}
`, n, first)
						in := sparseInput(inputs, steps, size)
						var got [2]outcome
						for i, whole := range []bool{true, false} {
							p, _ := compiled(t, layers.Builder{Input: model.Shape{inputs}, Seed: 2}, yaml, layers.Options{
								Loss: &layers.Loss{Kind: "cross-entropy", Readout: "each"}, Pool: par.New(threads), InputGradient: whole,
							})
							if !whole {
								p.SetBPTT(layers.BPTT{Checkpoint: segment})
							}
							stepOutcome(t, p, in)
							got[i] = stepOutcome(t, p, in)
							strips := !whole && kernels.Assembly() && (threads == 1 || n >= 4*64)
							if made := p.Output("linear1").F == nil; made != strips {
								t.Errorf("in strips: %v, want %v", made, strips)
							}
						}
						active(t, got[0])
						for name, want := range got[0].Grads {
							if !slices.Equal(got[1].Grads[name], want) {
								t.Errorf("gradient by %s differs", name)
							}
						}
						if got[0].Loss != got[1].Loss {
							t.Errorf("loss %v, want %v", got[1].Loss, got[0].Loss)
						}
					})
				}
			}
		}
	}
}

// sparseInput is a batch of spikes of density 5 %.
func sparseInput(inputs, steps, size int) layers.Input {
	in := bpttInput("spikes", steps, size, model.Shape{inputs})
	for r := range in.X.Rows() { // of density 20 %
		for w := range in.X.WordRow(r) {
			in.X.WordRow(r)[w] &= 0x1248_8421_4281_8124
		}
	}
	in.X.Touch()
	return in
}
