package autograd_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/model"
)

// divergence is the loss of autograd.Distillation in float64.
func divergence(score, teacher []float64, classes int, tau float64) float64 {
	logs := func(x []float64) []float64 {
		sum := 0.0
		for _, v := range x {
			sum += math.Exp(v / tau)
		}
		out := make([]float64, len(x))
		for i, v := range x {
			out[i] = v/tau - math.Log(sum)
		}
		return out
	}
	loss := 0.0
	for at := 0; at < len(score); at += classes {
		q, p := logs(score[at:at+classes]), logs(teacher[at:at+classes])
		for k := range p {
			loss += math.Exp(p[k]) * (p[k] - q[k])
		}
	}
	return tau * tau * loss / float64(len(score)/classes)
}

func TestDistillation(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, tau := range []float64{0.5, 1, 3} {
		score, teacher := randomSignal(r, form{constant: true}, 4), randomSignal(r, form{constant: true}, 4)
		score.Signal.T, teacher.Signal.T = 1, 1
		x, y := make([]float64, len(score.Signal.F)), make([]float64, len(score.Signal.F))
		for i := range x {
			x[i], y[i] = float64(score.Signal.F[i]), float64(teacher.Signal.F[i])
		}
		op := &autograd.Distillation{Temperature: tau}
		in := []*autograd.Value{score, teacher}
		out, err := op.Forward(&autograd.Context{}, in)
		if err != nil {
			t.Fatal(err)
		}
		if want := divergence(x, y, 4, tau); math.Abs(out.Scalar-want) > 1e-9*math.Max(want, 1) || want == 0 {
			t.Errorf("τ = %v: loss %v, want %v", tau, out.Scalar, want)
		}
		back, err := op.Backward(&autograd.Context{}, in, out, &autograd.Value{Scalar: 2}, []bool{true, false})
		if err != nil {
			t.Fatal(err)
		}
		for i := range x {
			const h = 1e-5
			keep := x[i]
			x[i] = keep + h
			up := divergence(x, y, 4, tau)
			x[i] = keep - h
			down := divergence(x, y, 4, tau)
			x[i] = keep
			if want, got := (up-down)/h, float64(back[0].Signal.F[i]); math.Abs(got-want) > 1e-5 { // twice the slope
				t.Errorf("τ = %v: gradient %d is %v, want %v", tau, i, got, want)
			}
		}
	}
	if _, err := (&autograd.Distillation{}).OutShape([]model.Shape{{4}, {4}}); err == nil || !strings.Contains(err.Error(), "temperature is 0") {
		t.Errorf("temperature 0: %v", err)
	}
}
