package neuron

import "github.com/snntrain/snntrain/model"

// the parameters of an adaptation variable w
var (
	pAdaptGain = named("adapt_gain", "1", 0, "what the potential adds to the adaptation")
	pAdaptStep = named("adapt_step", "θ", 0, "what a spike adds to the adaptation")
	pAdaptInit = fixed(named("w_init", "θ", 0, "adaptation before the first step"))
)

// adaptParam is the parameter of the decay of the adaptation: tau_adapt, rate_adapt or gamma.
func adaptParam(form model.Decay) Param {
	switch form {
	case model.DecayRate:
		return Param{Name: "rate_adapt", Unit: "1/dt", Default: 0.02, Min: 0, Max: inf, Doc: "inverse time constant of the adaptation"}
	case model.DecayBeta:
		return Param{Name: "gamma", Unit: "1", Default: 0.9, Min: 0, Max: 1, Doc: "decay factor of the adaptation per step"}
	}
	return Param{Name: "tau_adapt", Unit: "dt", Default: 50, Min: 0, Max: inf, Doc: "time constant of the adaptation"}
}

// adaptiveQIFKind is a quadratic neuron with an adaptation current, as
// SpikingJelly's IzhikevichNode: the model of Izhikevich 2003 in normalized
// potentials, whose adaptation follows the charged potential u of its step.
func adaptiveQIFKind() Kind {
	return laneKind(Kind{
		Name: "adaptive-qif", Spiking: true,
		Doc:      "quadratic integrate-and-fire neuron with an adaptation current",
		Equation: "u = v + (dt/τ)·(x + a0·(v − v_leak)·(v − v_c) − w); s = [u > θ]; w = w + (dt/τ_adapt)·(adapt_gain·(u − v_leak) − w) + adapt_step·s; v = u − s·θ",
		Rules:    laneRules(model.DecayEuler),
		Adjust:   bare,
	}, func(r model.Rules) []def {
		return []def{
			leakOf(r.MemDecay, true), plain(pCurvature), plain(pCritical), plain(pLeak), plain(pThreshold), plain(pReset), plain(pInit),
			{adaptParam(r.MemDecay), leakFrom(r.MemDecay)},
			plain(pAdaptGain), plain(pAdaptStep), plain(pAdaptInit),
		}
	}, func(f firing) body { return &adaptiveQIF{qif{f}} })
}

type adaptiveQIF struct{ qif }

func (m *adaptiveQIF) start(c []float32) point { return point{v: c[6], w: c[10]} }

// charge returns u and what k multiplies.
func (m *adaptiveQIF) charge(c []float32, v, w, x float32) (u, f float32) {
	f = x + float32(float32(c[1]*(v-c[3]))*(v-c[2])) - w
	return v + float32(c[0]*f), f
}

func (m *adaptiveQIF) forward(c []float32, s *point, x float32) float32 {
	u, _ := m.charge(c, s.v, s.w, x)
	sent := m.fire(u, c[4])
	s.w = s.w + float32((float32(c[8]*(u-c[3]))-s.w)*c[7]) + float32(c[9]*sent)
	s.v = m.after(u, sent, c[4], c[5])
	return sent
}

func (m *adaptiveQIF) backward(c []float32, b point, x, ds float32, g *point, d []float64) float32 {
	u, f := m.charge(c, b.v, b.w, x)
	s := m.fire(u, c[4])
	r := m.back(u, s, c[4], c[5], g.v, ds+c[9]*g.w)
	r.du += c[7] * c[8] * g.w
	df := c[0] * r.du
	d[0] += float64(r.du * f)
	d[1] += float64(df * (b.v - c[3]) * (b.v - c[2]))
	d[2] -= float64(df * c[1] * (b.v - c[3]))
	d[3] -= float64(df*c[1]*(b.v-c[2]) + c[7]*c[8]*g.w)
	d[4] += float64(r.theta)
	d[5] += float64(r.reset)
	d[7] += float64(g.w * (c[8]*(u-c[3]) - b.w))
	d[8] += float64(g.w * c[7] * (u - c[3]))
	d[9] += float64(g.w * s)
	g.v = r.du + df*c[1]*((b.v-c[3])+(b.v-c[2]))
	g.w = g.w*(1-c[7]) - df
	return df
}
