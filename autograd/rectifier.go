package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Rectifier applies a piecewise linear function to every value
// (model.Rectifier states them). At a kink the derivative is that of the flat
// side, of leaky-relu that of the positive side.
type Rectifier struct {
	model.Rectifier

	y, dx, full signal.Signal
	out         Value
	grad        Value
}

// Key implements Op.
func (a *Rectifier) Key() string {
	return fmt.Sprintf("%s %v..%v slope %v", a.Kind(), a.Low, a.High, a.Slope)
}

// OutShape implements Op.
func (a *Rectifier) OutShape(in []model.Shape) (model.Shape, error) { return a.Infer(in[:1]) }

// Forward implements Op. A NaN stays one.
func (a *Rectifier) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	a.y.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	low, high, slope := float32(a.Low), float32(a.High), float32(a.Slope)
	eachValueRow(c, x, func(r int, row []float32) {
		to := a.y.Row(r)[:len(row)]
		switch a.Func {
		case model.ReLU:
			for i, v := range row {
				to[i] = max(v, 0)
			}
		case model.Clip:
			for i, v := range row {
				to[i] = min(max(v, low), high)
			}
		default:
			for i, v := range row {
				to[i] = max(v, 0) + slope*min(v, 0)
			}
		}
	})
	a.out.Signal = &a.y
	return &a.out, nil
}

// Backward implements Op.
func (a *Rectifier) Backward(c *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	x := in[0].Signal
	dy := matchRows(c, grad.Signal, x, &a.full)
	a.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	low, high, slope := float32(a.Low), float32(a.High), float32(a.Slope)
	eachValueRow(c, x, func(r int, row []float32) {
		to, from := a.dx.Row(r), dy.Row(r)
		for i, v := range row {
			d := float32(0)
			switch {
			case a.Func == model.ReLU && v > 0, a.Func == model.Clip && v > low && v < high, a.Func == model.LeakyReLU && v >= 0:
				d = 1
			case a.Func == model.LeakyReLU:
				d = slope
			}
			to[i] = d * from[i]
		}
	})
	a.grad.Signal = &a.dx
	return []*Value{&a.grad}, nil
}
