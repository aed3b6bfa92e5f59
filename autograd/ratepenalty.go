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

	rates []float64 // while they are gathered: their sums over steps and batch
	rows  int       // that were summed
	dx    signal.Signal
	out   Value
	grad  Value
	back  []*Value
}

// Key implements Op.
func (p *RatePenalty) Key() string {
	return fmt.Sprintf("rate-penalty %v %v %v", p.Lower, p.Upper, p.Weight)
}

// OutShape implements Op: the penalty is a number.
func (p *RatePenalty) OutShape([]model.Shape) (model.Shape, error) { return nil, nil }

func (p *RatePenalty) gathers() {}

// Forward implements Op.
func (p *RatePenalty) Forward(c *Context, in []*Value) (*Value, error) {
	if c.Span.Again {
		return &p.out, nil
	}
	x := in[0].Signal
	if c.Span.starts() {
		p.rates, p.rows = zeros(p.rates, x.N()), 0
	}
	AddCounts(p.rates, x)
	p.rows += x.Rows()
	if c.Span.After > 0 {
		return &p.out, nil
	}
	for i := range p.rates {
		p.rates[i] /= float64(p.rows)
	}
	p.out.Scalar = 0
	for _, r := range p.rates {
		low, high := max(p.Lower-r, 0), max(r-p.Upper, 0)
		p.out.Scalar += p.Weight * (low*low + high*high) / float64(len(p.rates))
	}
	return &p.out, nil
}

// Rates returns the mean of every neuron over steps and batch: its firing rate in spikes a step.
func Rates(dst []float64, x *signal.Signal) []float64 {
	dst = zeros(dst, x.N())
	AddCounts(dst, x)
	for i := range dst {
		dst[i] /= float64(x.Rows())
	}
	return dst
}

// zeros returns n zeros, in dst when they fit.
func zeros(dst []float64, n int) []float64 {
	if cap(dst) < n {
		return make([]float64, n)
	}
	dst = dst[:n]
	clear(dst)
	return dst
}

// AddCounts adds the values of every neuron to dst, a spike as 1.
func AddCounts(dst []float64, x *signal.Signal) {
	if x.Spiking() {
		for _, i := range x.ByRow().Index {
			dst[i]++
		}
		return
	}
	for i, v := range x.F {
		dst[i%len(dst)] += float64(v)
	}
}

// Backward implements Op: the same error in every step of every sample.
func (p *RatePenalty) Backward(_ *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	x := in[0].Signal
	p.dx.ResetAnalog(x.T, x.B, x.Shape, true)
	scale := 2 * p.Weight * grad.Scalar / float64(len(p.rates)*p.rows)
	for i, r := range p.rates {
		g := float32(scale * (max(r-p.Upper, 0) - max(p.Lower-r, 0)))
		for b := range x.B {
			p.dx.F[b*len(p.rates)+i] = g
		}
	}
	p.grad.Signal = &p.dx
	p.back = append(p.back[:0], &p.grad)
	return p.back, nil
}
