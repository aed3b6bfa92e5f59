package neuron

import (
	"sync"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
)

// scan is the cell of the IF/LIF/CuBa family: every combination of rules in
// model.Rules, composed of row operations.
type scan struct {
	family
	spiking   bool
	surrogate surrogate.Func
	clamp     bool
	want      wants
	filled    bool
	coef      coef
	forward   sync.Pool // *lanes
	backward  sync.Pool // *history

	rules      kernels.ScanRules
	fast       struct{ forward, backward bool }
	vectorized sync.Pool // *vectors
	stripped   sync.Pool // *strip
	joint      *joined   // nil until samples are joined
}

// newScan builds the cell of a model of the family.
func newScan(l Layer, spiking bool) (*scan, error) {
	c := &scan{family: newFamily(l), spiking: spiking}
	c.want = c.wants()
	_, c.clamp = l.Values[pMin.Name]
	c.rules, c.fast.forward, c.fast.backward = c.vectorRules()
	if !spiking {
		return c, nil
	}
	var err error
	c.surrogate, err = surrogate.New(surrogate.Spec{Kind: l.Surrogate.Kind, Params: l.Surrogate.Params})
	return c, err
}

// TakesProducts implements ProductTaker.
func (c *scan) TakesProducts() bool { return c.fast.backward && c.spiking && c.Rules.Delay == 0 }

// lanes are the rows of one block during one step. j aliases the input when
// there is no synaptic filter.
type lanes struct {
	v, i, p    []float32 // state: potential, synaptic current, last spike
	j, w, u, s []float32
	hold       []float32
	current    []float32 // holds j of a synaptic model
	store      []float32
}

func (l *lanes) resize(n int) {
	l.store = grow(l.store, 8*n)
	for k, row := range []*[]float32{&l.v, &l.i, &l.p, &l.w, &l.u, &l.s, &l.hold, &l.current} {
		*row = l.store[k*n : (k+1)*n : (k+1)*n]
	}
}

// Forward implements Cell.
func (c *scan) Forward(r *Run) {
	c.prepare()
	if c.joins(r.X.B) {
		whole, run := c.join(r)
		whole.Forward(run)
		return
	}
	if r.Synapse != nil {
		c.forwardStrips(r)
		return
	}
	if c.fast.forward {
		each(r, &c.vectorized, c.n, 512, func(k block, v *vectors) { v.forward(c, r, k) })
		return
	}
	each(r, &c.forward, c.n, 512, func(k block, l *lanes) {
		l.resize(k.lanes())
		co := c.coef.cut(k)
		c.begin(l, r.Start, k)
		for t := range r.X.T {
			c.emitLate(r.S, t, k, l.p)
			l.j = l.current
			c.step(l, lanesOf(r.X, t, k), &co)
			c.emit(r.S, t, k, l.s)
			if v := lanesOf(r.V, t, k); v != nil {
				copy(v, l.v)
			}
		}
		c.end(l, r.End, k)
	})
}

// prepare computes the coefficients; once when no parameter is learned.
func (c *scan) prepare() {
	if !c.filled || len(c.Learn) > 0 {
		c.fill(&c.coef)
		c.filled = true
	}
}

// cut returns the rows of a block.
func (k *coef) cut(b block) coef {
	return coef{k.a[b.lo:b.hi], k.g[b.lo:b.hi], k.c[b.lo:b.hi], k.alpha[b.lo:b.hi], k.theta[b.lo:b.hi], k.reset[b.lo:b.hi], k.vmin[b.lo:b.hi], k.vinit[b.lo:b.hi], k.fire[b.lo:b.hi], k.uniform}
}

// begin sets the state before the first step.
func (c *scan) begin(l *lanes, s *State, k block) {
	if s != nil {
		at := k.b * c.n
		copy(l.v, s.V[at+k.lo:at+k.hi])
		copy(l.i, s.I[at+k.lo:at+k.hi])
		copy(l.p, s.P[at+k.lo:at+k.hi])
		return
	}
	copy(l.v, c.coef.vinit[k.lo:k.hi])
	clear(l.i)
	clear(l.p)
}

// end keeps the state after the last step.
func (c *scan) end(l *lanes, s *State, k block) {
	if s == nil {
		return
	}
	at := k.b * c.n
	copy(s.V[at+k.lo:at+k.hi], l.v)
	copy(s.I[at+k.lo:at+k.hi], l.i)
	copy(s.P[at+k.lo:at+k.hi], l.p)
}

