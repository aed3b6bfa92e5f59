package autograd

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// VanRossum is the distance of output spike trains from target trains, both
// filtered with e^(−t/τ) (van Rossum 2001): ½/τ·Σ f², f[t] = a·f[t−1] + s − s*,
// a = e^(−1/τ), summed over neurons and averaged over the batch. The label's
// neuron should fire regularly at rate Correct, the others at rate Incorrect.
type VanRossum struct {
	Tau                float64 // steps
	Correct, Incorrect float64 // spikes a step

	f    signal.Signal
	out  Value
	grad Value
}

// Key implements Op.
func (l *VanRossum) Key() string {
	return fmt.Sprintf("van-rossum tau=%v %v %v", l.Tau, l.Correct, l.Incorrect)
}

// OutShape implements Op: the loss is a number.
func (l *VanRossum) OutShape([]model.Shape) (model.Shape, error) { return nil, nil }

// Forward implements Op.
func (l *VanRossum) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	if err := checkLabels(c, x); err != nil {
		return nil, err
	}
	if x.Const {
		return nil, fmt.Errorf("van-rossum needs an output that varies in time")
	}
	l.f.ResetAnalog(x.T, x.B, x.Shape, false)
	a := float32(math.Exp(-1 / l.Tau))
	total := 0.0
	for t := range x.T {
		for b := range x.B {
			row := l.f.Row(t*x.B + b)
			clear(row)
			x.AddTo(row, t*x.B+b)
			for i := range row {
				row[i] -= l.target(t, i == c.Labels[b])
				if t > 0 {
					row[i] += a * l.f.Row((t-1)*x.B + b)[i]
				}
				total += float64(row[i]) * float64(row[i])
			}
		}
	}
	l.out.Scalar = total / (2 * l.Tau * float64(x.B))
	return &l.out, nil
}

// target is 1 in the steps in which a regular train of the wanted rate fires.
func (l *VanRossum) target(t int, correct bool) float32 {
	rate := l.Incorrect
	if correct {
		rate = l.Correct
	}
	return float32(math.Floor(float64(t+1)*rate) - math.Floor(float64(t)*rate))
}

// Backward implements Op: the filter run backwards in time.
func (l *VanRossum) Backward(_ *Context, _ []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	scale, a := float32(grad.Scalar/(l.Tau*float64(l.f.B))), float32(math.Exp(-1/l.Tau))
	step := l.f.B * l.f.N()
	for i := range l.f.F {
		l.f.F[i] *= scale
	}
	for i := len(l.f.F) - step - 1; i >= 0; i-- {
		l.f.F[i] += a * l.f.F[i+step]
	}
	l.grad.Signal = &l.f
	return []*Value{&l.grad}, nil
}
