package autograd_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

func cpu(n int, f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	best := time.Duration(1 << 62)
	for range 5 {
		var a, b syscall.Rusage
		syscall.Getrusage(1, &a)
		for range n {
			f()
		}
		syscall.Getrusage(1, &b)
		d := time.Duration(b.Utime.Nano()+b.Stime.Nano()-a.Utime.Nano()-a.Stime.Nano()) / time.Duration(n)
		best = min(best, d)
	}
	return best
}

func TestScratch(t *testing.T) {
	for _, density := range []float64{0.03, 0.1, 0.2, 0.4, 0.6} {
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
		op := &autograd.Conv2d{Kernel: [2]int{5, 5}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}
		op.Pool = &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}
		c := &autograd.Context{Pool: par.New(1), Train: true}
		out, _ := op.Forward(c, in)
		y := out.Signal
		grad := &autograd.Value{Signal: signal.NewAnalog(y.T, y.B, y.Shape, y.Const)}
		for i := range grad.Signal.F {
			grad.Signal.F[i] = float32(r.NormFloat64())
		}
		fmt.Println("SCR", density, "fwd", cpu(20, func() { op.Forward(c, in) }), "dW", cpu(20, func() { op.Backward(c, in, out, grad, []bool{false, true, true}) }), "dx", cpu(20, func() { op.Backward(c, in, out, grad, []bool{true, false, false}) }))
	}
}
