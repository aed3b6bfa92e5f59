package autograd

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// PReLU is x where x ≥ 0, else slope·x. Inputs: x, and slope of one value, one
// a channel, or one a neuron (channel-last).
type PReLU struct {
	y, dx, full signal.Signal
	out         Value
	grads       [2]Value
}

// Key implements Op.
func (p *PReLU) Key() string { return "prelu" }

// OutShape implements Op.
func (p *PReLU) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

// Forward implements Op.
func (p *PReLU) Forward(c *Context, in []*Value) (*Value, error) {
	x, slope := in[0].Signal, in[1].Param
	p.y.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	eachValueRow(c, x, func(r int, row []float32) {
		to := p.y.Row(r)
		for lo := 0; lo < len(row); lo += len(slope) {
			for i, s := range slope {
				v := row[lo+i]
				to[lo+i] = max(v, 0) + s*min(v, 0)
			}
		}
	})
	p.out.Signal = &p.y
	return &p.out, nil
}

// Backward implements Op.
func (p *PReLU) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, slope := in[0].Signal, in[1].Param
	dy := matchRows(c, grad.Signal, x, &p.full)
	back := make([]*Value, 2)
	if need[1] {
		p.grads[1].Param = sumOverRows(p.grads[1].Param, len(slope), x, dy, func(v, g float32) float32 { return min(v, 0) * g })
		back[1] = &p.grads[1]
	}
	if need[0] {
		p.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		eachValueRow(c, x, func(r int, row []float32) {
			to, from := p.dx.Row(r), dy.Row(r)
			for lo := 0; lo < len(row); lo += len(slope) {
				for i, s := range slope {
					if row[lo+i] >= 0 {
						s = 1
					}
					to[lo+i] = s * from[lo+i]
				}
			}
		})
		p.grads[0].Signal = &p.dx
		back[0] = &p.grads[0]
	}
	return back, nil
}

// sumOverRows sums f(x, dy) over rows and places, in order, into the n values of a shared parameter.
func sumOverRows(dst []float32, n int, x, dy *signal.Signal, f func(v, g float32) float32) []float32 {
	sums, buf := make([]float64, n), make([]float32, x.N())
	for r := range dy.Rows() {
		row, g := denseRow(buf, x, r), dy.Row(r)
		for lo := 0; lo < len(row); lo += n {
			for i := range sums {
				sums[i] += float64(f(row[lo+i], g[lo+i]))
			}
		}
	}
	dst = grow(dst, n)
	for i, v := range sums {
		dst[i] = float32(v)
	}
	return dst
}
