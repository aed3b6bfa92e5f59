package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// axis is a convolution along height or width. Places of the input count the
// padding.
type axis struct{ in, out, kernel, stride, padding, dilation int }

func (a axis) padded() int { return a.in + 2*a.padding }

// strided is a numbering of the input places in which places that lie step
// apart are neighbors.
type strided struct{ step, run int }

func (a axis) byStep(step int) strided { return strided{step, (a.padded() + step - 1) / step} }

// of is the number of a place; size is above every number.
func (s strided) of(place int) int { return place%s.step*s.run + place/s.step }
func (s strided) size() int        { return s.step * s.run }

// inputs lists, by number, the input places without padding, −1 for others.
func (a axis) inputs(s strided) []int32 {
	list := make([]int32, s.size())
	for i := range list {
		list[i] = -1
	}
	for i := range a.in {
		list[s.of(i+a.padding)] = int32(i)
	}
	return list
}

// plan holds the tables of a convolution between two known shapes.
type plan struct {
	c, h, w    int // input
	oc, oh, ow int // output before pooling
	groups     int
	cg, og     int         // channels of a group
	out        model.Shape // output, pooled when there is a pool
	y, x       axis
	grain      int // rows of a task

	forward  forwardPlan
	backward inputPlan
	weight   weightPlan

	pools       *kernels.Pools // nil without pool: places of a sample
	interleaved *kernels.Pools // places of a sample in a block of the weight gradient
}

// taskValues is how many outputs make a task worth handing out.
const taskValues = 32768

func newPlan(v *Conv2d, in, out model.Shape) (*plan, error) {
	p := &plan{
		c: in[0], h: in[1], w: in[2], oc: out[0], oh: out[1], ow: out[2], groups: v.Groups, out: out,
		y: axis{in[1], out[1], v.Kernel[0], v.Stride[0], v.Padding[0], v.Dilation[0]},
		x: axis{in[2], out[2], v.Kernel[1], v.Stride[1], v.Padding[1], v.Dilation[1]},
	}
	p.cg, p.og = p.c/p.groups, p.oc/p.groups
	p.grain = max(1, taskValues/signal.Size(out))
	if max(p.outputs(), p.padded(), p.taps()*p.oc) > 1<<30 {
		return nil, fmt.Errorf("conv2d: a sample of %v, or its output %v, has over 2³⁰ values", in, out)
	}
	if err := p.planPool(v.Pool); err != nil {
		return nil, err
	}
	p.planForward()
	p.planInput()
	p.planWeight()
	return p, nil
}

// planPool lists the windows of the pool in one sample, and in a block of samples.
func (p *plan) planPool(pool *model.Pool2d) error {
	p.weight.rows = max(1, min(blockRows, blockValues/p.outputs()))
	if pool == nil {
		return nil
	}
	whole := model.Shape{p.oc, p.oh, p.ow}
	var err error
	if p.out, err = pool.Infer([]model.Shape{whole}); err != nil {
		return err
	}
	if p.pools, err = poolWindows(pool, whole, p.out, func(y, x int) int { return (y*p.ow + x) * p.oc }); err != nil {
		return err
	}
	p.interleaved, err = poolWindows(pool, whole, p.out, func(y, x int) int { return (y*p.weight.rows*p.ow + x) * p.oc })
	return err
}

func (p *plan) fits(in []int) bool { return in[0] == p.c && in[1] == p.h && in[2] == p.w }

func (p *plan) places() int    { return p.oh * p.ow }
func (p *plan) outputs() int   { return p.oh * p.ow * p.oc }
func (p *plan) taps() int      { return p.y.kernel * p.x.kernel * p.cg }
func (p *plan) padded() int    { return p.y.padded() * p.x.padded() * p.c }
func (p *plan) isPadded() bool { return p.y.padding > 0 || p.x.padding > 0 }

// convSpace is the scratch memory of one thread.
type convSpace struct {
	full    []float32 // the output of one sample before pooling, or its error
	dense   []float32 // one sample as floats
	patches []float32
	padded  []float32 // dL/dx of one sample with padding
	block   []float32 // errors of a block of samples, line by line
	next    []uint32  // ends of lists under construction
	sums    kernels.Windows
	values  []float32 // errors that are not zero
	all     []uint32
}

// growIndex returns s with length n, reallocated only when its capacity is too small.
func growIndex(s []uint32, n int) []uint32 {
	if cap(s) < n {
		return make([]uint32, n)
	}
	return s[:n]
}
