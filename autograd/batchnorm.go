package autograd

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
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

	y, dx, full    signal.Signal
	mean, inv      []float32 // of each group of rows and channel: batch mean, 1/√(var + eps)
	shift, slope   []float32 // likewise, of the gradient: means of dy and of dy·x̂
	run            normRun
	partial, total []float64
	out            Value
	grads          [3]Value
	back           []*Value
	loops          struct{ forward, backward, moments, errors func(lo, hi int) }
}

// normRun is what the loops of one call work on.
type normRun struct {
	x, dy    *signal.Signal
	w, b     []float32
	perGroup int // rows of a group
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

// prepare makes the loops and says what they work on.
func (n *BatchNorm) prepare(in []*Value, dy *signal.Signal) (groups int) {
	if n.back == nil {
		n.back = make([]*Value, 3)
		n.loops.forward, n.loops.backward, n.loops.moments, n.loops.errors = n.forwardRows, n.inputRows, n.momentPieces, n.errorPieces
	}
	x := in[0].Signal
	groups = n.groups(x)
	n.run = normRun{x: x, dy: dy, w: in[1].Param, b: in[2].Param, perGroup: x.Rows() / groups}
	return groups
}

// Forward implements Op.
func (n *BatchNorm) Forward(c *Context, in []*Value) (*Value, error) {
	x, channels := in[0].Signal, len(n.Mean)
	if x.Spiking() {
		return nil, fmt.Errorf("batch-norm reads spikes; put it after a synapse")
	}
	groups := n.prepare(in, nil)
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
	c.Pool.For(x.Rows(), rowGrain(x.N()), n.loops.forward)
	n.out.Signal = &n.y
	return &n.out, nil
}

func (n *BatchNorm) forwardRows(lo, hi int) {
	for r := lo; r < hi; r++ {
		k := n.channels(r)
		kernels.Normalize(n.y.Row(r), n.run.x.Row(r), &k)
	}
}

// channels are what row r is normalized with.
func (n *BatchNorm) channels(r int) kernels.Norm {
	lo := r / n.run.perGroup * len(n.Mean)
	hi := lo + len(n.Mean)
	k := kernels.Norm{Mean: n.mean[lo:hi], Inv: n.inv[lo:hi], Weight: n.run.w, Bias: n.run.b}
	if n.run.dy != nil {
		k.Shift, k.Slope = n.shift[lo:hi], n.slope[lo:hi]
	}
	return k
}

// statistics computes mean and variance of every group and channel and moves the running ones.
func (n *BatchNorm) statistics(c *Context, x *signal.Signal, groups int) {
	channels := len(n.Mean)
	count := float64(x.Rows() / groups * x.N() / channels)
	total := n.overRows(c, groups, n.loops.moments)
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

// overRows sums two values a channel over the rows of each group. body computes
// the partial sums of pieces lo..hi, which are then added in order.
func (n *BatchNorm) overRows(c *Context, groups int, body func(lo, hi int)) []float64 {
	width := 2 * len(n.Mean)
	n.partial, n.total = growSums(n.partial, groups*pieces*width), growSums(n.total, groups*width)
	c.Pool.For(groups*pieces, 1, body)
	clear(n.total)
	for i := range groups * pieces {
		to := n.total[i/pieces*width:][:width]
		for k, v := range n.partial[i*width : (i+1)*width] {
			to[k] += v
		}
	}
	return n.total
}

// piece returns the cleared partial sums of piece i and its rows.
func (n *BatchNorm) piece(i int) (first, second []float64, lo, hi int) {
	channels, g, p := len(n.Mean), i/pieces, i%pieces
	sums := n.partial[2*i*channels:][:2*channels]
	clear(sums)
	start := g * n.run.perGroup
	return sums[:channels], sums[channels:], start + p*n.run.perGroup/pieces, start + (p+1)*n.run.perGroup/pieces
}

func (n *BatchNorm) momentPieces(lo, hi int) {
	for i := lo; i < hi; i++ {
		sum, square, first, last := n.piece(i)
		for r := first; r < last; r++ {
			kernels.Moments(sum, square, n.run.x.Row(r))
		}
	}
}

// growSums returns s with length n, reallocated only when its capacity is too small.
func growSums(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
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
	x, channels := in[0].Signal, len(n.Mean)
	dy := matchRows(c, grad.Signal, x, &n.full)
	groups := n.prepare(in, dy)
	n.shift, n.slope = grow(n.shift, groups*channels), grow(n.slope, groups*channels)
	sums := n.overRows(c, groups, n.loops.errors)
	for i, first := range [3]int{1: channels, 2: 0} { // dL/dw = Σ dy·x̂, dL/db = Σ dy
		n.back[i] = nil
		if i > 0 && need[i] {
			n.grads[i].Param = grow(n.grads[i].Param, channels)
			for k := range channels {
				s := 0.0
				for g := range groups {
					s += sums[2*g*channels+first+k]
				}
				n.grads[i].Param[k] = float32(s)
			}
			n.back[i] = &n.grads[i]
		}
	}
	if need[0] {
		n.inputGrad(c, groups, sums)
		n.grads[0].Signal = &n.dx
		n.back[0] = &n.grads[0]
	}
	return n.back, nil
}

// errorPieces sums dy and dy·x̂.
func (n *BatchNorm) errorPieces(lo, hi int) {
	for i := lo; i < hi; i++ {
		sum, hat, first, last := n.piece(i)
		for r := first; r < last; r++ {
			k := n.channels(r)
			kernels.ErrorMoments(sum, hat, n.run.dy.Row(r), n.run.x.Row(r), &k)
		}
	}
}

// inputGrad writes dL/dx = w·inv·(dy − (Σdy + x̂·Σdy·x̂)/count), or w·inv·dy outside training.
func (n *BatchNorm) inputGrad(c *Context, groups int, sums []float64) {
	x, channels := n.run.x, len(n.Mean)
	scale := 0.0
	if c.Train {
		scale = 1 / float64(x.Rows()/groups*x.N()/channels)
	}
	for i := range n.shift {
		g, k := i/channels, i%channels
		n.shift[i] = float32(sums[2*g*channels+k] * scale)
		n.slope[i] = float32(sums[(2*g+1)*channels+k] * scale)
	}
	n.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	c.Pool.For(x.Rows(), rowGrain(x.N()), n.loops.backward)
}

func (n *BatchNorm) inputRows(lo, hi int) {
	for r := lo; r < hi; r++ {
		k := n.channels(r)
		kernels.NormalizeGrad(n.dx.Row(r), n.run.dy.Row(r), n.run.x.Row(r), &k)
	}
}
