package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
)

func (a *adjointOp) run(c *Context, in []*Value) (*Value, error) {
	parts, err := a.of.op.Backward(c, in[2:], in[1], in[0], a.of.need)
	if err != nil {
		return nil, err
	}
	a.out.parts = parts
	if _, adds := a.of.op.(adder); !adds && (c.Span.Before > 0 || c.Span.After > 0) {
		a.out.parts = a.overSegments(c, in[2:], parts)
	}
	return &a.out, nil
}

// overSegments adds up the gradients of what does not vary in time over the
// segments, from the last to the first.
func (a *adjointOp) overSegments(c *Context, in, parts []*Value) []*Value {
	if a.totals == nil {
		a.totals, a.parts = make([]Value, len(parts)), make([]*Value, len(parts))
	}
	for i, v := range parts {
		a.parts[i] = v
		if v == nil || in[i].Signal != nil && !in[i].Signal.Const {
			continue
		}
		to := &a.totals[i]
		switch {
		case v.Param != nil:
			to.Param = addOn(to.Param, v.Param, c.Span.goesOn())
		case v.Signal != nil:
			if to.Signal == nil {
				to.Signal = &signal.Signal{}
			}
			to.Signal.ResetAnalog(v.Signal.T, v.Signal.B, v.Signal.Shape, v.Signal.Const)
			addOn(to.Signal.F, v.Signal.F, c.Span.goesOn())
		}
		a.parts[i] = to
	}
	return a.parts
}

// addOn adds v to sum, or starts the sum with it.
func addOn(sum, v []float32, goesOn bool) []float32 {
	if goesOn {
		kernels.Add(sum, v)
		return sum
	}
	sum = grow(sum, len(v))
	copy(sum, v)
	return sum
}

func (p *pickOp) run(_ *Context, in []*Value) (*Value, error) {
	v := in[0].parts[p.index]
	if v == nil {
		return nil, fmt.Errorf("the adjoint left it out")
	}
	return v, nil
}
