package neuron

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

var (
	pSharpness = Param{Name: "delta_t", Unit: "θ", Default: 1, Min: 1e-6, Max: inf, Doc: "sharpness ΔT of the exponential upswing"}
	pRheobase  = named("v_t", "θ", 0.8, "potential at which the upswing begins")
)

func exp32(x float32) float32 { return float32(math.Exp(float64(x))) }

// eifKind is the exponential integrate-and-fire neuron: Fourcaud-Trocmé et al.
// 2003, 10.1523/JNEUROSCI.23-37-11628.2003, eq. 1, in one Euler step;
// SpikingJelly's EIFNode, where v_init is v_reset as well.
func eifKind() Kind {
	return laneKind(Kind{
		Name: "eif", Spiking: true,
		Doc:      "exponential integrate-and-fire neuron",
		Equation: "u = v + (dt/τ)·(x + v_leak − v + ΔT·e^((v − v_t)/ΔT)); s = [u > θ]; v = u − s·θ",
		Rules:    laneRules(model.DecayEuler),
		Adjust:   bare,
	}, func(r model.Rules) []def {
		return []def{leakOf(r.MemDecay, true), plain(pSharpness), plain(pRheobase), plain(pLeak), plain(pThreshold), plain(pReset), plain(pInit)}
	}, func(f firing) body { return &eif{f} })
}

type eif struct{ firing }

func (m *eif) start(c []float32) point { return point{v: c[6]} }

// charge returns u, what k multiplies, and the exponential.
func (m *eif) charge(c []float32, v, x float32) (u, f, e float32) {
	e = exp32((v - c[2]) / c[1])
	f = x + c[3] - v + float32(c[1]*e)
	return v + float32(c[0]*f), f, e
}

func (m *eif) forward(c []float32, s *point, x float32) float32 {
	u, _, _ := m.charge(c, s.v, x)
	sent := m.fire(u, c[4])
	s.v = m.after(u, sent, c[4], c[5])
	return sent
}

func (m *eif) backward(c []float32, b point, x, ds float32, g *point, d []float64) float32 {
	u, f, e := m.charge(c, b.v, x)
	r := m.back(u, m.fire(u, c[4]), c[4], c[5], g.v, ds)
	df := c[0] * r.du
	d[0] += float64(r.du * f)
	d[1] += float64(df * (e - e*(b.v-c[2])/c[1]))
	d[2] -= float64(df * e)
	d[3] += float64(df)
	d[4] += float64(r.theta)
	d[5] += float64(r.reset)
	g.v = r.du + df*(e-1)
	return df
}
