package neuron

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
)

// history holds the rows of one block for all steps, computed again from the
// input, and the rows that the adjoint carries.
type history struct {
	lanes
	v0, p0         []float32 // state before the first step
	v1, u1, s1, j1 []float32 // T·L each, row t at t·L
	x1             []float32 // likewise the input current, where it is not Run.X
	hold1          []float32

	gv, gi, gp []float32 // dL/d(potential, current, spike) of the step before
	du, ds, g  []float32
	scratch    []float32
	d          dcoef // sums over t
	store      []float32
}

func (h *history) resize(steps, n int) {
	h.lanes.resize(n)
	h.store = grow(h.store, (5*steps+16)*n)
	rest := h.store
	take := func(k int) []float32 {
		row := rest[: k*n : k*n]
		rest = rest[k*n:]
		return row
	}
	h.v1, h.u1, h.s1, h.j1, h.hold1 = take(steps), take(steps), take(steps), take(steps), take(steps)
	for _, row := range []*[]float32{
		&h.v0, &h.p0, &h.gv, &h.gi, &h.gp, &h.du, &h.ds, &h.g, &h.scratch,
		&h.d.a, &h.d.g, &h.d.c, &h.d.alpha, &h.d.theta, &h.d.reset,
	} {
		*row = take(1)
	}
}

// Backward implements Cell.
func (c *scan) Backward(r *Run) {
	c.prepare()
	if c.joins(r.X.B) {
		whole, run := c.join(r)
		whole.Backward(run)
		return
	}
	if r.Synapse != nil {
		c.backwardStrips(r)
		return
	}
	fresh := r.DX != nil && r.DX.Const && !r.Add
	if c.fast.backward {
		each(r, &c.vectorized, c.n, 2*width(r.X.T), func(k block, v *vectors) {
			if fresh {
				clear(lanesOf(r.DX, 0, k))
			}
			v.backward(c, r, k)
		})
		return
	}
	if fresh {
		clear(r.DX.F)
	}
	sums := c.newSums(r.X.B)
	each(r, &c.backward, c.n, width(r.X.T), func(k block, h *history) {
		h.resize(r.X.T, k.lanes())
		co := c.coef.cut(k)
		c.replay(h, r, k, &co)
		c.beginAdjoint(h, r.DEnd, k)
		for t := r.X.T - 1; t >= 0; t-- {
			c.unstep(h, r, t, k, &co)
		}
		if c.Rules.Delay == 1 && r.DS != nil {
			add(h.gp, lanesOf(r.DS, 0, k))
		}
		c.endAdjoint(h, r.DEnd, k)
		sums.keep(&h.d, k, c.n)
	})
	d := sums.reduce(r.X.B, c.n)
	c.chain(&d, r.Grads)
}

// replay runs the block forward again and keeps its rows.
func (c *scan) replay(h *history, r *Run, k block, co *coef) {
	c.beginReplay(h, r, k)
	for t := range r.X.T {
		c.replayStep(h, h.input(r, t, k), t, co)
	}
}

func (c *scan) beginReplay(h *history, r *Run, k block) {
	c.begin(&h.lanes, r.Start, k)
	copy(h.v0, h.v)
	copy(h.p0, h.p)
}

// replayStep runs step t with input x.
func (c *scan) replayStep(h *history, x []float32, t int, co *coef) {
	n := len(h.v0)
	row := func(m []float32) []float32 { return m[t*n : (t+1)*n : (t+1)*n] }
	h.u, h.s, h.j, h.hold = row(h.u1), row(h.s1), row(h.j1), row(h.hold1)
	c.step(&h.lanes, x, co)
	copy(row(h.v1), h.v)
}

// input is the input current of step t.
func (h *history) input(r *Run, t int, k block) []float32 {
	if h.x1 != nil {
		return past(h.x1, h.v0, t)
	}
	return lanesOf(r.X, t, k)
}

// past returns row t of a history of rows of length n; the row before the first step is start.
func past(rows, start []float32, t int) []float32 {
	n := len(start)
	if t < 0 {
		return start
	}
	return rows[t*n : (t+1)*n : (t+1)*n]
}

func (c *scan) beginAdjoint(h *history, end *State, k block) {
	clear(h.gv)
	clear(h.gi)
	clear(h.gp)
	if end != nil {
		at := k.b * c.n
		copy(h.gv, end.V[at+k.lo:at+k.hi])
		copy(h.gi, end.I[at+k.lo:at+k.hi])
		copy(h.gp, end.P[at+k.lo:at+k.hi])
	}
	for _, row := range [][]float32{h.d.a, h.d.g, h.d.c, h.d.alpha, h.d.theta, h.d.reset} {
		clear(row)
	}
}

