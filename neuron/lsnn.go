package neuron

import "github.com/snntrain/snntrain/model"

// lsnnKind is the adaptive neuron of Bellec et al. 2018 (arXiv 1803.09574, eqs.
// 6 to 8) as in Norse's LSNNCell: a current-based LIF whose threshold w decays to θ
// and rises by adapt_step with every spike. The input reaches the current after
// the membrane has read it, so one step later. detach_reset holds for the rise of
// the threshold as well.
func lsnnKind() Kind {
	return laneKind(Kind{
		Name: "lsnn", Spiking: true, Feedback: true,
		Doc:      "current-based LIF with an adaptive threshold",
		Equation: "u = v + k·(v_leak − v + i); i = i − k_syn·i + x; h = w + k_adapt·(θ − w); s = [u > h]; w = h + adapt_step·s; v = v_reset where s; w starts at θ",
		Rules:    filteredRules(),
		Adjust:   filtered,
	}, func(r model.Rules) []def {
		step := pAdaptStep
		step.Default = 0.4
		return append(currentDefs(r), def{adaptParam(r.MemDecay), leakFrom(r.MemDecay)}, plain(step))
	}, func(f firing) body { return &lsnn{f} })
}

type lsnn struct{ firing }

func (m *lsnn) start(c []float32) point { return point{v: c[5], w: c[3]} }

// charge returns u, the threshold h, and what the leak multiplies.
func (m *lsnn) charge(c []float32, b point) (u, h, f float32) {
	f = c[2] - b.v + b.i
	return b.v + float32(c[0]*f), b.w + float32(c[6]*(c[3]-b.w)), f
}

func (m *lsnn) forward(c []float32, s *point, x float32) float32 {
	u, h, _ := m.charge(c, *s)
	sent := m.fire(u, h)
	s.v, s.w, s.i = m.after(u, sent, h, c[4]), h+float32(sent*c[7]), s.i-float32(c[1]*s.i)+x
	return sent
}

func (m *lsnn) backward(c []float32, b point, _, ds float32, g *point, d []float64) float32 {
	u, h, f := m.charge(c, b)
	s := m.fire(u, h)
	if !m.rules.DetachReset {
		ds += c[7] * g.w
	}
	r := m.back(u, s, h, c[4], g.v, ds)
	dh, dx := g.w+r.theta, g.i
	d[0] += float64(r.du * f)
	d[1] -= float64(g.i * b.i)
	d[2] += float64(r.du * c[0])
	d[3] += float64(dh * c[6])
	d[4] += float64(r.reset)
	d[6] += float64(dh * (c[3] - b.w))
	d[7] += float64(g.w * s)
	g.v, g.i, g.w = r.du*(1-c[0]), g.i*(1-c[1])+r.du*c[0], dh*(1-c[6])
	return dx
}
