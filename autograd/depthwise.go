package autograd

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Depthwise is a Conv2d with one input and one output channel a group. The
// channels of a place lie side by side, so that analog values need no patches:
// each tap of the kernel is a product of two rows of channels. Spikes and
// gradients are Conv2d's.
type Depthwise struct{ Conv2d }

// Key implements Op.
func (d *Depthwise) Key() string { return "depthwise " + d.Conv2d.Key() }

// Forward implements Op.
func (d *Depthwise) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	if x.Spiking() {
		return d.Conv2d.Forward(c, in)
	}
	shape, err := d.shape(x, in[1].Param)
	if err != nil {
		return nil, err
	}
	d.y.ResetAnalog(x.T, x.B, shape, x.Const)
	var bias []float32
	if len(in) > 2 {
		bias = in[2].Param
	}
	fillRows(c, &d.y, bias)
	c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			for oy := range shape[1] {
				d.line(d.y.Row(r), x.Row(r), in[1].Param, x.Shape, shape, oy)
			}
		}
	})
	d.out.Signal = &d.y
	return &d.out, nil
}

// shape is that of the output.
func (d *Depthwise) shape(x *signal.Signal, w []float32) (model.Shape, error) {
	return d.OutShape([]model.Shape{x.Shape, {d.Kernel[0], d.Kernel[1], 1, len(w) / (d.Kernel[0] * d.Kernel[1])}})
}

// line adds the products of output line oy.
func (d *Depthwise) line(y, x, w []float32, in, out []int, oy int) {
	n := in[0]
	for ky := range d.Kernel[0] {
		iy := oy*d.Stride[0] + ky*d.Dilation[0] - d.Padding[0]
		if iy < 0 || iy >= in[1] {
			continue
		}
		for ox := range out[2] {
			to := y[(oy*out[2]+ox)*n:][:n]
			for kx := range d.Kernel[1] {
				ix := ox*d.Stride[1] + kx*d.Dilation[1] - d.Padding[1]
				if ix < 0 || ix >= in[2] {
					continue
				}
				from, tap := x[(iy*in[2]+ix)*n:][:n], w[(ky*d.Kernel[1]+kx)*n:][:n]
				for k, v := range from {
					to[k] += v * tap[k]
				}
			}
		}
	}
}
