package neuron

import "github.com/snntrain/snntrain/model"

// refractoryKind is a current-based LIF with a refractory period: Norse's
// lif_refrac_feed_forward_step. While the counter is above 0 the potential
// stays and spikes are masked; the mask has a surrogate derivative as well.
func refractoryKind() Kind {
	return laneKind(Kind{
		Name: "refractory-lif", Spiking: true, Feedback: true,
		Doc:      "current-based LIF that is silent for some steps after a spike",
		Equation: "j = i + x; u = v + k·(v_leak − v + j); i = j − k_syn·j; m = [ρ > 0]; s = (1 − m)·[u > θ]; v = v where m, else u after its reset; ρ = refractory where s, else max(0, ρ − m)",
		Rules:    filteredRules(),
		Adjust:   filtered,
	}, func(r model.Rules) []def {
		refractory := Param{Name: "refractory", Unit: "steps", Default: 5, Min: 0, Max: inf, Fixed: true, Doc: "steps without a spike after one"}
		return append(currentDefs(r), plain(refractory))
	}, func(f firing) body { return &refractory{f} })
}

// filteredRules are those of a model with a synaptic current of its own.
func filteredRules() model.Rules {
	r := laneRules(model.DecayRate)
	r.Reset = model.ResetValue
	filtered(&r)
	return r
}

// currentDefs are the coefficients of a model with a synaptic current: leaks of
// membrane and current, v_leak, θ, v_reset, v_init.
func currentDefs(r model.Rules) []def {
	return []def{leakOf(r.MemDecay, true), leakOf(r.SynDecay, false), plain(pLeak), plain(pThreshold), plain(pReset), plain(pInit)}
}

type refractory struct{ firing }

func (m *refractory) start(c []float32) point { return point{v: c[5]} }

// refractoryStep is what a step computes on its way.
type refractoryStep struct{ j, f, u, fired, free, mask, rest float32 }

func (m *refractory) step(c []float32, b point, x float32) (q refractoryStep) {
	q.j = b.i + x
	q.f = c[2] - b.v + q.j
	q.u = b.v + float32(c[0]*q.f)
	q.fired = m.fire(q.u, c[3])
	q.free = m.after(q.u, q.fired, c[3], c[4])
	if b.w > 0 {
		q.mask = 1
	}
	q.rest = max(0, b.w-q.mask)
	return q
}

func (m *refractory) forward(c []float32, s *point, x float32) float32 {
	q := m.step(c, *s, x)
	s.i = q.j - float32(c[1]*q.j)
	sent := (1 - q.mask) * q.fired
	if q.mask == 0 {
		s.v = q.free
	}
	s.w = q.rest
	if sent != 0 {
		s.w = c[6]
	}
	return sent
}

func (m *refractory) backward(c []float32, b point, x, ds float32, g *point, d []float64) float32 {
	q := m.step(c, b, x)
	sent := (1 - q.mask) * q.fired
	ds += g.w * (c[6] - q.rest)
	mask, counter := g.v*(b.v-q.free)-ds*q.fired, float32(0)
	if b.w-q.mask > 0 {
		counter = g.w * (1 - sent)
		mask -= counter
	}
	r := m.back(q.u, q.fired, c[3], c[4], g.v*(1-q.mask), ds*(1-q.mask))
	j := c[0]*r.du + g.i*(1-c[1])
	d[0] += float64(r.du * q.f)
	d[1] -= float64(g.i * q.j)
	d[2] += float64(r.du * c[0])
	d[3] += float64(r.theta)
	d[4] += float64(r.reset)
	g.v = g.v*q.mask + r.du*(1-c[0])
	g.i, g.w = j, counter+mask*float32(m.surrogate.At(float64(b.w), 1))
	return j
}
