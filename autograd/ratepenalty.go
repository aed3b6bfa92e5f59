package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// RatePenalty keeps firing rates in a range. With r the rate of a neuron in
// spikes a step, averaged over steps and batch, it is
//
//	Weight · mean over neurons of (relu(Lower − r)² + relu(r − Upper)²).
type RatePenalty struct {
	Lower, Upper, Weight float64

	rates []float64
	dx    signal.Signal
	out   Value
	grad  Value
}

// Key implements Op.
func (p *RatePenalty) Key() string {
	return fmt.Sprintf("rate-penalty %v %v %v", p.Lower, p.Upper, p.Weight)
}

// OutShape implements Op: the penalty is a number.
func (p *RatePenalty) OutShape([]model.Shape) (model.Shape, error) { return nil, nil }

// Forward implements Op.
func (p *RatePenalty) Forward(_ *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	p.rates = Rates(p.rates, x)
	p.out.Scalar = 0
	for _, r := range p.rates {
		low, high := max(p.Lower-r, 0), max(r-p.Upper, 0)
		p.out.Scalar += p.Weight * (low*low + high*high) / float64(len(p.rates))
	}
	return &p.out, nil
}

// Rates returns the mean of every neuron over steps and batch: its firing rate in spikes a step.
func Rates(dst []float64, x *signal.Signal) []float64 {
	if cap(dst) < x.N() {
		dst = make([]float64, x.N())
	}
	dst = dst[:x.N()]
	clear(dst)
	if x.Spiking() {
		for _, i := range x.ByRow().Index {
			dst[i]++
		}
	} else {
		for i, v := range x.F {
			dst[i%len(dst)] += float64(v)
		}
	}
	for i := range dst {
		dst[i] /= float64(x.Rows())
	}
	return dst
}

// Backward implements Op: the same error in every step of every sample.
func (p *RatePenalty) Backward(_ *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	x := in[0].Signal
	p.dx.ResetAnalog(x.T, x.B, x.Shape, true)
	scale := 2 * p.Weight * grad.Scalar / float64(len(p.rates)*x.Rows())
	for i, r := range p.rates {
		g := float32(scale * (max(r-p.Upper, 0) - max(p.Lower-r, 0)))
		for b := range x.B {
			p.dx.F[b*len(p.rates)+i] = g
		}
	}
	p.grad.Signal = &p.dx
	return []*Value{&p.grad}, nil
}
