package autograd

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// BatchNorm normalizes each channel (model.BatchNorm states the equation).
// Inputs: x, weight (C), bias (C). Mean and Var are the running statistics,
// changed by every Forward while training.
type BatchNorm struct {
	Eps, Momentum float64
	StepByStep    bool // statistics of each step alone, not of all steps
	Mean, Var     []float32

	y, dx, full signal.Signal
	mean, inv   []float32 // of each group of rows and channel: batch mean, 1/√(var + eps)
	out         Value
	grads       [3]Value
}

// Key implements Op.
func (n *BatchNorm) Key() string {
	return fmt.Sprintf("batch-norm eps=%v momentum=%v step=%v", n.Eps, n.Momentum, n.StepByStep)
}

// OutShape implements Op.
func (n *BatchNorm) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

// cannotCut implements whole.
func (n *BatchNorm) cannotCut(c *Context) string {
	if n.StepByStep || !c.Train {
		return ""
	}
	return "batch-norm takes its statistics over all steps at once; use over: step"
}

// groups is the number of groups of consecutive rows that are normalized together.
func (n *BatchNorm) groups(x *signal.Signal) int {
	if n.StepByStep {
		return x.Steps()
	}
	return 1
}

// Forward implements Op.
func (n *BatchNorm) Forward(c *Context, in []*Value) (*Value, error) {
	x, channels := in[0].Signal, len(n.Mean)
	if x.Spiking() {
		return nil, fmt.Errorf("batch-norm reads spikes; put it after a synapse")
	}
	groups := n.groups(x)
	n.mean, n.inv = grow(n.mean, groups*channels), grow(n.inv, groups*channels)
	if c.Train {
		n.statistics(c, x, groups)
	} else {
		for i := range n.mean {
			n.mean[i] = n.Mean[i%channels]
			n.inv[i] = float32(1 / math.Sqrt(float64(n.Var[i%channels])+n.Eps))
		}
	}
	n.y.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	w, b := in[1].Param, in[2].Param
	n.eachRow(c, x, groups, func(r, at int) {
		to, from, mean, inv := n.y.Row(r), x.Row(r), n.mean[at:at+channels], n.inv[at:at+channels]
		for lo := 0; lo < len(from); lo += channels {
			t, v := to[lo:lo+channels], from[lo:lo+channels]
			for k := range t {
				t[k] = (v[k]-mean[k])*inv[k]*w[k] + b[k]
			}
		}
	})
	n.out.Signal = &n.y
	return &n.out, nil
}

// eachRow calls body for every row with the offset of its group's statistics.
func (n *BatchNorm) eachRow(c *Context, x *signal.Signal, groups int, body func(r, at int)) {
	perGroup := x.Rows() / groups
	c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			body(r, r/perGroup*len(n.Mean))
		}
	})
}

// statistics computes mean and variance of every group and channel and moves the running ones.
func (n *BatchNorm) statistics(c *Context, x *signal.Signal, groups int) {
	channels := len(n.Mean)
	count := float64(x.Rows() / groups * x.N() / channels)
	total := n.overRows(c, x.Rows()/groups, groups, 2*channels, func(sums []float64, r, _ int) {
		row := x.Row(r)
		for at := 0; at < len(row); at += channels {
			sum, square := sums[:channels], sums[channels:2*channels]
			for k, v := range row[at : at+channels] {
				sum[k] += float64(v)
				square[k] += float64(v) * float64(v)
			}
		}
	})
	for g := range groups {
		for k := range channels {
			mean := total[2*g*channels+k] / count
			variance := max(total[(2*g+1)*channels+k]/count-mean*mean, 0)
			n.mean[g*channels+k] = float32(mean)
			n.inv[g*channels+k] = float32(1 / math.Sqrt(variance+n.Eps))
			if c.Span.Again {
				continue
			}
			unbiased := variance * count / max(count-1, 1)
			for range n.repeats(x) {
				n.Mean[k] = float32((1-n.Momentum)*float64(n.Mean[k]) + n.Momentum*mean)
				n.Var[k] = float32((1-n.Momentum)*float64(n.Var[k]) + n.Momentum*unbiased)
			}
		}
	}
}

// pieces is into how many parts the rows of a group are cut for a sum: always
// the same, so that its bits do not depend on the number of threads.
const pieces = 16

