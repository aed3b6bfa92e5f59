package autograd

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// QCFS is y = λ·h, h = clip(⌊xL/λ + ½⌋/L, 0, 1) (model.QCFS). Inputs: x, and λ
// of one value, one a channel, or one a neuron (channel-last). The slope of the
// floor counts as 1 (Bu et al. 2022, arXiv 2303.04347):
//
//	dy/dx = 1 where 0 < xL/λ + ½ < L, else 0
//	dy/dλ = h − x/λ there, 1 above, 0 below
//
// A λ that is not above 0 gives 0, without a gradient.
type QCFS struct {
	Levels int

	y, dx, full signal.Signal
	out         Value
	grads       [2]Value
}

// Key implements Op.
func (q *QCFS) Key() string { return fmt.Sprintf("qcfs %d", q.Levels) }

// OutShape implements Op.
func (q *QCFS) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

// level is h, and whether x lies where the activation rises.
func (q *QCFS) level(x, lambda float32) (h float32, rises bool) {
	if !(lambda > 0) {
		return 0, false
	}
	l := float32(q.Levels)
	u := x*l/lambda + 0.5
	return min(max(float32(math.Floor(float64(u)))/l, 0), 1), u > 0 && u < l
}

// Forward implements Op.
func (q *QCFS) Forward(c *Context, in []*Value) (*Value, error) {
	x, lambda := in[0].Signal, in[1].Param
	q.y.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	eachValueRow(c, x, func(r int, row []float32) {
		to := q.y.Row(r)
		for i, v := range row {
			l := lambda[i%len(lambda)]
			h, _ := q.level(v, l)
			to[i] = l * h
		}
	})
	q.out.Signal = &q.y
	return &q.out, nil
}

// Backward implements Op.
func (q *QCFS) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, lambda := in[0].Signal, in[1].Param
	dy := matchRows(c, grad.Signal, x, &q.full)
	back := make([]*Value, 2)
	if need[1] {
		q.grads[1].Param = q.thresholdGrad(q.grads[1].Param, x, dy, lambda)
		back[1] = &q.grads[1]
	}
	if need[0] {
		q.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		eachValueRow(c, x, func(r int, row []float32) {
			to, from := q.dx.Row(r), dy.Row(r)
			for i, v := range row {
				to[i] = 0
				if _, rises := q.level(v, lambda[i%len(lambda)]); rises {
					to[i] = from[i]
				}
			}
		})
		q.grads[0].Signal = &q.dx
		back[0] = &q.grads[0]
	}
	return back, nil
}

// thresholdGrad sums dy/dλ·dL/dy over rows and places, in order.
func (q *QCFS) thresholdGrad(dst []float32, x, dy *signal.Signal, lambda []float32) []float32 {
	n := len(lambda)
	sums, buf := make([]float64, n), make([]float32, x.N())
	for r := range dy.Rows() {
		row, g := denseRow(buf, x, r), dy.Row(r)
		for i, v := range row {
			l := lambda[i%n]
			switch h, rises := q.level(v, l); {
			case rises:
				sums[i%n] += float64((h - v/l) * g[i])
			case h == 1:
				sums[i%n] += float64(g[i])
			}
		}
	}
	dst = grow(dst, n)
	for i, v := range sums {
		dst[i] = float32(v)
	}
	return dst
}
