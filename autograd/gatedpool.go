package autograd

import (
	"github.com/snntrain/snntrain/internal/kernels"
)

// GatedPool is the maximum over time and window:
//
//	y[t] = M[t] − M[t−1],  M[t] = max_j Σ_{s≤t} x_j[s],  M[−1] = 0
//
// with j over the window. Of binary spikes it gives binary spikes: one passes
// when its input had as many as any other of the window before (Rueckauer et
// al. 2017, 10.3389/fnins.2017.00682, whose gate is the input
// with the most spikes; here all inputs that share the most pass). So the
// number of spikes after any number of steps is exactly the largest number of
// the window. The error goes to the input that raised the maximum last, at
// first to the first of the window.
type GatedPool struct {
	Pool2d // with Mode "max"

	spaces []gateSpace // one a sample; kept for Context.Carry
}

// Key implements Op.
func (p *GatedPool) Key() string { return "gated " + p.Pool2d.Key() }

// Forward implements Op.
func (p *GatedPool) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	if x.Const {
		return p.Pool2d.Forward(c, in)
	}
	if err := p.prepare(x); err != nil {
		return nil, err
	}
	p.run = poolRun{x: x}
	p.at = growPlaces(p.at, x.Rows()*p.shape.Size())
	if x.Spiking() {
		p.run.events = x.ByRowOn(c.Pool)
		p.y.ResetSpikes(x.T, x.B, p.shape, false)
		p.y.Gain = x.Gain
	} else {
		p.y.ResetAnalog(x.T, x.B, p.shape, false)
	}
	if !c.Carry || len(p.spaces) != x.B {
		p.spaces = make([]gateSpace, x.B)
	}
	c.Pool.For(x.B, 1, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			if x.Spiking() {
				p.passSpikes(&p.spaces[b], b)
			} else {
				p.passValues(&p.spaces[b], b)
			}
		}
	})
	p.out.Signal = &p.y
	return &p.out, nil
}

// gateSpace is what one sample remembers between steps.
type gateSpace struct {
	counts []uint32 // of each input: spikes so far
	most   []uint32 // of each output: the largest count of its window
	gate   []uint16 // of each output: who reached it last

	sums, maxima []float32 // of a graded signal, instead of counts and most
}

// passSpikes runs all steps of sample b.
func (p *GatedPool) passSpikes(s *gateSpace, b int) {
	x, channels := p.run.x, p.in[0]
	if s.counts == nil {
		s.counts, s.most, s.gate = make([]uint32, x.N()), make([]uint32, p.shape.Size()), make([]uint16, p.shape.Size())
	}
	for t := range x.T {
		r := t*x.B + b
		for _, e := range p.run.events.Group(r) {
			s.counts[e]++
			place := int(p.reaches.place[e])
			c := int(e) - place*channels
			for k := p.reaches.start[place]; k < p.reaches.start[place+1]; k++ {
				if out := int(p.reaches.window[k])*channels + c; s.counts[e] > s.most[out] {
					s.most[out], s.gate[out] = s.counts[e], p.reaches.value[k]
					p.y.Fire(r, out)
				}
			}
		}
		copy(p.places(r), s.gate)
	}
}

// passValues runs all steps of sample b of a graded signal.
func (p *GatedPool) passValues(s *gateSpace, b int) {
	x := p.run.x
	if s.sums == nil {
		s.sums, s.maxima = make([]float32, x.N()), make([]float32, p.shape.Size())
	}
	for t := range x.T {
		r := t*x.B + b
		y := p.y.Row(r)
		kernels.Add(s.sums, x.Row(r))
		kernels.Maxima(y, p.places(r), s.sums, p.in[0], p.windows)
		for i, m := range y {
			y[i], s.maxima[i] = m-s.maxima[i], m
		}
	}
}