// overRows sums width values over the perGroup rows of each group: body adds
// what row r, of a group whose statistics start at at, gives. Partial sums of a
// fixed number of pieces are added in order.
func (n *BatchNorm) overRows(c *Context, perGroup, groups, width int, body func(sums []float64, r, at int)) []float64 {
	partial := make([]float64, groups*pieces*width)
	c.Pool.For(groups*pieces, 1, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			g, p := i/pieces, i%pieces
			for r := p * perGroup / pieces; r < (p+1)*perGroup/pieces; r++ {
				body(partial[i*width:(i+1)*width], g*perGroup+r, g*len(n.Mean))
			}
		}
	})
	total := make([]float64, groups*width)
	for i := range groups * pieces {
		for k, v := range partial[i*width : (i+1)*width] {
			total[i/pieces*width+k] += v
		}
	}
	return total
}

// repeats is how many steps one stored group stands for: a constant input
// meets a step-by-step layer T times.
func (n *BatchNorm) repeats(x *signal.Signal) int {
	if n.StepByStep && x.Const {
		return x.T
	}
	return 1
}

// Backward implements Op.
func (n *BatchNorm) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, w, channels := in[0].Signal, in[1].Param, len(n.Mean)
	dy := matchRows(c, grad.Signal, x, &n.full)
	groups := n.groups(x)
	sums := n.errorSums(c, x, dy, groups)
	back := make([]*Value, 3)
	for i, first := range []int{1: channels, 2: 0} { // dL/dw = Σ dy·x̂, dL/db = Σ dy
		if i > 0 && need[i] {
			n.grads[i].Param = grow(n.grads[i].Param, channels)
			for k := range channels {
				s := 0.0
				for g := range groups {
					s += sums[2*g*channels+first+k]
				}
				n.grads[i].Param[k] = float32(s)
			}
			back[i] = &n.grads[i]
		}
	}
	if need[0] {
		n.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		n.inputGrad(c, x, dy, w, groups, sums)
		n.grads[0].Signal = &n.dx
		back[0] = &n.grads[0]
	}
	return back, nil
}

// errorSums computes Σ dy and Σ dy·x̂ of every group and channel.
func (n *BatchNorm) errorSums(c *Context, x, dy *signal.Signal, groups int) []float64 {
	channels := len(n.Mean)
	return n.overRows(c, x.Rows()/groups, groups, 2*channels, func(sums []float64, r, at int) {
		values, errors, mean, inv := x.Row(r), dy.Row(r), n.mean[at:at+channels], n.inv[at:at+channels]
		for lo := 0; lo < len(values); lo += channels {
			plain, hat := sums[:channels], sums[channels:2*channels]
			v, e := values[lo:lo+channels], errors[lo:lo+channels]
			for k := range channels {
				plain[k] += float64(e[k])
				hat[k] += float64(e[k]) * float64((v[k]-mean[k])*inv[k])
			}
		}
	})
}

// inputGrad writes dL/dx = w·inv·(dy − (Σdy + x̂·Σdy·x̂)/count), or w·inv·dy outside training.
func (n *BatchNorm) inputGrad(c *Context, x, dy *signal.Signal, w []float32, groups int, sums []float64) {
	channels := len(n.Mean)
	scale := 0.0
	if c.Train {
		scale = 1 / float64(x.Rows()/groups*x.N()/channels)
	}
	shift, slope := make([]float32, groups*channels), make([]float32, groups*channels)
	for i := range shift {
		g, k := i/channels, i%channels
		shift[i] = float32(sums[2*g*channels+k] * scale)
		slope[i] = float32(sums[(2*g+1)*channels+k] * scale)
	}
	n.eachRow(c, x, groups, func(r, at int) {
		to, errors, values := n.dx.Row(r), dy.Row(r), x.Row(r)
		mean, inv, shift, slope := n.mean[at:at+channels], n.inv[at:at+channels], shift[at:at+channels], slope[at:at+channels]
		for lo := 0; lo < len(values); lo += channels {
			t, e, v := to[lo:lo+channels], errors[lo:lo+channels], values[lo:lo+channels]
			for k := range t {
				hat := (v[k] - mean[k]) * inv[k]
				t[k] = (e[k] - (shift[k] + hat*slope[k])) * w[k] * inv[k]
			}
		}
	})
}
