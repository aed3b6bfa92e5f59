package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Pool2d slides a window over each channel. Spikes pooled by maximum stay
// spikes; average and sum are analog. Where several values of a window are
// the maximum, the error goes to the first in row-major order.
type Pool2d struct {
	model.Pool2d

	y, dx signal.Signal
	from  []int32 // of each output: the input index that was the maximum
	first []int32 // of each output: the first input of its window

	reaches signal.Events // of each input: the outputs whose window holds it
	out     Value
	grad    Value
}

// Key implements Op.
func (p *Pool2d) Key() string {
	return fmt.Sprintf("%s k=%v s=%v p=%v+%v d=%v", p.Kind(), p.Size, p.Stride, p.Padding, p.Extra, p.Dilation)
}

// OutShape implements Op.
func (p *Pool2d) OutShape(in []model.Shape) (model.Shape, error) { return p.Infer(in) }

// windows visits, for each output place, the input places in its window in
// row-major order; first marks the first of a window.
func (p *Pool2d) windows(in, out []int, visit func(outPlace, inPlace int, first bool)) {
	for oy := range out[1] {
		for ox := range out[2] {
			first := true
			for ky := range p.Size[0] {
				y := oy*p.Stride[0] + ky*max(p.Dilation[0], 1) - p.Padding[0]
				if y < 0 || y >= in[1] {
					continue
				}
				for kx := range p.Size[1] {
					if x := ox*p.Stride[1] + kx*max(p.Dilation[1], 1) - p.Padding[1]; x >= 0 && x < in[2] {
						visit(oy*out[2]+ox, y*in[2]+x, first)
						first = false
					}
				}
			}
		}
	}
}

// factor is what each value of a window counts.
func (p *Pool2d) factor() float32 {
	if p.Mode == model.PoolAvg {
		return 1 / float32(p.Size[0]*p.Size[1])
	}
	return 1
}

// Forward implements Op.
func (p *Pool2d) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	shape, err := p.Infer([]model.Shape{x.Shape})
	if err != nil {
		return nil, err
	}
	p.out.Signal = &p.y
	if p.Mode != model.PoolMax {
		p.y.ResetAnalog(x.T, x.B, shape, x.Const)
		p.sum(c, x)
		return &p.out, nil
	}
	if n := x.Rows() * shape.Size(); cap(p.from) < n {
		p.from = make([]int32, n)
	}
	if x.Spiking() {
		p.y.ResetSpikes(x.T, x.B, shape, x.Const)
		p.y.Gain = x.Gain
		p.anySpike(c, x)
	} else {
		p.y.ResetAnalog(x.T, x.B, shape, x.Const)
		p.maximum(c, x)
	}
	return &p.out, nil
}

func (p *Pool2d) sum(c *Context, x *signal.Signal) {
	channels, factor := x.Shape[0], p.factor()
	c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
		dense := make([]float32, x.N())
		for r := lo; r < hi; r++ {
			clear(dense)
			x.AddTo(dense, r)
			to := p.y.Row(r)
			clear(to)
			p.windows(x.Shape, p.y.Shape, func(o, i int, _ bool) {
				dst, src := to[o*channels:(o+1)*channels], dense[i*channels:(i+1)*channels]
				for k, v := range src {
					dst[k] += v * factor
				}
			})
		}
	})
}

func (p *Pool2d) maximum(c *Context, x *signal.Signal) {
	channels, n := x.Shape[0], p.y.N()
	c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row, best, from := x.Row(r), p.y.Row(r), p.from[r*n:(r+1)*n]
			p.windows(x.Shape, p.y.Shape, func(o, i int, first bool) {
				to, values, at := best[o*channels:(o+1)*channels], row[i*channels:(i+1)*channels], from[o*channels:(o+1)*channels]
				for k, v := range values {
					if first || v > to[k] {
						to[k], at[k] = v, int32(i*channels+k)
					}
				}
			})
		}
	})
}

// anySpike is the maximum of spikes: an output fires when an input of its
// window does, and the first that does is the maximum.
func (p *Pool2d) anySpike(c *Context, x *signal.Signal) {
	p.index(x.Shape, p.y.Shape)
	events, n := x.ByRow(), p.y.N()
	c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			from := p.from[r*n : (r+1)*n]
			copy(from, p.first)
			for _, e := range events.Group(r) {
				for _, o := range p.reaches.Group(int(e)) {
					if !p.y.Fired(r, int(o)) {
						p.y.Fire(r, int(o))
						from[o] = int32(e)
					}
				}
			}
		}
	})
}

// index lists, for each input, the outputs whose window holds it, and for
// each output the first input of its window.
func (p *Pool2d) index(in, out []int) {
	channels := in[0]
	if len(p.first) == signal.Size(out) {
		return
	}
	p.first = make([]int32, signal.Size(out))
	lists := make([][]uint32, signal.Size(in))
	p.windows(in, out, func(o, i int, first bool) {
		for k := range channels {
			if first {
				p.first[o*channels+k] = int32(i*channels + k)
			}
			lists[i*channels+k] = append(lists[i*channels+k], uint32(o*channels+k))
		}
	})
	p.reaches = signal.Events{Start: []uint32{0}}
	for _, l := range lists {
		p.reaches.Index = append(p.reaches.Index, l...)
		p.reaches.Start = append(p.reaches.Start, uint32(len(p.reaches.Index)))
	}
}

// Backward implements Op.
func (p *Pool2d) Backward(c *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	x, g := in[0].Signal, grad.Signal
	constant := x.Const || g.Const && p.Mode != model.PoolMax // a maximum moves from step to step
	p.dx.ResetAnalog(x.T, x.B, x.Shape, constant)
	channels, n, factor := x.Shape[0], g.N(), p.factor()
	c.Pool.For(p.dx.Rows(), rowGrain(x.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			to, from := p.dx.Row(r), g.Row(sharedRow(g, r))
			clear(to)
			if p.Mode == model.PoolMax {
				for i, k := range p.from[r*n : (r+1)*n] {
					to[k] += from[i]
				}
				continue
			}
			p.windows(x.Shape, g.Shape, func(o, i int, _ bool) {
				dst, src := to[i*channels:(i+1)*channels], from[o*channels:(o+1)*channels]
				for k, v := range src {
					dst[k] += v * factor
				}
			})
		}
	})
	p.grad.Signal = &p.dx
	return []*Value{&p.grad}, nil
}
