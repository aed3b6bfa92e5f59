package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Conv2d is a two-dimensional cross-correlation with zero padding. Inputs: x
// (in, H, W), weights stored (kernel height, kernel width, in/groups, out),
// and optionally b (out). Samples are channel-last, so that the outputs of one
// place lie side by side and a spike adds whole rows of weights.
type Conv2d struct {
	Kernel, Stride, Padding, Dilation [2]int // (height, width)
	Groups                            int

	y, dx, full signal.Signal
	out         Value
	grads       [3]Value
	back        []*Value
	all         []uint32
	table       tables
	packed      []float32   // weights as events use them
	partial     [][]float32 // weight gradients of groups of rows
}

// geometry is a convolution between two known shapes.
type geometry struct {
	*Conv2d
	c, h, w    int // input
	oc, oh, ow int // output
	cg, og     int // channels of a group
}

// Key implements Op.
func (v *Conv2d) Key() string {
	return fmt.Sprintf("conv2d k=%v s=%v p=%v d=%v g=%d", v.Kernel, v.Stride, v.Padding, v.Dilation, v.Groups)
}

// OutShape implements Op.
func (v *Conv2d) OutShape(in []model.Shape) (model.Shape, error) {
	if len(in) < 2 || len(in[0]) != 3 || len(in[1]) != 4 {
		return nil, fmt.Errorf("conv2d: inputs %v do not fit x (in, H, W), w (kh, kw, in/groups, out)", in)
	}
	op := model.Conv2d{
		In: in[0][0], Out: in[1][3], Kernel: v.Kernel, Stride: v.Stride, Padding: v.Padding, Dilation: v.Dilation, Groups: v.Groups,
	}
	return op.Infer(in[:1])
}

func (v *Conv2d) geometry(shape []int, weights int) (geometry, error) {
	taps := v.Kernel[0] * v.Kernel[1] * shape[0] / v.Groups
	out, err := v.OutShape([]model.Shape{shape, {v.Kernel[0], v.Kernel[1], shape[0] / v.Groups, weights / taps}})
	if err != nil {
		return geometry{}, err
	}
	return geometry{
		Conv2d: v, c: shape[0], h: shape[1], w: shape[2], oc: out[0], oh: out[1], ow: out[2],
		cg: shape[0] / v.Groups, og: out[0] / v.Groups,
	}, nil
}

// Forward implements Op.
func (v *Conv2d) Forward(c *Context, in []*Value) (*Value, error) {
	x, w := in[0].Signal, in[1].Param
	g, err := v.geometry(x.Shape, len(w))
	if err != nil {
		return nil, err
	}
	v.y.ResetAnalog(x.T, x.B, []int{g.oc, g.oh, g.ow}, x.Const)
	var bias []float32
	if len(in) > 2 {
		bias = in[2].Param
	}
	first, last := aroundGain(x, bias)
	fillRows(c, &v.y, first)
	if x.Spiking() {
		v.packed = g.pack(v.packed, w)
		g.scatter(c, &v.y, x, v.packed)
	} else {
		g.multiply(c, &v.y, x, w)
	}
	scaleRows(c, &v.y, gainOf(x), last)
	v.out.Signal = &v.y
	return &v.out, nil
}

// Backward implements Op.
func (v *Conv2d) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, w := in[0].Signal, in[1].Param
	g, err := v.geometry(x.Shape, len(w))
	if err != nil {
		return nil, err
	}
	dy := matchRows(c, grad.Signal, x, &v.full)
	if v.back == nil {
		v.back = make([]*Value, len(in))
	}
	if need[1] {
		v.grads[1].Param = grow(v.grads[1].Param, len(w))
		g.weightGrad(c, v.grads[1].Param, x, dy)
		v.back[1] = &v.grads[1]
	}
	if len(in) > 2 && need[2] {
		v.grads[2].Param = grow(v.grads[2].Param, g.oc)
		v.all = upTo(v.all, dy.Rows()*g.oh*g.ow)
		places := signal.Signal{T: 1, B: len(v.all), Shape: []int{g.oc}, F: dy.F}
		sumRows(c, v.grads[2].Param, &places, v.all)
		v.back[2] = &v.grads[2]
	}
	if need[0] {
		v.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		g.inputGrad(c, &v.dx, dy, w)
		v.grads[0].Signal = &v.dx
		v.back[0] = &v.grads[0]
	}
	return v.back, nil
}

// weightGrad sums the weight gradient over rows in a fixed number of groups,
// so that its bits do not depend on the number of threads.
func (g geometry) weightGrad(c *Context, dw []float32, x, dy *signal.Signal) {
	rows := x.Rows()
	groups := min(rows, max(2, min(16, 4<<20/len(dw))))
	for len(g.partial) < groups {
		g.partial = append(g.partial, nil)
	}
	if x.Spiking() { // made before the threads share them
		x.ByRow()
		g.tables()
	}
	c.Pool.For(groups, 1, func(lo, hi int) {
		for k := lo; k < hi; k++ {
			g.partial[k] = grow(g.partial[k], len(dw))
			clear(g.partial[k])
			first, last := k*rows/groups, (k+1)*rows/groups
			if x.Spiking() {
				g.gather(g.partial[k], x, dy, first, last)
			} else {
				g.correlate(g.partial[k], x, dy, first, last)
			}
		}
	})
	sum := g.partial[0]
	for _, p := range g.partial[1:groups] {
		for i, v := range p {
			sum[i] += v
		}
	}
	if x.Spiking() {
		g.unpack(dw, sum)
		if x.Gain != 1 {
			kernels.Scale(dw, x.Gain)
		}
	} else {
		copy(dw, sum)
	}
}
