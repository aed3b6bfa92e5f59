package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// MSE is the squared distance of the scores from a target, averaged over
// classes and batch: target Correct for the label, Incorrect for the others.
// On spike counts the targets are counts, on mean output they are rates.
type MSE struct {
	Correct, Incorrect float64

	dx   signal.Signal
	out  Value
	grad Value
	back []*Value
}

// Key implements Op.
func (l *MSE) Key() string { return fmt.Sprintf("mse %v %v", l.Correct, l.Incorrect) }

// OutShape implements Op: the loss is a number.
func (l *MSE) OutShape([]model.Shape) (model.Shape, error) { return nil, nil }

// Forward implements Op.
func (l *MSE) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	if err := checkLabels(c, x); err != nil {
		return nil, err
	}
	if x.Spiking() || x.T != 1 {
		return nil, fmt.Errorf("mse needs one score a class; use a readout over time")
	}
	l.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	l.out.Scalar = 0
	scale := 1 / float64(len(x.F))
	for b := range x.B {
		d := l.dx.Row(b)
		for i, v := range x.Row(b) {
			target := l.Incorrect
			if i == c.Labels[b] {
				target = l.Correct
			}
			e := float64(v) - target
			l.out.Scalar += e * e * scale
			d[i] = float32(2 * e * scale)
		}
	}
	return &l.out, nil
}

// Backward implements Op.
func (l *MSE) Backward(_ *Context, _ []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	for i := range l.dx.F {
		l.dx.F[i] *= float32(grad.Scalar)
	}
	l.grad.Signal = &l.dx
	l.back = append(l.back[:0], &l.grad)
	return l.back, nil
}