func (c *scan) endAdjoint(h *history, end *State, k block) {
	if end == nil {
		return
	}
	at := k.b * c.n
	copy(end.V[at+k.lo:at+k.hi], h.gv)
	copy(end.I[at+k.lo:at+k.hi], h.gi)
	copy(end.P[at+k.lo:at+k.hi], h.gp)
}

// unstep is the adjoint of step t. On entry gv, gi, gp hold dL/d(state after
// step t) without the outputs of the step; on exit dL/d(state before it).
func (c *scan) unstep(h *history, r *Run, t int, k block, co *coef) {
	n := k.lanes()
	h.u, h.s, h.hold = past(h.u1, h.v0, t), past(h.s1, h.v0, t), past(h.hold1, h.v0, t)
	v, vBefore, pBefore := past(h.v1, h.v0, t), past(h.v1, h.v0, t-1), past(h.s1, h.p0, t-1)
	j := h.input(r, t, k)
	if c.Rules.Synapse != model.SynapseNone {
		j = past(h.j1, h.v0, t)
	}
	if dv := lanesOf(r.DV, t, k); dv != nil {
		add(h.gv, dv)
	}
	if c.clamp {
		for i := range n {
			if v[i] <= co.vmin[i] {
				h.gv[i] = 0
			}
		}
	}
	if !c.spiking {
		copy(h.du, h.gv)
	} else {
		c.errorOfSpikes(h, r.DS, t, k)
		c.unSpikeReset(h, co)
		c.unFire(h, co)
		c.unChargeReset(h, co, vBefore, pBefore, j)
	}
	c.unCharge(h, co, vBefore, pBefore, j)
	c.unSynapse(h, r, t, k, co)
}

// errorOfSpikes: ds = dL/ds from the output (one step later when delayed) and from the next step's reset.
func (c *scan) errorOfSpikes(h *history, out *signal.Signal, t int, k block) {
	copy(h.ds, h.gp)
	clear(h.gp)
	t += c.Rules.Delay
	if out != nil && t < out.T {
		add(h.ds, lanesOf(out, t, k))
	}
}

// unSpikeReset: du = dL/du through v = reset(u, s), and ds where the reset is not detached.
func (c *scan) unSpikeReset(h *history, co *coef) {
	copy(h.du, h.gv)
	if c.Rules.ResetAt != model.ResetAtSpike || c.Rules.Reset == model.ResetNone {
		return
	}
	through := !c.Rules.DetachReset
	switch {
	case c.Rules.Reset == model.ResetSubtract:
		c.mulSubTheta(h, h.s, h.gv)
		if c.Rules.Has(model.QuirkHold) {
			c.mulAddTheta(h, h.hold, h.gv)
		}
		if through {
			mulSub(h.ds, co.theta, h.gv)
		}
	case c.Rules.Has(model.QuirkAddReset):
		if c.want.reset {
			add(h.d.reset, h.gv)
		}
		for i, g := range h.gv {
			h.du[i] = g * (1 - h.s[i])
			if through {
				h.ds[i] -= h.u[i] * g
			}
		}
	default:
		c.mulAddReset(h, h.s, h.gv)
		for i, g := range h.gv {
			h.du[i] = g * (1 - h.s[i])
			if through {
				h.ds[i] += (co.reset[i] - h.u[i]) * g
			}
		}
	}
}

// unFire: du += ds·σ'(u − θ), and the threshold's share.
func (c *scan) unFire(h *history, co *coef) {
	x := h.scratch
	for i, u := range h.u {
		x[i] = u - co.theta[i]
	}
	if tg, ok := c.surrogate.(surrogate.ThresholdGrader); ok {
		tg.GradThreshold(h.g, x, co.theta)
		c.mulAddTheta(h, h.ds, h.g)
		c.surrogate.Grad(h.g, x, co.theta)
	} else {
		c.surrogate.Grad(h.g, x, co.theta)
		c.mulSubTheta(h, h.ds, h.g)
	}
	mulAdd(h.du, h.ds, h.g)
}

// unChargeReset undoes hold and the reset after the charge: du becomes dL/dm.
func (c *scan) unChargeReset(h *history, co *coef, v, p, j []float32) {
	if c.Rules.Has(model.QuirkHold) {
		c.mulSubTheta(h, h.hold, h.du)
	}
	if c.Rules.ResetAt != model.ResetAtCharge {
		return
	}
	through := !c.Rules.DetachReset
	switch c.Rules.Reset {
	case model.ResetSubtract:
		c.mulSubTheta(h, p, h.du)
		if through {
			mulSub(h.gp, co.theta, h.du)
		}
	case model.ResetValue:
		c.mulAddReset(h, p, h.du)
		if through {
			charge(h.scratch, v, j, co.a, co.g, co.c)
			for i, m := range h.scratch {
				h.gp[i] += (co.reset[i] - m) * h.du[i]
			}
		}
		for i, q := range p {
			if q != 0 {
				h.du[i] = 0
			}
		}
	}
}