// step computes one step: l.j, l.w, l.u, l.s and the new state from the old
// state and the input x.
func (c *scan) step(l *lanes, x []float32, co *coef) {
	c.synapse(l, x, co.alpha)
	w := c.leakReset(l.w, l.v, l.p, co)
	charge(l.u, w, l.j, co.a, co.g, co.c)
	if !c.spiking {
		copy(l.v, l.u)
		return
	}
	c.chargeReset(l, co)
	c.fire(l.s, l.u, co.theta)
	c.spikeReset(l, co)
	if c.clamp {
		floor(l.v, co.vmin)
	}
	copy(l.p, l.s)
}

// synapse filters the input: l.j reaches the membrane, l.i is the current.
func (c *scan) synapse(l *lanes, x, alpha []float32) {
	switch c.Rules.Synapse {
	case model.SynapseNone:
		l.j = x
	case model.SynapseDecayAdd:
		for k := range l.i {
			l.i[k] = float32(alpha[k]*l.i[k]) + x[k]
		}
		copy(l.j, l.i)
	case model.SynapseAddDecay:
		for k := range l.i {
			l.i[k] = alpha[k] * (l.i[k] + x[k])
		}
		copy(l.j, l.i)
	case model.SynapseAddUse:
		for k := range l.i {
			l.j[k] = l.i[k] + x[k]
			l.i[k] = alpha[k] * l.j[k]
		}
	}
}

// leakReset applies the reset of the last spike before the leak and returns
// the potential that leaks: v itself, or w.
func (c *scan) leakReset(w, v, p []float32, co *coef) []float32 {
	switch {
	case c.Rules.ResetAt != model.ResetAtLeak || c.Rules.Reset == model.ResetNone || !c.spiking:
		return v
	case c.Rules.Reset == model.ResetSubtract:
		subtract(w, v, p, co.theta)
	default:
		toValue(w, v, p, co.reset)
	}
	return w
}

// chargeReset applies the reset of the last spike after the charge, and the
// hold of a potential that stayed above threshold.
func (c *scan) chargeReset(l *lanes, co *coef) {
	if c.Rules.ResetAt == model.ResetAtCharge {
		switch c.Rules.Reset {
		case model.ResetSubtract:
			subtract(l.u, l.u, l.p, co.theta)
		case model.ResetValue:
			toValue(l.u, l.u, l.p, co.reset)
		}
	}
	if c.Rules.Has(model.QuirkHold) {
		fireAbove(l.hold, l.v, co.theta)
		subtract(l.u, l.u, l.hold, co.theta)
	}
}

// fire decides the spikes.
func (c *scan) fire(s, u, theta []float32) {
	if c.Rules.Fire == model.FireAbove {
		fireAbove(s, u, theta)
	} else {
		fireAtLeast(s, u, theta)
	}
	if c.Rules.MaxSpikes != 1 {
		count(s, u, theta, c.Rules.MaxSpikes)
	}
}

// spikeReset computes v from u.
func (c *scan) spikeReset(l *lanes, co *coef) {
	switch {
	case c.Rules.ResetAt != model.ResetAtSpike || c.Rules.Reset == model.ResetNone:
		copy(l.v, l.u)
	case c.Rules.Has(model.QuirkHold):
		for k := range l.v {
			l.v[k] = l.u[k] - float32((l.s[k]-l.hold[k])*co.theta[k])
		}
	case c.Rules.Reset == model.ResetSubtract:
		subtract(l.v, l.u, l.s, co.theta)
	case c.Rules.Has(model.QuirkAddReset):
		for k := range l.v {
			l.v[k] = float32(l.u[k]*(1-l.s[k])) + co.reset[k]
		}
	default:
		toValue(l.v, l.u, l.s, co.reset)
	}
}

// emit writes the spikes of step t; emitLate those of the step before, when
// the rules delay them.
func (c *scan) emit(out *signal.Signal, t int, k block, s []float32) {
	if out != nil && c.spiking && c.Rules.Delay == 0 {
		write(out, t, k, s)
	}
}

func (c *scan) emitLate(out *signal.Signal, t int, k block, last []float32) {
	if out != nil && c.spiking && c.Rules.Delay == 1 {
		write(out, t, k, last)
	}
}

func write(out *signal.Signal, t int, k block, s []float32) {
	if out.Spiking() {
		pack(out.WordRow(t*out.B + k.b)[k.lo/64:], s)
		return
	}
	copy(lanesOf(out, t, k), s)
}
