package neuron

import "github.com/snntrain/snntrain/model"

// alifKind is a LIF whose threshold rises with its own activity w, in two
// orders. reset_at spike is Sinabs' ALIF: the potential is charged, compared and
// reset in one step, several spikes a step are allowed, and the comparison gives
// the threshold no gradient. reset_at charge is Spyx' ALIF: the potential of the
// step before is compared, so that a spike is sent one step late, and θ + w of
// then is subtracted after the leak.
//
// With a synapse (add-decay) and norm_input, Sinabs multiplies the current
// itself by 1 − β in every step, and so does this model.
func alifKind() Kind {
	rules := laneRules(model.DecayBeta)
	return laneKind(Kind{
		Name: "alif", Spiking: true,
		Doc:      "LIF with an adaptive threshold",
		Equation: "u = β·v + G·x; h = θ + adapt_scale·w; s = [u > h]; v = u − s·h; w = γ·w + (1 − γ)·s",
		Rules:    rules,
		Adjust:   adjustALIF,
	}, func(r model.Rules) []def {
		scale := Param{Name: "adapt_scale", Unit: "θ", Default: 1, Min: -inf, Max: inf, Doc: "by how much the activity raises the threshold"}
		defs := []def{keepOf(r.MemDecay, true), {adaptParam(r.MemDecay), keepFrom(r.MemDecay)}, plain(scale), plain(pThreshold), plain(pInit)}
		if r.Synapse != model.SynapseNone {
			defs = append(defs, keepOf(r.SynDecay, false))
		}
		return defs
	}, func(f firing) body { return &alif{f} })
}

// adjustALIF imposes what ALIF is not free in: it subtracts.
func adjustALIF(r *model.Rules) {
	if r.MemDecay == model.DecayNone || r.MemDecay == model.DecayLog || r.MemDecay == model.DecayLogit {
		r.MemDecay = model.DecayBeta
	}
	r.Reset, r.Quirks, r.Delay = model.ResetSubtract, nil, 0
	if r.ResetAt != model.ResetAtSpike {
		r.ResetAt, r.MaxSpikes, r.Synapse, r.Gain = model.ResetAtCharge, 1, model.SynapseNone, model.GainUnit
	}
	if r.Synapse != model.SynapseNone {
		r.Synapse = model.SynapseAddDecay
		if r.SynDecay == model.DecayNone {
			r.SynDecay = r.MemDecay
		}
	}
}

type alif struct{ firing }

func (m *alif) start(c []float32) point { return point{v: c[4]} }

// late is the order of Spyx.
func (m *alif) late() bool { return m.rules.ResetAt == model.ResetAtCharge }

// spikes are those of u with threshold h.
func (m *alif) spikes(u, h float32) float32 {
	s := m.fire(u, h)
	if s != 0 && m.rules.MaxSpikes != 1 {
		row := [3][]float32{{s}, {u}, {h}}
		count(row[0], row[1], row[2], m.rules.MaxSpikes)
		s = row[0][0]
	}
	return s
}

// current is what reaches the membrane: its gain, and before it.
func (m *alif) current(c []float32, b point, x float32) (j, gain, raw float32) {
	gain, raw = 1, x
	if m.rules.Gain == model.GainLeak {
		gain = 1 - c[0]
	}
	if m.rules.Synapse != model.SynapseNone {
		raw = c[5] * (b.i + x)
	}
	return float32(gain * raw), gain, raw
}

func (m *alif) forward(c []float32, s *point, x float32) float32 {
	h := c[3] + float32(c[2]*s.w)
	var sent float32
	if m.late() {
		sent = m.fire(s.v, h)
		s.v = float32(c[0]*s.v) + x - float32(sent*h)
	} else {
		j, _, _ := m.current(c, *s, x)
		u := float32(c[0]*s.v) + j
		sent = m.spikes(u, h)
		s.v = u - float32(sent*h)
		if m.rules.Synapse != model.SynapseNone {
			s.i = j
		}
	}
	s.w = float32(c[1]*s.w) + float32((1-c[1])*sent)
	return sent
}

func (m *alif) backward(c []float32, b point, x, ds float32, g *point, d []float64) float32 {
	if m.late() {
		return m.backwardLate(c, b, ds, g, d)
	}
	h := c[3] + float32(c[2]*b.w)
	j, gain, raw := m.current(c, b, x)
	u := float32(c[0]*b.v) + j
	s := m.spikes(u, h)
	ds += (1 - c[1]) * g.w
	if !m.rules.DetachReset {
		ds -= h * g.v
	}
	du, dh := g.v+m.slope(u, h)*ds, -s*g.v
	dj := du
	if m.rules.Synapse != model.SynapseNone {
		dj += g.i
	}
	d[0] += float64(du * b.v)
	if m.rules.Gain == model.GainLeak {
		d[0] -= float64(dj * raw)
	}
	m.unAdapt(c, b, s, dh, g, d)
	dx := dj * gain
	g.v = du * c[0]
	if m.rules.Synapse != model.SynapseNone {
		d[5] += float64(dx * (b.i + x))
		dx *= c[5]
		g.i = dx
	}
	return dx
}

// backwardLate is the adjoint in the order of Spyx, where the threshold gets the gradient of the comparison.
func (m *alif) backwardLate(c []float32, b point, ds float32, g *point, d []float64) float32 {
	h := c[3] + float32(c[2]*b.w)
	s := m.fire(b.v, h)
	ds += (1 - c[1]) * g.w
	if !m.rules.DetachReset {
		ds -= h * g.v
	}
	slope, dx := m.slope(b.v, h)*ds, g.v
	d[0] += float64(g.v * b.v)
	dh := -s*g.v - slope
	g.v = g.v*c[0] + slope
	m.unAdapt(c, b, s, dh, g, d)
	return dx
}

// unAdapt is the adjoint of h = θ + adapt_scale·w and w = γ·w + (1 − γ)·s.
func (m *alif) unAdapt(c []float32, b point, s, dh float32, g *point, d []float64) {
	d[1] += float64(g.w * (b.w - s))
	d[2] += float64(dh * b.w)
	d[3] += float64(dh)
	g.w = g.w*c[1] + dh*c[2]
}
