package autograd_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// BenchmarkConv2d runs the second convolution of 12C5-MP2-64C5-MP2-FC10: 64
// samples of 25 steps of 12×12×12 spikes to 8×8×64 outputs, of which the
// maximum of 2×2 is taken.
func BenchmarkConv2d(b *testing.B) {
	for _, density := range []float64{0.03, 0.1, 0.2, 0.4, 0.8} {
		for _, threads := range []int{1, 2} {
			r := rand.New(rand.NewPCG(1, 2))
			x := signal.NewSpikes(25, 64, []int{12, 12, 12}, false)
			for row := range x.Rows() {
				for n := range x.N() {
					if r.Float64() < density {
						x.Fire(row, n)
					}
				}
			}
			in := []*autograd.Value{{Signal: x}, randomParam(r, 5*5*12*64), randomParam(r, 64)}
			benchmarkConv(b, fmt.Sprintf("spikes=%v/threads=%d", density, threads), in, r, threads)
		}
	}
}

func benchmarkConv(b *testing.B, name string, in []*autograd.Value, r *rand.Rand, threads int) {
	op := &autograd.Conv2d{Kernel: [2]int{5, 5}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}
	op.Pool = &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}
	c := &autograd.Context{Pool: par.New(threads), Train: true}
	out, err := op.Forward(c, in)
	if err != nil {
		b.Fatal(err)
	}
	y := out.Signal
	grad := &autograd.Value{Signal: signal.NewAnalog(y.T, y.B, y.Shape, y.Const)}
	for i := range grad.Signal.F {
		grad.Signal.F[i] = float32(r.NormFloat64())
	}
	b.Run("forward/"+name, func(b *testing.B) {
		for b.Loop() {
			if _, err := op.Forward(c, in); err != nil {
				b.Fatal(err)
			}
		}
	})
	for part, need := range map[string][]bool{"weights": {false, true, true}, "input": {true, false, false}} {
		b.Run(part+"/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := op.Backward(c, in, out, grad, need); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
