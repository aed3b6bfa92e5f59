package autograd

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Affine computes y = weight·x + bias. Inputs: x, weight and bias, each of one
// value, one a channel, or one a neuron (channel-last).
type Affine struct {
	y, dx, full signal.Signal
	out         Value
	grads       [3]Value
}

// Key implements Op.
func (a *Affine) Key() string { return "affine" }

// OutShape implements Op.
func (a *Affine) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

// Forward implements Op.
func (a *Affine) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	a.y.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	eachValueRow(c, x, func(r int, row []float32) {
		to := a.y.Row(r)
		times(to, row, in[1].Param)
		for b, lo := in[2].Param, 0; lo < len(to); lo += len(b) {
			for i, v := range b {
				to[lo+i] += v
			}
		}
	})
	a.out.Signal = &a.y
	return &a.out, nil
}

// times computes dst = factor·x, factor repeated.
func times(dst, x, factor []float32) {
	for lo := 0; lo < len(x); lo += len(factor) {
		for i, f := range factor {
			dst[lo+i] = x[lo+i] * f
		}
	}
}

// Backward implements Op.
func (a *Affine) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, w, b := in[0].Signal, in[1].Param, in[2].Param
	dy := matchRows(c, grad.Signal, x, &a.full)
	back := make([]*Value, 3)
	if need[1] {
		a.grads[1].Param = sumOverRows(a.grads[1].Param, len(w), x, dy, func(v, g float32) float32 { return v * g })
		back[1] = &a.grads[1]
	}
	if need[2] {
		a.grads[2].Param = sumOverRows(a.grads[2].Param, len(b), x, dy, func(_, g float32) float32 { return g })
		back[2] = &a.grads[2]
	}
	if need[0] {
		a.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		eachValueRow(c, dy, func(r int, row []float32) { times(a.dx.Row(r), row, w) })
		a.grads[0].Signal = &a.dx
		back[0] = &a.grads[0]
	}
	return back, nil
}
