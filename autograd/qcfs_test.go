package autograd_test

import (
	"math"
	"testing"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// TestQCFS: values and straight-through gradients, worked out by hand for L = 4.
func TestQCFS(t *testing.T) {
	x := signal.NewAnalog(1, 1, []int{8}, true)
	copy(x.F, []float32{-1, 0.2, 0.3, 1, 1.6, 1.8, 5, 2})
	lambda := []float32{2}
	in := []*autograd.Value{{Signal: x}, {Param: lambda}}
	op, c := &autograd.QCFS{Levels: 4}, &autograd.Context{Pool: par.New(1)}
	out, err := op.Forward(c, in)
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{0, 0, 0.5, 1, 1.5, 2, 2, 2} // λ/L = ½, rounded to the nearest
	rises := []float32{0, 1, 1, 1, 1, 0, 0, 0}    // 0 < xL/λ + ½ < L
	g := signal.NewAnalog(1, 1, []int{8}, true)
	sum := 0.0
	for i := range g.F {
		g.F[i] = float32(i + 1)
		if out.Signal.F[i] != want[i] {
			t.Errorf("y(%g) = %g, want %g", x.F[i], out.Signal.F[i], want[i])
		}
		q := model.QCFS{Levels: 4}
		if y := q.At(float64(x.F[i]), 2); y != float64(want[i]) {
			t.Errorf("At(%g) = %g, want %g", x.F[i], y, want[i])
		}
		switch h := float64(want[i]) / 2; {
		case rises[i] == 1:
			sum += (h - float64(x.F[i])/2) * float64(i+1)
		case h == 1:
			sum += float64(i + 1)
		}
	}
	back, err := op.Backward(c, in, out, &autograd.Value{Signal: g}, []bool{true, true})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range back[0].Signal.F {
		if v != rises[i]*g.F[i] {
			t.Errorf("dx at %g is %g, want %g", x.F[i], v, rises[i]*g.F[i])
		}
	}
	if got := float64(back[1].Param[0]); math.Abs(got-sum) > 1e-5 {
		t.Errorf("dλ is %g, want %g", got, sum)
	}
	lambda[0] = -1
	if out, err = op.Forward(c, in); err != nil || out.Signal.F[6] != 0 {
		t.Errorf("a threshold below 0 gives %v, %v", out.Signal.F, err)
	}
}
