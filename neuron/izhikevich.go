package neuron

import "github.com/snntrain/snntrain/model"

// izhikevichKind is the model of Izhikevich 2003, 10.1109/TNN.2003.820440, eqs.
// 1 to 3, in mV and ms: one Euler step of rate·dt ms, with the old v in both
// lines; Norse's IzhikevichCell. Defaults are tonic spiking.
func izhikevichKind() Kind {
	rules := laneRules(model.DecayRate)
	rules.Reset = model.ResetValue
	return laneKind(Kind{
		Name: "izhikevich", Spiking: true,
		Doc:      "Izhikevich's neuron of 2003, potentials in mV",
		Equation: "u = v + rate·dt·(0.04·v² + 5·v + 140 − w + x); w = w + rate·dt·a·(b·v − w) + d·s; s = [u > θ]; v = v_reset where s; a is rate_adapt, b adapt_gain, d adapt_step",
		Rules:    rules,
		Adjust: func(r *model.Rules) {
			bare(r)
			r.MemDecay = model.DecayRate
		},
	}, func(model.Rules) []def {
		value := func(p Param, v float64) def {
			p.Default = v
			return plain(p)
		}
		rate := leakOf(model.DecayRate, true)
		rate.param.Default = 0.25
		adapt := plain(adaptParam(model.DecayRate))
		adapt.param.Unit = "1"
		return []def{
			rate, adapt, value(pAdaptGain, 0.2), value(pAdaptStep, 6),
			value(pThreshold, 30), value(pReset, -65), value(pInit, -70), value(pAdaptInit, -14),
		}
	}, func(f firing) body { return &izhikevich{f} })
}

type izhikevich struct{ firing }

func (m *izhikevich) start(c []float32) point { return point{v: c[6], w: c[7]} }

// charge returns u, the adaptation before the spike, and what the rate multiplies in each.
func (m *izhikevich) charge(c []float32, b point, x float32) (u, w, f, h float32) {
	f = float32(0.04*float32(b.v*b.v)) + float32(5*b.v) + 140 - b.w + x
	h = float32(c[2]*b.v) - b.w
	return b.v + float32(c[0]*f), b.w + float32(float32(c[0]*c[1])*h), f, h
}

func (m *izhikevich) forward(c []float32, s *point, x float32) float32 {
	u, w, _, _ := m.charge(c, *s, x)
	sent := m.fire(u, c[4])
	s.v, s.w = m.after(u, sent, c[4], c[5]), w+float32(sent*c[3])
	return sent
}

func (m *izhikevich) backward(c []float32, b point, x, ds float32, g *point, d []float64) float32 {
	u, _, f, h := m.charge(c, b, x)
	s := m.fire(u, c[4])
	r := m.back(u, s, c[4], c[5], g.v, ds+c[3]*g.w)
	df, dh := c[0]*r.du, c[0]*c[1]*g.w
	d[0] += float64(r.du*f + g.w*c[1]*h)
	d[1] += float64(g.w * c[0] * h)
	d[2] += float64(dh * b.v)
	d[3] += float64(g.w * s)
	d[4] += float64(r.theta)
	d[5] += float64(r.reset)
	g.v = r.du + df*(0.08*b.v+5) + dh*c[2]
	g.w -= df + dh
	return df
}
