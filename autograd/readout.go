package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Readout turns the output over time into scores: their sum, mean, maximum
// over time, or the last step. A score is a constant signal of one step. When
// the sequence goes on (Context.Carry) it is that of all steps so far.
type Readout struct {
	Memory
	Kind string // "sum", "mean", "max", "last"

	y, dx signal.Signal
	score []float32 // the state: sum, maximum or last value so far
	at    []int32   // of "max": the step of this run that was the maximum, −1 before it
	out   Value
	grad  Value
	back  []*Value
}

// Key implements Op.
func (o *Readout) Key() string { return "readout " + o.Kind }

// OutShape implements Op.
func (o *Readout) OutShape(in []model.Shape) (model.Shape, error) {
	switch o.Kind {
	case "sum", "mean", "max", "last":
		return in[0], nil
	}
	return nil, fmt.Errorf("readout %q is unknown", o.Kind)
}

func (o *Readout) gathers() {}

// Forward implements Op.
func (o *Readout) Forward(c *Context, in []*Value) (*Value, error) {
	if c.Span.Again {
		return &o.out, nil
	}
	x := in[0].Signal
	o.begin(c, x)
	n := x.N()
	c.Pool.For(x.B, rowGrain(n*x.T), func(lo, hi int) {
		for b := lo; b < hi; b++ {
			o.read(c, x, b, o.score[b*n:(b+1)*n])
		}
	})
	o.y.ResetAnalog(1, x.B, x.Shape, true)
	copy(o.y.F, o.score)
	if o.Kind == "mean" {
		steps := float32(c.Span.at() + x.T)
		for i := range o.y.F {
			o.y.F[i] /= steps
		}
	}
	if end := o.atEnd(1, len(o.score)); end != nil {
		copy(end[0], o.score)
	}
	o.out.Signal = &o.y
	return &o.out, nil
}

// begin sets score and maximum as they are before the first step.
func (o *Readout) begin(c *Context, x *signal.Signal) {
	size := x.B * x.N()
	o.score = grow(o.score, size)
	if start := o.from(); start != nil {
		copy(o.score, start[0])
	} else {
		clear(o.score)
	}
	if o.Kind != "max" || !c.Span.starts() {
		return
	}
	if cap(o.at) < size {
		o.at = make([]int32, size)
	}
	o.at = o.at[:size]
	for i := range o.at {
		o.at[i] = -1
	}
}

// read adds the steps of sample b to its score.
func (o *Readout) read(c *Context, x *signal.Signal, b int, score []float32) {
	switch o.Kind {
	case "last":
		clear(score)
		x.AddTo(score, sharedRow(x, (x.T-1)*x.B+b))
	case "max":
		o.highest(c, x, b, score)
	default:
		for t := range x.T {
			if r := sharedRow(x, t*x.B+b); x.Spiking() {
				x.AddTo(score, r)
			} else {
				kernels.Add(score, x.Row(r))
			}
		}
	}
}

// highest is the maximum over time, and notes when it was.
func (o *Readout) highest(c *Context, x *signal.Signal, b int, score []float32) {
	at := o.at[b*len(score) : (b+1)*len(score)]
	var spikes []float32 // as values
	if x.Spiking() {
		spikes = make([]float32, len(score))
	}
	for t := range x.T {
		row, r := spikes, sharedRow(x, t*x.B+b)
		if x.Spiking() {
			clear(row)
			x.AddTo(row, r)
		} else {
			row = x.Row(r)
		}
		for i, v := range row {
			if t == 0 && o.from() == nil || v > score[i] {
				score[i], at[i] = v, int32(c.Span.Before+t)
			}
		}
	}
}

// Backward implements Op.
func (o *Readout) Backward(c *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	x, g := in[0].Signal, grad.Signal
	o.grad.Signal = &o.dx
	o.back = append(o.back[:0], &o.grad)
	if o.Kind == "sum" || o.Kind == "mean" || x.Const {
		o.dx.ResetAnalog(x.T, x.B, x.Shape, true)
		f := float32(1)
		if o.Kind == "mean" {
			f = 1 / float32(c.Span.at()+x.T+c.Span.After)
		}
		if x.Const && (o.Kind == "sum" || o.Kind == "mean") {
			f *= float32(x.T) // one stored step stands for T
		}
		for i, v := range g.F {
			o.dx.F[i] = v * f
		}
		return o.back, nil
	}
	o.dx.ResetAnalog(x.T, x.B, x.Shape, false)
	clear(o.dx.F)
	for i, v := range g.F {
		t := x.T + c.Span.After - 1
		if o.Kind == "max" {
			t = int(o.at[i]) - c.Span.Before
		}
		if t >= 0 && t < x.T {
			o.dx.F[t*len(g.F)+i] = v
		}
	}
	return o.back, nil
}
