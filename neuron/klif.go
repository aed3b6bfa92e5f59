package neuron

import "github.com/snntrain/snntrain/model"

// klifKind is the neuron of Jiang & Zhang 2023 (arXiv 2302.09238, eqs. 5 to 8):
// a LIF whose charged potential is scaled by a learned k and rectified;
// SpikingJelly's KLIFNode with scale_reset=False and decay_input=True.
func klifKind() Kind {
	rules := laneRules(model.DecayEuler)
	rules.Gain = model.GainLeak
	return laneKind(Kind{
		Name: "klif", Spiking: true,
		Doc:      "LIF whose charged potential is scaled by k and rectified",
		Equation: "h = v + (dt/τ)·(x − (v − v_leak)); u = max(0, k·h); s = [u > θ]; v = u − s·θ",
		Rules:    rules,
		Adjust: func(r *model.Rules) {
			bare(r)
			r.Gain = model.GainLeak
		},
	}, func(r model.Rules) []def {
		k := Param{Name: "k", Unit: "1", Default: 1, Min: -inf, Max: inf, Doc: "factor of the charged potential"}
		return []def{leakOf(r.MemDecay, true), plain(k), plain(pLeak), plain(pThreshold), plain(pReset), plain(pInit)}
	}, func(f firing) body { return &klif{f} })
}

type klif struct{ firing }

func (m *klif) start(c []float32) point { return point{v: c[5]} }

// charge returns u and h.
func (m *klif) charge(c []float32, v, x float32) (u, h float32) {
	h = v + float32((x-(v-c[2]))*c[0])
	return max(0, float32(c[1]*h)), h
}

func (m *klif) forward(c []float32, s *point, x float32) float32 {
	u, _ := m.charge(c, s.v, x)
	sent := m.fire(u, c[3])
	s.v = m.after(u, sent, c[3], c[4])
	return sent
}

func (m *klif) backward(c []float32, b point, x, ds float32, g *point, d []float64) float32 {
	u, h := m.charge(c, b.v, x)
	r := m.back(u, m.fire(u, c[3]), c[3], c[4], g.v, ds)
	dh := float32(0)
	if u > 0 {
		dh = r.du * c[1]
		d[1] += float64(r.du * h)
	}
	d[0] += float64(dh * (x - (b.v - c[2])))
	d[2] += float64(dh * c[0])
	d[3] += float64(r.theta)
	d[4] += float64(r.reset)
	g.v = dh * (1 - c[0])
	return dh * c[0]
}
