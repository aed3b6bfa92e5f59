package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Concat puts its inputs side by side along an axis. Spikes of one value stay spikes.
type Concat struct {
	Axis int // 0 = channels; 1, 2 = height, width

	y     signal.Signal
	parts []signal.Signal // gradients
	sums  []signal.Signal // gradients of constant inputs, summed over time
	out   Value
	grads []Value
}

// Key implements Op.
func (o *Concat) Key() string { return fmt.Sprintf("concat %d", o.Axis) }

// OutShape implements Op.
func (o *Concat) OutShape(in []model.Shape) (model.Shape, error) {
	return (&model.Concat{Axis: o.Axis}).Infer(in)
}

// block is the number of neighboring values, channel-last, that one input
// gives before the next input follows.
func (o *Concat) block(shape []int) int {
	switch {
	case len(shape) != 3 || o.Axis == 0:
		return shape[0]
	case o.Axis == 1:
		return shape[0] * shape[1] * shape[2]
	}
	return shape[0] * shape[2]
}

// Forward implements Op.
func (o *Concat) Forward(c *Context, in []*Value) (*Value, error) {
	t, constant, spiking := 0, true, true
	shapes := make([]model.Shape, len(in))
	first := in[0].Signal
	for i, v := range in {
		x := v.Signal
		t, constant, shapes[i] = max(t, x.T), constant && x.Const, x.Shape
		spiking = spiking && x.Spiking() && x.Gain == first.Gain
	}
	shape, err := o.OutShape(shapes)
	if err != nil {
		return nil, err
	}
	o.out.Signal = &o.y
	if spiking {
		o.y.ResetSpikes(t, first.B, shape, constant)
		o.y.Gain = first.Gain
	} else {
		o.y.ResetAnalog(t, first.B, shape, constant)
	}
	total, at := o.block(shape), 0
	for _, v := range in {
		n := o.block(v.Signal.Shape)
		if spiking {
			o.fire(c, v.Signal, n, at, total)
		} else {
			o.copy(c, v.Signal, n, at, total)
		}
		at += n
	}
	return &o.out, nil
}

// fire sets the spikes of an input whose blocks of n start at place at of blocks of total.
func (o *Concat) fire(c *Context, x *signal.Signal, n, at, total int) {
	events := x.ByRow()
	c.Pool.For(o.y.Rows(), rowGrain(x.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			for _, e := range events.Group(sharedRow(x, r)) {
				o.y.Fire(r, int(e)/n*total+at+int(e)%n)
			}
		}
	})
}

func (o *Concat) copy(c *Context, x *signal.Signal, n, at, total int) {
	c.Pool.For(o.y.Rows(), rowGrain(x.N()), func(lo, hi int) {
		buf := make([]float32, x.N())
		for r := lo; r < hi; r++ {
			to, from := o.y.Row(r)[at:], denseRow(buf, x, sharedRow(x, r))
			for k := range len(from) / n {
				copy(to[k*total:], from[k*n:(k+1)*n])
			}
		}
	})
}

// Backward implements Op: every input gets its part of the error, a constant one its sum over time.
func (o *Concat) Backward(c *Context, in []*Value, out, grad *Value, need []bool) ([]*Value, error) {
	if o.parts == nil {
		o.parts, o.sums, o.grads = make([]signal.Signal, len(in)), make([]signal.Signal, len(in)), make([]Value, len(in))
	}
	back := make([]*Value, len(in))
	total, at := o.block(out.Signal.Shape), 0
	for i, v := range in {
		n := o.block(v.Signal.Shape)
		if need[i] {
			o.cut(c, &o.parts[i], grad.Signal, v.Signal.Shape, n, at, total)
			o.grads[i].Signal = overTime(c, &o.parts[i], v.Signal, out.Signal, &o.sums[i])
			back[i] = &o.grads[i]
		}
		at += n
	}
	return back, nil
}

// cut copies the blocks of n at place at of blocks of total out of g.
func (o *Concat) cut(c *Context, part, g *signal.Signal, shape []int, n, at, total int) {
	part.ResetAnalog(g.T, g.B, shape, g.Const)
	c.Pool.For(part.Rows(), rowGrain(part.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			to, from := part.Row(r), g.Row(r)[at:]
			for k := range len(to) / n {
				copy(to[k*n:(k+1)*n], from[k*total:])
			}
		}
	})
}
