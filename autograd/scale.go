package autograd

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Scale computes y = x·factor. Inputs: x, and factor of one value, one a
// channel, or one a neuron (channel-last).
type Scale struct {
	y, dx signal.Signal
	full  signal.Signal
	out   Value
	grads [2]Value
	back  []*Value
	sums  []float64
	row   []float32
}

// Key implements Op.
func (s *Scale) Key() string { return "scale" }

// OutShape implements Op.
func (s *Scale) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

// Forward implements Op.
func (s *Scale) Forward(c *Context, in []*Value) (*Value, error) {
	x, factor := in[0].Signal, in[1].Param
	s.y.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := s.y.Row(r)
			clear(row)
			x.AddTo(row, r)
			timesFactor(row, factor)
		}
	})
	s.out.Signal = &s.y
	return &s.out, nil
}

func timesFactor(row, factor []float32) {
	n := len(factor)
	for i := range row {
		row[i] *= factor[i%n]
	}
}

// Backward implements Op.
func (s *Scale) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, factor := in[0].Signal, in[1].Param
	if s.back == nil {
		s.back = make([]*Value, 2)
	}
	back := s.back
	if need[1] {
		s.grads[1].Param = grow(s.grads[1].Param, len(factor))
		s.factorGrad(s.grads[1].Param, x, matchRows(c, grad.Signal, x, &s.full))
		back[1] = &s.grads[1]
	}
	if need[0] {
		g := grad.Signal
		s.dx.ResetAnalog(g.T, g.B, g.Shape, g.Const)
		copy(s.dx.F, g.F)
		for r := range s.dx.Rows() {
			timesFactor(s.dx.Row(r), factor)
		}
		s.grads[0].Signal = &s.dx
		back[0] = &s.grads[0]
	}
	return back, nil
}

// factorGrad sums x·dy over rows and places, in order.
func (s *Scale) factorGrad(df []float32, x, dy *signal.Signal) {
	s.sums, s.row = zeros(s.sums, len(df)), grow(s.row, x.N())
	sums, row := s.sums, s.row
	for r := range dy.Rows() {
		clear(row)
		x.AddTo(row, r)
		for i, g := range dy.Row(r) {
			sums[i%len(df)] += float64(g * row[i])
		}
	}
	for i, v := range sums {
		df[i] = float32(v)
	}
}
