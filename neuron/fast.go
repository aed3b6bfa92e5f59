package neuron

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// vectors runs a block with the kernels: every combination of rules but those
// that vectorRules leaves to the row operations of scan, which are its twin. A
// block of whole words runs all its steps in a call or two; one with lanes
// that fill no word goes step by step, through rows of its own.
type vectors struct {
	kernel kernels.Scan
	coefs  kernels.ScanCoefs
	state  kernels.ScanState
	rows   kernels.ScanRows
	errors kernels.ScanErrors
	words  []uint64

	lanes, n   int       // of the block, and that in whole words
	at         int       // the lane of the layer that is the first of X and DX
	x, ds, dx  []float32 // of one step
	product    []float32 // T rows of Run.DSof
	u          []float32 // T + 1 rows: the potential that was compared with the threshold, first what stands for it before the first step
	derivative []float32 // T rows: surrogate derivatives
	store      []float32
}

// vectorRules translates the rules, and reports whether the kernels know them
// forward and backward.
func (c *scan) vectorRules() (rules kernels.ScanRules, forward, backward bool) {
	forward = kernels.Assembly() && !c.clamp && len(c.Rules.Quirks) == 0
	rules = map[model.Synapse]kernels.ScanRules{
		model.SynapseDecayAdd: kernels.ScanDecayAdd, model.SynapseAddDecay: kernels.ScanAddDecay, model.SynapseAddUse: kernels.ScanAddUse,
	}[c.Rules.Synapse]
	backward = forward && c.want == wants{}
	if !c.spiking {
		return rules, forward, backward
	}
	rules |= kernels.ScanSpikes
	forward = forward && c.Rules.MaxSpikes == 1
	if c.Rules.Reset == model.ResetNone {
		return rules, forward, forward && backward
	}
	rules |= map[model.Reset]kernels.ScanRules{model.ResetSubtract: kernels.ScanSubtract, model.ResetValue: kernels.ScanToValue}[c.Rules.Reset]
	rules |= map[model.ResetAt]kernels.ScanRules{
		model.ResetAtSpike: kernels.ScanResetSpike, model.ResetAtCharge: kernels.ScanResetCharge, model.ResetAtLeak: kernels.ScanResetLeak,
	}[c.Rules.ResetAt]
	if !c.Rules.DetachReset {
		rules |= kernels.ScanThrough
	}
	late := c.Rules.Reset == model.ResetValue && c.Rules.ResetAt != model.ResetAtSpike && !c.Rules.DetachReset
	return rules, forward, forward && backward && !late
}

// padded rounds up to whole words of spikes.
func padded(n int) int { return (n + 63) &^ 63 }

// prepare sizes the rows for a block and the history of steps.
func (v *vectors) prepare(c *scan, k block, steps int) {
	v.lanes, v.n = k.lanes(), padded(k.lanes())
	n := v.n
	history := 0
	if steps > 0 {
		history = steps + 1
	}
	own := 0 // the derivatives take the place of the potentials unless both are read
	if c.rules&kernels.ScanToValue != 0 {
		own = steps
	}
	v.store = grow(v.store, (6+history+own)*n)
	rest := v.store
	take := func(count int) []float32 {
		row := rest[: count*n : count*n]
		rest = rest[count*n:]
		return row
	}
	for _, row := range []*[]float32{&v.state.V, &v.state.I, &v.state.P, &v.x, &v.ds, &v.dx} {
		*row = take(1)
		clear(*row)
	}
	v.u = take(history)
	v.derivative = take(own)
	if own == 0 && history > 0 {
		v.derivative = v.u[n:]
	}
	v.words = make64(v.words, n/64)
	co := &c.coef
	v.coefs = kernels.ScanCoefs{
		A: co.a[k.lo:][:n], G: co.g[k.lo:][:n], C: co.c[k.lo:][:n], Alpha: co.alpha[k.lo:][:n],
		Theta: co.theta[k.lo:][:n], Fire: co.fire[k.lo:][:n], Reset: co.reset[k.lo:][:n],
		Uniform: co.uniform && n == k.lanes(),
	}
	v.kernel.Bind(c.rules, &v.coefs, &v.state, n)
}

func make64(s []uint64, n int) []uint64 {
	if cap(s) < n {
		return make([]uint64, n)
	}
	return s[:n]
}

// seriesOf is block k in a signal from step t on: a slice that starts at its
// first lane, and how far steps lie apart.
func seriesOf(s *signal.Signal, t int, k block) (rows []float32, by int) {
	n := s.N()
	if s.Const {
		return s.F[k.b*n+k.lo:], 0
	}
	return s.F[(t*s.B+k.b)*n+k.lo:], s.B * n
}

// in is block k of a signal from step t on, for as many steps as the third
// result says: all the given steps, or one when lanes must be copied to scratch.
func (v *vectors) in(s *signal.Signal, t, steps int, k block, scratch []float32) (rows []float32, by, count int) {
	rows, by = seriesOf(s, t, k)
	if v.lanes == v.n {
		return rows, by, steps
	}
	copy(scratch, rows[:v.lanes])
	if s.Const {
		return scratch, 0, steps
	}
	return scratch, 0, 1
}

// own is block k in X and DX.
func (v *vectors) own(k block) block { return block{k.b, k.lo - v.at, k.hi - v.at} }

// begin sets the state before the first step.
func (v *vectors) begin(c *scan, s *State, k block) {
	l := lanes{v: v.state.V[:k.lanes()], i: v.state.I[:k.lanes()], p: v.state.P[:k.lanes()]}
	c.begin(&l, s, k)
}

