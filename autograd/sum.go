package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/pages"
	"github.com/snntrain/snntrain/internal/signal"
)

// gradientSum adds the gradients that meet at a node with several consumers.
type gradientSum struct {
	sum signal.Signal
	out Value
}

func (g *gradientSum) run(c *Context, in []*Value) (*Value, error) {
	a, b := in[0], in[1]
	switch {
	case a.Signal != nil && b.Signal != nil:
		addSignals(c, &g.sum, a.Signal, b.Signal)
		g.out = Value{Signal: &g.sum}
	case a.Param != nil && b.Param != nil && len(a.Param) == len(b.Param):
		g.out.Param = grow(g.out.Param, len(a.Param))
		copy(g.out.Param, a.Param)
		kernels.Add(g.out.Param, b.Param)
	case a.Signal == nil && b.Signal == nil && a.Param == nil && b.Param == nil:
		g.out.Scalar = a.Scalar + b.Scalar
	default:
		return nil, fmt.Errorf("gradients of different form meet: %v and %v", a, b)
	}
	return &g.out, nil
}

// addSignals writes a + b to sum; a constant addend holds in every step.
func addSignals(c *Context, sum, a, b *signal.Signal) {
	t := max(a.T, b.T)
	sum.ResetAnalog(t, a.B, a.Shape, a.Const && b.Const)
	c.Pool.For(sum.Rows(), rowGrain(sum.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := sum.Row(r)
			copy(row, a.Row(sharedRow(a, r)))
			kernels.Add(row, b.Row(sharedRow(b, r)))
		}
	})
}

// sharedRow maps row r = t·B + b of a varying signal to the row that s stores for it.
func sharedRow(s *signal.Signal, r int) int {
	if s.Const {
		return r % s.B
	}
	return r
}

// rowGrain is how many rows of n values make a piece of work worth a thread.
func rowGrain(n int) int { return max(1, 16384/max(n, 1)) }

// grow returns s with length n, reallocated only when its capacity is too small.
func grow(s []float32, n int) []float32 { return pages.Grow(s, n) }
