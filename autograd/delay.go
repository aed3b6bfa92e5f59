package autograd

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Delay hands each value on later: y[t] = x[t − d], 0 before the first step,
// with d of one value, one a channel, or one a neuron. Spikes stay spikes.
//
// The state is the last D values of each input, oldest first, D the longest
// delay: E[k] is the value of step T − D + k.
type Delay struct {
	Memory
	Steps []int32 // d: (1), (C), or one a neuron, channel-last

	longest int
	y, dx   signal.Signal
	out     Value
	grad    Value
}

// Key implements Op.
func (o *Delay) Key() string { return fmt.Sprintf("delay %v", o.Steps) }

// OutShape implements Op.
func (o *Delay) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

// of is the delay of value n.
func (o *Delay) of(n int) int { return int(o.Steps[n%len(o.Steps)]) }

// Forward implements Op.
func (o *Delay) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	o.longest = int(slices.Max(o.Steps))
	n, held := x.N(), o.longest*x.N()
	start := o.from()
	if start != nil && len(start[0]) != x.B*held {
		return nil, fmt.Errorf("the state is that of another number of samples; a sequence that goes on keeps its samples")
	}
	if x.Spiking() {
		o.y.ResetSpikes(x.T, x.B, x.Shape, false)
		o.y.Gain = x.Gain
	} else {
		o.y.ResetAnalog(x.T, x.B, x.Shape, false)
	}
	end := o.atEnd(1, x.B*held)
	c.Pool.For(x.B, 1, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			o.sample(x, b, n, held, start, end)
		}
	})
	o.out.Signal = &o.y
	return &o.out, nil
}

// sample runs sample b: what was in the state first, then its own values.
func (o *Delay) sample(x *signal.Signal, b, n, held int, start, end State) {
	past := func(t, i int) float32 { // of step t < 0
		if start == nil {
			return 0
		}
		return start[0][b*held+(o.longest+t)*n+i]
	}
	for t := range x.T {
		for i := range n {
			from := t - o.of(i)
			if from >= 0 {
				o.put(t*x.B+b, i, valueAt(x, from, b, i))
			} else {
				o.put(t*x.B+b, i, past(from, i))
			}
		}
	}
	for k := range o.longest {
		if end == nil {
			return
		}
		to := end[0][b*held+k*n : b*held+(k+1)*n]
		for i := range to {
			if t := x.T - o.longest + k; t >= 0 {
				to[i] = valueAt(x, t, b, i)
			} else {
				to[i] = past(t, i)
			}
		}
	}
}

// put writes a value of the output.
func (o *Delay) put(row, i int, v float32) {
	switch {
	case !o.y.Spiking():
		o.y.Row(row)[i] = v
	case v != 0:
		o.y.Fire(row, i)
	}
}

// valueAt is value i of sample b in step t.
func valueAt(x *signal.Signal, t, b, i int) float32 {
	if x.Const {
		t = 0
	}
	if !x.Spiking() {
		return x.Row(t*x.B + b)[i]
	}
	if x.Fired(t*x.B+b, i) {
		return x.Gain
	}
	return 0
}

// Backward implements Op: dL/dx[t] = dL/dy[t + d], through the state where t + d
// lies behind these steps.
func (o *Delay) Backward(c *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	x, g := in[0].Signal, grad.Signal
	n, held := x.N(), o.longest*x.N()
	o.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	clear(o.dx.F)
	adjoint := o.adjoints(1, x.B*held)
	c.Pool.For(x.B, 1, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			var state []float32
			if adjoint != nil {
				state = adjoint[0][b*held : (b+1)*held]
			}
			o.unsample(c, g, b, n, state)
		}
	})
	o.grad.Signal = &o.dx
	return []*Value{&o.grad}, nil
}

// unsample is the adjoint of sample; state holds dL/dE and then dL/d(state at the start).
func (o *Delay) unsample(c *Context, g *signal.Signal, b, n int, state []float32) {
	steps := o.dx.T
	add := func(t, i int, v float32) { // to step t, which may lie before the first
		switch {
		case t >= 0 && o.dx.Const:
			o.dx.Row(b)[i] += v
		case t >= 0:
			o.dx.Row(t*o.dx.B + b)[i] += v
		case state != nil:
			state[(o.longest+t)*n+i] += v
		}
	}
	old := slices.Clone(state)
	clear(state)
	for k := len(old) - 1; k >= 0; k-- {
		add(steps-o.longest+k/n, k%n, old[k])
	}
	for t := steps - 1; t >= 0; t-- {
		row := t
		if g.Const {
			row = 0
		}
		for i, v := range g.Row(row*g.B + b) {
			if from := t - o.of(i); c.same(from, t) {
				add(from, i, v)
			}
		}
	}
}

// same says that errors pass from step t to step from, counted from the first of these steps.
func (c *Context) same(from, t int) bool {
	at := c.Span.at()
	return c.Truncate <= 0 || at+from < 0 || (at+from)/c.Truncate == (at+t)/c.Truncate
}
