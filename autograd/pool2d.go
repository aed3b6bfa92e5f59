package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Pool2d slides a window over each channel. Spikes pooled by maximum stay
// spikes; average and sum are analog. Where several values of a window are
// the maximum, the error goes to the first in row-major order.
type Pool2d struct {
	model.Pool2d

	y, dx    signal.Signal
	at       []uint16 // of each output: which value of its window was the maximum
	in       model.Shape
	shape    model.Shape
	windows  *kernels.Pools // in samples of shape in
	reaches  reaches
	run      poolRun
	forward  func(lo, hi int)
	backward func(lo, hi int)
	out      Value
	grad     Value
	back     []*Value
}

// poolRun is what the loops of one call work on.
type poolRun struct {
	x, dy  *signal.Signal
	events *signal.Events
}

// Key implements Op.
func (p *Pool2d) Key() string {
	return fmt.Sprintf("%s k=%v s=%v p=%v+%v d=%v", p.Kind(), p.Size, p.Stride, p.Padding, p.Extra, p.Dilation)
}

// OutShape implements Op.
func (p *Pool2d) OutShape(in []model.Shape) (model.Shape, error) { return p.Infer(in) }

// poolWindows lists the input places of every window in row-major order; at
// says where in a sample the channels of place (y, x) begin.
func poolWindows(p *model.Pool2d, in, out model.Shape, at func(y, x int) int) (*kernels.Pools, error) {
	if p.Size[0]*p.Size[1] > 1<<16 {
		return nil, fmt.Errorf("%s: a window of %v has over 65536 values", p.Kind(), p.Size)
	}
	list := &kernels.Pools{Start: []uint32{0}}
	for oy := range out[1] {
		for ox := range out[2] {
			for ky := range p.Size[0] {
				y := oy*p.Stride[0] + ky*max(p.Dilation[0], 1) - p.Padding[0]
				for kx := range p.Size[1] {
					x := ox*p.Stride[1] + kx*max(p.Dilation[1], 1) - p.Padding[1]
					if y >= 0 && y < in[1] && x >= 0 && x < in[2] {
						list.Place = append(list.Place, uint32(at(y, x)))
					}
				}
			}
			list.Start = append(list.Start, uint32(len(list.Place)))
		}
	}
	return list, nil
}

// prepare makes the tables for the shape of x, and the loops.
func (p *Pool2d) prepare(x *signal.Signal) error {
	if p.forward == nil {
		p.forward, p.backward = p.forwardRows, p.backwardRows
		p.back = []*Value{&p.grad}
	}
	if model.Shape(x.Shape).Equal(p.in) {
		return nil
	}
	shape, err := p.Infer([]model.Shape{x.Shape})
	if err != nil {
		return err
	}
	p.in, p.shape = append(model.Shape(nil), x.Shape...), shape
	if p.windows, err = poolWindows(&p.Pool2d, p.in, shape, func(y, x int) int { return (y*p.in[2] + x) * p.in[0] }); err != nil {
		return err
	}
	p.reaches = reachesOf(p.windows, p.in[0], p.in[1]*p.in[2])
	return nil
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
	if err := p.prepare(x); err != nil {
		return nil, err
	}
	p.run = poolRun{x: x}
	if x.Spiking() {
		p.run.events = x.ByRow()
	}
	if p.Mode == model.PoolMax && x.Spiking() {
		p.y.ResetSpikes(x.T, x.B, p.shape, x.Const)
		p.y.Gain = x.Gain
	} else {
		p.y.ResetAnalog(x.T, x.B, p.shape, x.Const)
	}
	if p.Mode == model.PoolMax {
		p.at = growPlaces(p.at, x.Rows()*p.shape.Size())
	}
	c.Pool.For(x.Rows(), rowGrain(x.N()), p.forward)
	p.out.Signal = &p.y
	return &p.out, nil
}

func (p *Pool2d) forwardRows(lo, hi int) {
	x := p.run.x
	for r := lo; r < hi; r++ {
		switch {
		case p.Mode == model.PoolMax && x.Spiking():
			p.anySpike(r)
		case p.Mode == model.PoolMax:
			kernels.Maxima(p.y.Row(r), p.places(r), x.Row(r), p.in[0], p.windows)
		case x.Spiking():
			p.countSpikes(r)
		default:
			p.sum(p.y.Row(r), x.Row(r))
		}
	}
}

// places are those of row r in at.
func (p *Pool2d) places(r int) []uint16 {
	n := p.shape.Size()
	return p.at[r*n : (r+1)*n]
}

// sum adds the values of every window, each times the factor.
func (p *Pool2d) sum(y, x []float32) {
	n, factor, w := p.in[0], p.factor(), p.windows
	clear(y)
	for i := range w.Len() {
		for _, place := range w.Place[w.Start[i]:w.Start[i+1]] {
			kernels.Axpy(y[i*n:(i+1)*n], factor, x[place:])
		}
	}
}

// Backward implements Op.
func (p *Pool2d) Backward(c *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	x, g := in[0].Signal, grad.Signal
	if err := p.prepare(x); err != nil {
		return nil, err
	}
	constant := x.Const || g.Const && p.Mode != model.PoolMax // a maximum moves from step to step
	p.dx.ResetAnalog(x.T, x.B, x.Shape, constant)
	p.run = poolRun{dy: g}
	c.Pool.For(p.dx.Rows(), rowGrain(x.N()), p.backward)
	p.grad.Signal = &p.dx
	return p.back, nil
}

func (p *Pool2d) backwardRows(lo, hi int) {
	n, factor, w := p.in[0], p.factor(), p.windows
	for r := lo; r < hi; r++ {
		dx, dy := p.dx.Row(r), p.run.dy.Row(sharedRow(p.run.dy, r))
		clear(dx)
		if p.Mode == model.PoolMax {
			kernels.Unpool(dx, dy, p.places(r), n, w)
			continue
		}
		for i := range w.Len() {
			for _, place := range w.Place[w.Start[i]:w.Start[i+1]] {
				kernels.Axpy(dx[place:int(place)+n], factor, dy[i*n:])
			}
		}
	}
}
