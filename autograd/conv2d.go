package autograd

import (
	"fmt"
	"sync"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Conv2d is a two-dimensional cross-correlation with zero padding, optionally
// followed by a maximum over windows. Inputs: x (in, H, W), weights stored
// (kernel height, kernel width, in/groups, out), and optionally b (out).
// Samples are channel-last, so that the outputs of one place lie side by side
// and a spike adds whole rows of weights.
//
// A row of x is computed from its spikes, or as a dense product when it has so
// many that this is faster; a constant x is computed once.
// With Pool the full output of one sample lives in the cache only.
type Conv2d struct {
	Kernel, Stride, Padding, Dilation [2]int // (height, width)
	Groups                            int
	Pool                              *model.Pool2d // a maximum; nil = none

	plan    *plan
	y, dx   signal.Signal
	full    signal.Signal
	at      []uint16 // of each pooled output: which value of its window it is
	packed  []float32
	turned  []float32   // weights as errors use them
	partial [][]float32 // gradients of weights and bias of groups of rows
	run     convRun
	out     Value
	grads   [3]Value
	back    []*Value
	spaces  sync.Pool // *convSpace
	forward func(lo, hi int)
	inputs  func(lo, hi int)
	weights func(lo, hi int)
}

// convRun is what the loops of one call work on.
type convRun struct {
	x, dy       *signal.Signal
	w           []float32
	first, last []float32 // bias before the sum, or after it was scaled
	gain        float32
	size        int // of a partial gradient
}

// Key implements Op.
func (v *Conv2d) Key() string {
	key := fmt.Sprintf("conv2d k=%v s=%v p=%v d=%v g=%d", v.Kernel, v.Stride, v.Padding, v.Dilation, v.Groups)
	if v.Pool != nil {
		key += fmt.Sprintf(" %s k=%v s=%v p=%v", v.Pool.Kind(), v.Pool.Size, v.Pool.Stride, v.Pool.Padding)
	}
	return key
}

// OutShape implements Op.
func (v *Conv2d) OutShape(in []model.Shape) (model.Shape, error) {
	if len(in) < 2 || len(in[0]) != 3 || len(in[1]) != 4 {
		return nil, fmt.Errorf("conv2d: inputs %v do not fit x (in, H, W), w (kh, kw, in/groups, out)", in)
	}
	out, err := v.unpooled(in[0], in[1][3])
	if err != nil || v.Pool == nil {
		return out, err
	}
	if v.Pool.Mode != model.PoolMax {
		return nil, fmt.Errorf("conv2d: pooling by %s is not part of it", v.Pool.Mode)
	}
	return v.Pool.Infer([]model.Shape{out})
}

// unpooled is the shape of the convolution itself.
func (v *Conv2d) unpooled(in model.Shape, channels int) (model.Shape, error) {
	op := model.Conv2d{
		In: in[0], Out: channels, Kernel: v.Kernel, Stride: v.Stride, Padding: v.Padding, Dilation: v.Dilation, Groups: v.Groups,
	}
	return op.Infer([]model.Shape{in})
}

// prepare makes the tables for the shape of x, and the loops.
func (v *Conv2d) prepare(x *signal.Signal, w []float32) error {
	if v.forward == nil {
		v.forward, v.inputs, v.weights = v.forwardRows, v.inputRows, v.weightGroups
		v.spaces.New = func() any { return new(convSpace) }
	}
	if v.plan != nil && v.plan.fits(x.Shape) {
		return nil
	}
	channels := len(w) / (v.Kernel[0] * v.Kernel[1] * x.Shape[0] / v.Groups)
	out, err := v.unpooled(x.Shape, channels)
	if err != nil {
		return err
	}
	v.plan, err = newPlan(v, x.Shape, out)
	return err
}

// Forward implements Op.
func (v *Conv2d) Forward(c *Context, in []*Value) (*Value, error) {
	x, w := in[0].Signal, in[1].Param
	if err := v.prepare(x, w); err != nil {
		return nil, err
	}
	p := v.plan
	v.y.ResetAnalog(x.T, x.B, p.out, x.Const)
	v.run = convRun{x: x, w: w, gain: gainOf(x)}
	if len(in) > 2 {
		v.run.first, v.run.last = aroundGain(x, in[2].Param)
	}
	if x.Spiking() {
		v.packed = p.pack(v.packed, w)
	}
	if v.Pool != nil {
		v.at = growPlaces(v.at, len(v.y.F))
	}
	c.Pool.For(x.Rows(), p.grain, v.forward)
	v.out.Signal = &v.y
	return &v.out, nil
}

// Backward implements Op.
func (v *Conv2d) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, w := in[0].Signal, in[1].Param
	if err := v.prepare(x, w); err != nil {
		return nil, err
	}
	v.run = convRun{x: x, w: w, dy: matchRows(c, grad.Signal, x, &v.full), gain: gainOf(x)}
	if v.back == nil {
		v.back = make([]*Value, len(in))
	}
	if need[1] || len(in) > 2 && need[2] {
		v.weightGrad(c, len(in) > 2)
	}
	if need[0] {
		v.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		v.turned = v.plan.turn(v.turned, w)
		c.Pool.For(x.Rows(), v.plan.grain, v.inputs)
		v.grads[0].Signal = &v.dx
	}
	for i := range in {
		v.back[i] = nil
		if need[i] {
			v.back[i] = &v.grads[i]
		}
	}
	return v.back, nil
}

// weightGrad sums the gradients of weights and bias over rows in a fixed
// number of groups, so that their bits do not depend on the number of threads.
func (v *Conv2d) weightGrad(c *Context, bias bool) {
	size, rows := len(v.run.w), v.run.x.Rows()
	v.run.size = size
	if bias {
		v.run.size += v.plan.oc
	}
	groups := min(rows, max(2, min(16, 4<<20/size)))
	for len(v.partial) < groups {
		v.partial = append(v.partial, nil)
	}
	v.partial = v.partial[:groups]
	c.Pool.For(groups, 1, v.weights)
	sum := v.partial[0]
	for _, p := range v.partial[1:] {
		kernels.Add(sum, p)
	}
	v.grads[1].Param = grow(v.grads[1].Param, size)
	copy(v.grads[1].Param, sum)
	if v.run.gain != 1 {
		kernels.Scale(v.grads[1].Param, v.run.gain)
	}
	if bias {
		v.grads[2].Param = grow(v.grads[2].Param, v.plan.oc)
		copy(v.grads[2].Param, sum[size:])
	}
}

// growPlaces returns s with length n, reallocated only when its capacity is too small.
func growPlaces(s []uint16, n int) []uint16 {
	if cap(s) < n {
		return make([]uint16, n)
	}
	return s[:n]
}
