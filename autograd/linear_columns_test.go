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
// computed, and whether at once or row by row, outputs are sums of rows of W in the order of the inputs, weight
// gradients sums of errors from the last row to the first, to the bit.
func TestLinearAddsSpikesInOrder(t *testing.T) {
	const steps, batch, in = 30, 10, 150
	late := 0
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
				op, c := &autograd.Linear{Late: true}, &autograd.Context{Pool: par.New(2)}
				values := []*autograd.Value{{Signal: x}, {Param: w}}
				for range 2 {
					got, err := op.Forward(c, values)
					if err != nil {
						t.Fatal(err)
					}
					if got.Fill != nil {
						late++
						got.Fill(0, steps, 0, 3)
						got.Fill(0, 7, 3, batch)
						got.Fill(7, steps, 3, batch)
					}
					if !slices.Equal(got.Signal.F, y) {
						t.Errorf("late %v: outputs differ from sums in order", op.Late)
					}
					op.Late = false
				}
				grads, err := op.Backward(c, values, nil, &autograd.Value{Signal: dy}, []bool{false, true})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(grads[1].Param, dw) {
					t.Error("weight gradients differ from sums in order")
				}
			})
		}
	}
	if late == 0 {
		t.Error("no rows were computed late")
	}
}

// TestErrorsInThePlaceOfOutputs: errors by the input that are written over the
// errors by the output are the same, to the bit.
func TestErrorsInThePlaceOfOutputs(t *testing.T) {
	for _, n := range []int{70, 520} { // W in the second-level cache, and beyond
		errorsInPlace(t, n)
	}
}

func errorsInPlace(t *testing.T, n int) {
	const steps, batch = 40, 5
	r := rand.New(rand.NewPCG(2, 0))
	x, dy := signal.NewAnalog(steps, batch, []int{n}, false), signal.NewAnalog(steps, batch, []int{n}, false)
	for i := range x.F {
		x.F[i], dy.F[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
	}
	op, c := &autograd.Linear{}, &autograd.Context{Pool: par.New(2)}
	values, need := []*autograd.Value{{Signal: x}, randomParam(r, n*n), randomParam(r, n)}, []bool{true, true, true}
	y, err := op.Forward(c, values)
	if err != nil {
		t.Fatal(err)
	}
	var want [3][]float32
	for _, errors := range []*signal.Signal{dy, y.Signal} {
		copy(errors.F, dy.F)
		grads, err := op.Backward(c, values, y, &autograd.Value{Signal: errors}, need)
		if err != nil {
			t.Fatal(err)
		}
		got := [3][]float32{grads[0].Signal.F, grads[1].Param, grads[2].Param}
		if &got[0][0] == &y.Signal.F[0] != (errors == y.Signal) {
			t.Error("errors by the input are not where they are expected")
		}
		for i := range got {
			if errors == dy {
				want[i] = slices.Clone(got[i])
			} else if !slices.Equal(got[i], want[i]) {
				t.Errorf("%d neurons: gradient by input %d differs", n, i)
			}
		}
	}
}
