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
		to := n.y.Row(r)
		for i, v := range x.Row(r) {
			k := i % channels
			to[i] = (v-n.mean[at+k])*n.inv[at+k]*w[k] + b[k]
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
	places := x.N() / channels
	perGroup := x.Rows() / groups
	count := float64(perGroup * places)
	c.Pool.For(channels, 8, func(lo, hi int) {
		for k := lo; k < hi; k++ {
			for g := range groups {
				mean, variance := moments(x, k, channels, g*perGroup, (g+1)*perGroup)
				n.mean[g*channels+k] = float32(mean)
				n.inv[g*channels+k] = float32(1 / math.Sqrt(variance+n.Eps))
				unbiased := variance * count / max(count-1, 1)
				for range n.repeats(x) {
					n.Mean[k] = float32((1-n.Momentum)*float64(n.Mean[k]) + n.Momentum*mean)
					n.Var[k] = float32((1-n.Momentum)*float64(n.Var[k]) + n.Momentum*unbiased)
				}
			}
		}
	})
}

// repeats is how many steps one stored group stands for: a constant input
// meets a step-by-step layer T times.
func (n *BatchNorm) repeats(x *signal.Signal) int {
	if n.StepByStep && x.Const {
		return x.T
	}
	return 1
}

// moments returns mean and biased variance of one channel over rows first..last.
func moments(x *signal.Signal, channel, channels, first, last int) (mean, variance float64) {
	n := 0
	for r := first; r < last; r++ {
		row := x.Row(r)
		for i := channel; i < len(row); i += channels {
			mean += float64(row[i])
			n++
		}
	}
	mean /= float64(n)
	for r := first; r < last; r++ {
		row := x.Row(r)
		for i := channel; i < len(row); i += channels {
			d := float64(row[i]) - mean
			variance += d * d
		}
	}
	return mean, variance / float64(n)
}

// Backward implements Op.
func (n *BatchNorm) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, w, channels := in[0].Signal, in[1].Param, len(n.Mean)
	dy := matchRows(c, grad.Signal, x, &n.full)
	groups := n.groups(x)
	sumDy, sumDyX := make([]float32, groups*channels), make([]float32, groups*channels)
	n.sums(c, x, dy, groups, sumDy, sumDyX)
	back := make([]*Value, 3)
	for i, sums := range map[int][]float32{1: sumDyX, 2: sumDy} {
		if need[i] {
			n.grads[i].Param = grow(n.grads[i].Param, channels)
			overGroups(n.grads[i].Param, sums)
			back[i] = &n.grads[i]
		}
	}
	if need[0] {
		count := float32(x.Rows() / groups * x.N() / channels)
		n.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		n.eachRow(c, x, groups, func(r, at int) {
			to, from, values := n.dx.Row(r), dy.Row(r), x.Row(r)
			for i, g := range from {
				k := i % channels
				if c.Train {
					hat := (values[i] - n.mean[at+k]) * n.inv[at+k]
					g -= (sumDy[at+k] + hat*sumDyX[at+k]) / count
				}
				to[i] = g * w[k] * n.inv[at+k]
			}
		})
		n.grads[0].Signal = &n.dx
		back[0] = &n.grads[0]
	}
	return back, nil
}

// sums computes Σ dy and Σ dy·x̂ of every group and channel.
func (n *BatchNorm) sums(c *Context, x, dy *signal.Signal, groups int, sumDy, sumDyX []float32) {
	channels := len(n.Mean)
	perGroup := x.Rows() / groups
	c.Pool.For(channels, 8, func(lo, hi int) {
		for k := lo; k < hi; k++ {
			for g := range groups {
				at := g*channels + k
				var s, sx float64
				for r := g * perGroup; r < (g+1)*perGroup; r++ {
					values, errors := x.Row(r), dy.Row(r)
					for i := k; i < len(values); i += channels {
						s += float64(errors[i])
						sx += float64(errors[i]) * float64((values[i]-n.mean[at])*n.inv[at])
					}
				}
				sumDy[at], sumDyX[at] = float32(s), float32(sx)
			}
		}
	})
}

// overGroups adds up the sums of all groups.
func overGroups(dst, sums []float32) {
	clear(dst)
	for i, v := range sums {
		dst[i%len(dst)] += v
	}
}
