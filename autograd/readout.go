package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Readout turns the output over time into scores: their sum, mean, maximum
// over time, or the last step. A score is a constant signal of one step.
type Readout struct {
	Kind string // "sum", "mean", "max", "last"

	y, dx signal.Signal
	at    []int32 // of "max": the step that was the maximum
	out   Value
	grad  Value
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

// Forward implements Op.
func (o *Readout) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	o.y.ResetAnalog(1, x.B, x.Shape, true)
	if o.Kind == "max" && cap(o.at) < len(o.y.F) {
		o.at = make([]int32, len(o.y.F))
	}
	n := x.N()
	c.Pool.For(x.B, rowGrain(n*x.T), func(lo, hi int) {
		for b := lo; b < hi; b++ {
			o.read(x, b, o.y.Row(b), b*n)
		}
	})
	o.out.Signal = &o.y
	return &o.out, nil
}

// read computes the scores of sample b, whose first value is number at of all scores.
func (o *Readout) read(x *signal.Signal, b int, score []float32, at int) {
	clear(score)
	switch o.Kind {
	case "last":
		x.AddTo(score, sharedRow(x, (x.T-1)*x.B+b))
	case "max":
		o.highest(x, b, score, at)
	default:
		for t := range x.T {
			if r := sharedRow(x, t*x.B+b); x.Spiking() {
				x.AddTo(score, r)
			} else {
				kernels.Add(score, x.Row(r))
			}
		}
	}
	if o.Kind == "mean" {
		for i := range score {
			score[i] /= float32(x.T)
		}
	}
}

// highest is the maximum over time, and notes when it was.
func (o *Readout) highest(x *signal.Signal, b int, score []float32, at int) {
	row := make([]float32, x.N())
	for t := range x.T {
		clear(row)
		x.AddTo(row, sharedRow(x, t*x.B+b))
		for i, v := range row {
			if t == 0 || v > score[i] {
				score[i], o.at[at+i] = v, int32(t)
			}
		}
	}
}

// Backward implements Op.
func (o *Readout) Backward(_ *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	x, g := in[0].Signal, grad.Signal
	o.grad.Signal = &o.dx
	if o.Kind == "sum" || o.Kind == "mean" || x.Const {
		o.dx.ResetAnalog(x.T, x.B, x.Shape, true)
		f := float32(1)
		if o.Kind == "mean" {
			f = 1 / float32(x.T)
		}
		if x.Const && (o.Kind == "sum" || o.Kind == "mean") {
			f *= float32(x.T) // one stored step stands for T
		}
		for i, v := range g.F {
			o.dx.F[i] = v * f
		}
		return []*Value{&o.grad}, nil
	}
	o.dx.ResetAnalog(x.T, x.B, x.Shape, false)
	clear(o.dx.F)
	for i, v := range g.F {
		t := x.T - 1
		if o.Kind == "max" {
			t = int(o.at[i])
		}
		o.dx.F[t*len(g.F)+i] = v
	}
	return []*Value{&o.grad}, nil
}
