package autograd_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
)

// TestLinearAddsSpikesInOrder: whatever the density, and so the way it is
// computed, outputs are sums of rows of W in the order of the inputs, weight
// gradients sums of errors from the last row to the first, to the bit.
func TestLinearAddsSpikesInOrder(t *testing.T) {
	const steps, batch, in = 30, 10, 150
	for _, out := range []int{1, 10, 33, 100} {
		for _, density := range []float64{0, 0.02, 0.3, 0.95} {
			t.Run(fmt.Sprintf("%d outputs, density %v", out, density), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, uint64(out)))
				x := signal.NewSpikes(steps, batch, []int{in}, false)
				w, dy := randomParam(r, in*out).Param, signal.NewAnalog(steps, batch, []int{out}, false)
				for i := range dy.F {
					dy.F[i] = float32(r.NormFloat64())
				}
				y, dw := make([]float32, x.Rows()*out), make([]float32, in*out)
				for row := range x.Rows() {
					for i := range in {
						if r.Float64() < density {
							x.Fire(row, i)
							for j := range out {
								y[row*out+j] += w[i*out+j]
							}
						}
					}
				}
				for row := x.Rows() - 1; row >= 0; row-- {
					for _, i := range x.ByRow().Group(row) {
						for j := range out {
							dw[int(i)*out+j] += dy.F[row*out+j]
						}
					}
				}
				op, c := &autograd.Linear{}, &autograd.Context{Pool: par.New(2)}
				values := []*autograd.Value{{Signal: x}, {Param: w}}
				got, err := op.Forward(c, values)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got.Signal.F, y) {
					t.Error("outputs differ from sums in order")
				}
				grads, err := op.Backward(c, values, got, &autograd.Value{Signal: dy}, []bool{false, true})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(grads[1].Param, dw) {
					t.Error("weight gradients differ from sums in order")
				}
			})
		}
	}
}
