package neuron

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// vectors runs a block with the kernels: every combination of rules but those
// that vectorRules leaves to the row operations of scan, which are its twin.
type vectors struct {
	kernel kernels.Scan
	coefs  kernels.ScanCoefs
	state  kernels.ScanState
	rows   kernels.ScanRows
	errors kernels.ScanErrors
	words  []uint64

	x, ds, dx, derivative []float32 // of one step; copies where a block is no multiple of 64 lanes
	u                     []float32 // T rows: the potential that was compared with the threshold
	before                []float32 // stands for it before the first step
	store                 []float32
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
	n := padded(k.lanes())
	v.store = grow(v.store, (8+steps)*n)
	rest := v.store
	take := func(count int) []float32 {
		row := rest[: count*n : count*n]
		rest = rest[count*n:]
		return row
	}
	for _, row := range []*[]float32{&v.state.V, &v.state.I, &v.state.P, &v.x, &v.ds, &v.dx, &v.derivative, &v.before} {
		*row = take(1)
		clear(*row)
	}
	v.u = take(steps)
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

// whole returns lanes as a row of whole words: themselves, or a copy.
func whole(lanes, scratch []float32) []float32 {
	if len(lanes) == len(scratch) || lanes == nil {
		return lanes
	}
	copy(scratch, lanes)
	return scratch
}

// ahead is how many steps before its use a row is asked for.
const ahead = 8

// lanesAt is lanesOf for a step that there may not be.
func lanesAt(s *signal.Signal, t int, k block) []float32 {
	if t < 0 || t >= s.T {
		return nil
	}
	return lanesOf(s, t, k)
}

// begin sets the state before the first step.
func (v *vectors) begin(c *scan, s *State, k block) {
	l := lanes{v: v.state.V[:k.lanes()], i: v.state.I[:k.lanes()], p: v.state.P[:k.lanes()]}
	c.begin(&l, s, k)
}

// forward runs all steps of a block.
func (v *vectors) forward(c *scan, r *Run, k block) {
	v.prepare(c, k, 0)
	v.begin(c, r.Start, k)
	delay := c.Rules.Delay
	if delay == 1 && r.S != nil && c.spiking {
		pack(r.S.WordRow(k.b)[k.lo/64:], v.state.P[:k.lanes()])
	}
	for t := range r.X.T {
		words := v.words
		if r.S != nil && t+delay < r.X.T {
			words = r.S.WordRow((t+delay)*r.S.B + k.b)[k.lo/64:][:len(v.words)]
		}
		v.rows = kernels.ScanRows{X: whole(lanesOf(r.X, t, k), v.x), Ahead: lanesAt(r.X, t+ahead, k), Words: words, Last: t == r.X.T-1}
		v.kernel.Forward(&v.rows)
		if out := lanesOf(r.V, t, k); out != nil {
			copy(out, v.state.V)
		}
	}
	c.end(&lanes{v: v.state.V, i: v.state.I, p: v.state.P}, r.End, k)
}

// backward runs the adjoint of a block.
func (v *vectors) backward(c *scan, r *Run, k block) {
	steps := 0
	if c.spiking {
		steps = r.X.T
	}
	v.prepare(c, k, steps)
	if c.spiking {
		v.replay(c, r, k)
	}
	h := history{gv: v.state.V[:k.lanes()], gi: v.state.I[:k.lanes()], gp: v.state.P[:k.lanes()]}
	clear(v.state.V)
	clear(v.state.I)
	clear(v.state.P)
	c.beginAdjoint(&h, r.DEnd, k)
	for t := r.X.T - 1; t >= 0; t-- {
		v.unstep(c, r, t, k)
		if t == r.X.T-1 && c.spiking && !c.rules.WritesP() {
			clear(v.state.P)
		}
	}
	if c.Rules.Delay == 1 && r.DS != nil {
		add(h.gp, lanesOf(r.DS, 0, k))
	}
	c.endAdjoint(&h, r.DEnd, k)
}

// replay runs the block forward again and keeps its potentials.
func (v *vectors) replay(c *scan, r *Run, k block) {
	v.begin(c, r.Start, k)
	n := len(v.x)
	for i, p := range v.state.P {
		v.before[i] = float32(math.Inf(-1))
		if p > 0 {
			v.before[i] = float32(math.Inf(1))
		}
	}
	for t := range r.X.T {
		v.rows = kernels.ScanRows{X: whole(lanesOf(r.X, t, k), v.x), Ahead: lanesAt(r.X, t+ahead, k), U: v.u[t*n : (t+1)*n], Words: v.words}
		v.kernel.Forward(&v.rows)
	}
}

// unstep is the adjoint of step t.
func (v *vectors) unstep(c *scan, r *Run, t int, k block) {
	if dv := lanesOf(r.DV, t, k); dv != nil {
		kernels.Add(v.state.V[:len(dv)], dv)
	}
	n := len(v.x)
	e := &v.errors
	*e = kernels.ScanErrors{DX: v.dx, Last: t == r.X.T-1}
	if c.spiking {
		e.U, e.Before = past(v.u, v.before, t), past(v.u, v.before, t-1)
		e.Surrogate = v.derivative
		kernels.Sub(v.derivative, e.U, v.coefs.Theta)
		c.surrogate.Grad(v.derivative, v.derivative, v.coefs.Theta)
		if late := t + c.Rules.Delay; r.DS != nil && late < r.DS.T {
			e.DS, e.Ahead = whole(lanesOf(r.DS, late, k), v.ds), lanesAt(r.DS, late-ahead, k)
		}
	}
	dx := lanesOf(r.DX, t, k)
	if len(dx) == n {
		e.DX, e.Add = dx, r.DX.Const
	}
	v.kernel.Backward(e)
	switch {
	case len(dx) == n || dx == nil:
	case r.DX.Const:
		kernels.Add(dx, v.dx)
	default:
		copy(dx, v.dx)
	}
}
