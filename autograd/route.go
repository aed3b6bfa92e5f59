package autograd

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Route moves values: an output value is one input value or zero, an input
// value has at most one output (model.Router). Spikes stay spikes.
type Route struct {
	Label string      // the op with every attribute
	Shape model.Shape // of the output
	From  []int32     // of each output value: its input value, or −1 for zero; both channel-last

	runs  []stretch
	to    []int32 // of each input value: its output value, or −1
	y, dx signal.Signal
	out   Value
	grad  Value
}

// stretch is n neighboring values that come from neighboring places, or are zero (from < 0).
type stretch struct{ to, from, n int }

// Key implements Op.
func (o *Route) Key() string { return o.Label }

// OutShape implements Op.
func (o *Route) OutShape([]model.Shape) (model.Shape, error) { return o.Shape, nil }

// Forward implements Op.
func (o *Route) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	o.index(x.N())
	o.out.Signal = &o.y
	if x.Spiking() {
		o.y.ResetSpikes(x.T, x.B, o.Shape, x.Const)
		o.y.Gain = x.Gain
		events := x.ByRow()
		c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
			for r := lo; r < hi; r++ {
				for _, e := range events.Group(r) {
					if k := o.to[e]; k >= 0 {
						o.y.Fire(r, int(k))
					}
				}
			}
		})
		return &o.out, nil
	}
	o.y.ResetAnalog(x.T, x.B, o.Shape, x.Const)
	c.Pool.For(x.Rows(), rowGrain(max(x.N(), o.y.N())), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			to, from := o.y.Row(r), x.Row(r)
			for _, p := range o.runs {
				if p.from < 0 {
					clear(to[p.to : p.to+p.n])
				} else {
					copy(to[p.to:p.to+p.n], from[p.from:p.from+p.n])
				}
			}
		}
	})
	return &o.out, nil
}

// index lists the runs of From and its inverse.
func (o *Route) index(inputs int) {
	if len(o.to) == inputs && o.runs != nil {
		return
	}
	o.to, o.runs = make([]int32, inputs), nil
	for i := range o.to {
		o.to[i] = -1
	}
	for i, f := range o.From {
		if f >= 0 {
			o.to[f] = int32(i)
		}
		if k := len(o.runs) - 1; k >= 0 {
			last := &o.runs[k]
			if f < 0 && last.from < 0 || f >= 0 && last.from >= 0 && int(f) == last.from+last.n {
				last.n++
				continue
			}
		}
		o.runs = append(o.runs, stretch{i, int(f), 1})
	}
}

// Backward implements Op: the error goes back to where the value came from.
func (o *Route) Backward(c *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	g := grad.Signal
	o.dx.ResetAnalog(g.T, g.B, in[0].Signal.Shape, g.Const)
	c.Pool.For(g.Rows(), rowGrain(o.dx.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			to, from := o.dx.Row(r), g.Row(r)
			clear(to)
			for _, p := range o.runs {
				if p.from >= 0 {
					copy(to[p.from:p.from+p.n], from[p.to:p.to+p.n])
				}
			}
		}
	})
	o.grad.Signal = &o.dx
	return []*Value{&o.grad}, nil
}
