package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Add sums its inputs, spikes as 0 and 1: the join of a residual connection.
type Add struct {
	y     signal.Signal
	parts []signal.Signal // gradients of constant inputs, summed over time
	out   Value
	grads []Value
	back  []*Value
}

// Key implements Op.
func (a *Add) Key() string { return "add" }

func (a *Add) adds() {}

// OutShape implements Op.
func (a *Add) OutShape(in []model.Shape) (model.Shape, error) {
	for _, s := range in[1:] {
		if !s.Equal(in[0]) {
			return nil, fmt.Errorf("add: inputs are %v and %v", in[0], s)
		}
	}
	return in[0], nil
}

// Forward implements Op.
func (a *Add) Forward(c *Context, in []*Value) (*Value, error) {
	t, constant := 0, true
	for _, v := range in {
		t = max(t, v.Signal.T)
		constant = constant && v.Signal.Const
	}
	first := in[0].Signal
	a.y.ResetAnalog(t, first.B, first.Shape, constant)
	c.Pool.For(a.y.Rows(), rowGrain(a.y.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := a.y.Row(r)
			clear(row)
			for _, v := range in {
				v.Signal.AddTo(row, sharedRow(v.Signal, r))
			}
		}
	})
	a.out.Signal = &a.y
	return &a.out, nil
}

// Backward implements Op: every input gets the error itself, a constant one its sum over time.
func (a *Add) Backward(c *Context, in []*Value, out, grad *Value, need []bool) ([]*Value, error) {
	if a.parts == nil {
		a.parts, a.grads = make([]signal.Signal, len(in)), make([]Value, len(in))
		a.back = make([]*Value, len(in))
	}
	back := a.back
	for i, v := range in {
		if !need[i] {
			continue
		}
		a.grads[i].Signal = overTime(c, grad.Signal, v.Signal, out.Signal, &a.parts[i])
		back[i] = &a.grads[i]
	}
	return back, nil
}

// overTime returns the gradient g of a signal like out in the form that x
// needs: summed over time, the last step first, when x is constant and out is not.
func overTime(c *Context, g, x, out, sum *signal.Signal) *signal.Signal {
	if !x.Const || out.Const {
		return g
	}
	sum.ResetAnalog(x.T, x.B, x.Shape, true)
	c.Pool.For(x.B, rowGrain(x.N()*out.T), func(lo, hi int) {
		for b := lo; b < hi; b++ {
			row := sum.Row(b)
			if !c.Span.goesOn() {
				clear(row)
			}
			for t := out.T - 1; t >= 0; t-- {
				kernels.Add(row, g.Row(sharedRow(g, t*out.B+b)))
			}
		}
	})
	return sum
}
