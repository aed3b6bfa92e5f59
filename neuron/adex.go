package neuron

import "github.com/snntrain/snntrain/model"

// adexKind is the adaptive exponential integrate-and-fire neuron: Brette &
// Gerstner 2005, 10.1152/jn.00686.2005, eqs. 1 and 2, in one Euler step with the
// old v and w in both; Norse's LIFAdExCell. The upswing begins at θ.
func adexKind() Kind {
	return laneKind(Kind{
		Name: "adex", Spiking: true, Feedback: true,
		Doc:      "adaptive exponential integrate-and-fire neuron with a synaptic current",
		Equation: "j = i + x; u = v + k·(v_leak − v + ΔT·e^((v − θ)/ΔT) + j − w); i = j − k_syn·j; s = [u > θ]; w = w + k_adapt·(adapt_gain·(v − v_leak) − w) + adapt_step·s; v = v_reset where s",
		Rules:    filteredRules(),
		Adjust:   filtered,
	}, func(r model.Rules) []def {
		sharp, gain, step := pSharpness, pAdaptGain, pAdaptStep
		sharp.Default, gain.Default, step.Default = 0.5, 4, 0.02
		return append(currentDefs(r), def{adaptParam(r.MemDecay), leakFrom(r.MemDecay)}, plain(gain), plain(step), plain(sharp))
	}, func(f firing) body { return &adex{f} })
}

type adex struct{ firing }

func (m *adex) start(c []float32) point { return point{v: c[5]} }

// adexStep is what a step computes on its way.
type adexStep struct{ j, f, u, e, h float32 }

func (m *adex) step(c []float32, b point, x float32) (q adexStep) {
	q.j = b.i + x
	q.e = exp32((b.v - c[3]) / c[9])
	q.f = (c[2] - b.v) + float32(c[9]*q.e) + q.j - b.w
	q.u = b.v + float32(c[0]*q.f)
	q.h = float32(c[7]*(b.v-c[2])) - b.w
	return q
}

func (m *adex) forward(c []float32, s *point, x float32) float32 {
	q := m.step(c, *s, x)
	sent := m.fire(q.u, c[3])
	s.w = s.w + float32(c[6]*q.h) + float32(sent*c[8])
	s.i, s.v = q.j-float32(c[1]*q.j), m.after(q.u, sent, c[3], c[4])
	return sent
}

func (m *adex) backward(c []float32, b point, x, ds float32, g *point, d []float64) float32 {
	q := m.step(c, b, x)
	s := m.fire(q.u, c[3])
	r := m.back(q.u, s, c[3], c[4], g.v, ds+c[8]*g.w)
	df, dh := c[0]*r.du, c[6]*g.w
	j := df + g.i*(1-c[1])
	d[0] += float64(r.du * q.f)
	d[1] -= float64(g.i * q.j)
	d[2] += float64(df - dh*c[7])
	d[3] += float64(r.theta - df*q.e)
	d[4] += float64(r.reset)
	d[6] += float64(g.w * q.h)
	d[7] += float64(dh * (b.v - c[2]))
	d[8] += float64(g.w * s)
	d[9] += float64(df * (q.e - q.e*(b.v-c[3])/c[9]))
	g.v, g.i, g.w = r.du+df*(q.e-1)+dh*c[7], j, g.w-df-dh
	return j
}
