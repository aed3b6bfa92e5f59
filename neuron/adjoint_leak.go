package neuron

import "github.com/snntrain/snntrain/model"

// unCharge undoes u = A·w + G·j + C: coefficient gradients, then gv = dL/dv
// of the step before and g = dL/dj.
func (c *scan) unCharge(h *history, co *coef, vBefore, pBefore, j []float32) {
	w := c.leakReset(h.scratch, vBefore, pBefore, co)
	want := c.want
	if want.a {
		mulAdd(h.d.a, h.du, w)
	}
	if want.g {
		mulAdd(h.d.g, h.du, j)
	}
	if want.c {
		add(h.d.c, h.du)
	}
	mul(h.g, co.g, h.du)
	mul(h.gv, co.a, h.du)
	if c.Rules.ResetAt != model.ResetAtLeak || !c.spiking {
		return
	}
	through := !c.Rules.DetachReset
	switch c.Rules.Reset {
	case model.ResetSubtract:
		c.mulSubTheta(h, pBefore, h.gv)
		if through {
			mulSub(h.gp, co.theta, h.gv)
		}
	case model.ResetValue:
		c.mulAddReset(h, pBefore, h.gv)
		for i, p := range pBefore {
			if through {
				h.gp[i] += (co.reset[i] - vBefore[i]) * h.gv[i]
			}
			if p != 0 {
				h.gv[i] = 0
			}
		}
	}
}

// unSynapse undoes the filter of the input: dL/dx from g = dL/dj, and gi.
func (c *scan) unSynapse(h *history, r *Run, t int, k block, co *coef) {
	switch c.Rules.Synapse {
	case model.SynapseDecayAdd: // i = α·i⁻ + x, j = i
		add(h.gi, h.g)
		if c.want.alpha && t > 0 {
			mulAdd(h.d.alpha, h.gi, past(h.j1, h.v0, t-1))
		} else if c.want.alpha && r.Start != nil {
			mulAdd(h.d.alpha, h.gi, r.Start.I[k.b*c.n+k.lo:k.b*c.n+k.hi])
		}
		copy(h.g, h.gi)
		mul(h.gi, co.alpha, h.gi)
	case model.SynapseAddDecay: // i = α·(i⁻ + x), j = i
		add(h.gi, h.g)
		if c.want.alpha {
			c.alphaOfAddDecay(h, r, t, k)
		}
		mul(h.gi, co.alpha, h.gi)
		copy(h.g, h.gi)
	case model.SynapseAddUse: // j = i⁻ + x, i = α·j
		if c.want.alpha {
			mulAdd(h.d.alpha, h.gi, past(h.j1, h.v0, t))
		}
		mul(h.gi, co.alpha, h.gi)
		add(h.gi, h.g)
		copy(h.g, h.gi)
	}
	if dx := lanesOf(r.DX, t, k); dx != nil {
		if r.DX.Const {
			add(dx, h.g)
		} else {
			copy(dx, h.g)
		}
	}
}

// alphaOfAddDecay adds dL/dα of i = α·(i⁻ + x): gi·(i⁻ + x).
func (c *scan) alphaOfAddDecay(h *history, r *Run, t int, k block) {
	x := h.input(r, t, k)
	before := past(h.j1, h.v0, t-1)
	switch {
	case t == 0 && r.Start == nil:
		mulAdd(h.d.alpha, h.gi, x)
		return
	case t == 0:
		before = r.Start.I[k.b*c.n+k.lo : k.b*c.n+k.hi]
	}
	for i, g := range h.gi {
		h.d.alpha[i] += g * (before[i] + x[i])
	}
}