// forward runs all steps of a block.
func (v *vectors) forward(c *scan, r *Run, k block) {
	v.prepare(c, k, 0)
	v.begin(c, r.Start, k)
	if r.S != nil && c.spiking && c.Rules.Delay == 1 {
		pack(r.S.WordRow(k.b)[k.lo/64:], v.state.P[:v.lanes])
	}
	for t := 0; t < r.X.T; {
		t += v.steps(c, r, t, k)
	}
	c.end(&lanes{v: v.state.V, i: v.state.I, p: v.state.P}, r.End, k)
}

// steps runs the block from step t on, as far as one call goes, and returns
// how many steps that were. The last step of all is a call of its own.
func (v *vectors) steps(c *scan, r *Run, t int, k block) int {
	last := t == r.X.T-1
	count := max(1, r.X.T-1-t)
	o := &v.rows
	*o = kernels.ScanRows{Words: v.words, Last: last}
	o.X, o.XStep, count = v.in(r.X, t, count, v.own(k), v.x)
	if r.V != nil && v.lanes < v.n {
		count = 1
	} else if r.V != nil {
		o.Out, o.OutStep = seriesOf(r.V, t, k)
	}
	if to := t + c.Rules.Delay; r.S != nil && c.spiking && to < r.X.T {
		o.Words, o.WordStep = r.S.Words[(to*r.S.B+k.b)*r.S.Stride()+k.lo/64:], r.S.B*r.S.Stride()
	}
	o.Steps = count
	v.kernel.Forward(o)
	if r.V != nil && v.lanes < v.n {
		copy(lanesOf(r.V, t, k), v.state.V)
	}
	return count
}

// replay runs the block forward again, keeps its potentials and computes the
// surrogate derivatives.
func (v *vectors) replay(c *scan, r *Run, k block) {
	v.begin(c, r.Start, k)
	for i, p := range v.state.P {
		v.u[i] = float32(math.Inf(-1))
		if p > 0 {
			v.u[i] = float32(math.Inf(1))
		}
	}
	o := &v.rows
	for t := 0; t < r.X.T; t += o.Steps {
		*o = kernels.ScanRows{Words: v.words, U: v.u[(t+1)*v.n:]}
		o.X, o.XStep, o.Steps = v.in(r.X, t, r.X.T-t, v.own(k), v.x)
		v.kernel.Forward(o)
	}
	for t := range r.X.T {
		d := v.derivative[t*v.n : (t+1)*v.n]
		kernels.Sub(d, v.u[(t+1)*v.n:], v.coefs.Theta)
		c.surrogate.Grad(d, d, v.coefs.Theta)
	}
}

// backward runs the adjoint of a block.
func (v *vectors) backward(c *scan, r *Run, k block) {
	kept := 0
	if c.spiking {
		kept = r.X.T
	}
	v.prepare(c, k, kept)
	if c.spiking {
		v.replay(c, r, k)
	}
	if r.DSof.DY != nil {
		v.multiply(c, &r.DSof, k)
	}
	h := history{gv: v.state.V[:v.lanes], gi: v.state.I[:v.lanes], gp: v.state.P[:v.lanes]}
	for _, row := range [][]float32{v.state.V, v.state.I, v.state.P} {
		clear(row)
	}
	c.beginAdjoint(&h, r.DEnd, k)
	for t := r.X.T; t > 0; {
		last := t == r.X.T
		t -= v.unstep(c, r, t, k)
		if last && c.spiking && !c.rules.WritesP() {
			clear(v.state.P)
		}
	}
	if c.Rules.Delay == 1 && r.DS != nil {
		add(h.gp, lanesOf(r.DS, 0, k))
	}
	c.endAdjoint(&h, r.DEnd, k)
}

// multiply computes the rows of a product for a block.
func (v *vectors) multiply(c *scan, p *Product, k block) {
	outputs := p.DY.N()
	v.product = grow(v.product, p.DY.T*v.n)
	kernels.Gemm(nil, p.DY.T, v.lanes, outputs, p.DY.F[k.b*outputs:], p.DY.B*outputs, false,
		p.W[k.lo:], c.n, false, v.product, v.n, false)
	for t := range p.DY.T { // lanes that are none
		clear(v.product[t*v.n+v.lanes : (t+1)*v.n])
	}
}

// unstep is the adjoint of the steps before step end, as far as one call goes;
// it returns how many steps that were. The last step of all is a call of its own.
func (v *vectors) unstep(c *scan, r *Run, end int, k block) int {
	count := end
	if end == r.X.T || v.lanes < v.n || r.DV != nil {
		count = 1
	}
	t := end - count
	if r.DV != nil {
		kernels.Add(v.state.V[:v.lanes], lanesOf(r.DV, t, k))
	}
	e := &v.errors
	*e = kernels.ScanErrors{Steps: count, DX: v.dx, Last: end == r.X.T}
	if c.spiking {
		e.U, e.Before, e.Surrogate = v.u[(t+1)*v.n:], v.u[t*v.n:], v.derivative[t*v.n:]
		if late := t + c.Rules.Delay; r.DS != nil && late < r.DS.T {
			e.DS, e.DSStep, _ = v.in(r.DS, late, count, k, v.ds)
		}
		if r.DSof.DY != nil {
			e.DS, e.DSStep = v.product[t*v.n:], v.n
		}
	}
	if r.DX != nil && v.lanes == v.n {
		e.DX, e.DXStep = seriesOf(r.DX, t, v.own(k))
		e.Add = r.DX.Const
	}
	v.kernel.Backward(e)
	if r.DX != nil && v.lanes < v.n {
		if dx := lanesOf(r.DX, t, v.own(k)); r.DX.Const {
			kernels.Add(dx, v.dx)
		} else {
			copy(dx, v.dx)
		}
	}
	return count
}
