package neuron

import "github.com/snntrain/snntrain/model"

// the parameters of nonlinear models
var (
	pCurvature = named("a0", "1/θ", 1, "curvature of the quadratic leak")
	pCritical  = named("v_c", "θ", 0.8, "critical potential, above which it runs away")
)

// qifKind is the quadratic integrate-and-fire neuron: Gerstner et al. 2014,
// Neuronal Dynamics, eq. 5.16, in one Euler step; SpikingJelly's QIFNode, where
// v_init is v_reset as well.
func qifKind() Kind {
	return laneKind(Kind{
		Name: "qif", Spiking: true,
		Doc:      "quadratic integrate-and-fire neuron",
		Equation: "u = v + (dt/τ)·(x + a0·(v − v_leak)·(v − v_c)); s = [u > θ]; v = u − s·θ",
		Rules:    laneRules(model.DecayEuler),
		Adjust:   bare,
	}, func(r model.Rules) []def {
		return []def{leakOf(r.MemDecay, true), plain(pCurvature), plain(pCritical), plain(pLeak), plain(pThreshold), plain(pReset), plain(pInit)}
	}, func(f firing) body { return &qif{f} })
}

type qif struct{ firing }

func (m *qif) start(c []float32) point { return point{v: c[6]} }

// charge returns u and what k multiplies.
func (m *qif) charge(c []float32, v, x float32) (u, f float32) {
	f = x + float32(float32(c[1]*(v-c[3]))*(v-c[2]))
	return v + float32(c[0]*f), f
}

func (m *qif) forward(c []float32, s *point, x float32) float32 {
	u, _ := m.charge(c, s.v, x)
	sent := m.fire(u, c[4])
	s.v = m.after(u, sent, c[4], c[5])
	return sent
}

func (m *qif) backward(c []float32, b point, x, ds float32, g *point, d []float64) float32 {
	u, f := m.charge(c, b.v, x)
	r := m.back(u, m.fire(u, c[4]), c[4], c[5], g.v, ds)
	df := c[0] * r.du
	d[0] += float64(r.du * f)
	d[1] += float64(df * (b.v - c[3]) * (b.v - c[2]))
	d[2] -= float64(df * c[1] * (b.v - c[3]))
	d[3] -= float64(df * c[1] * (b.v - c[2]))
	d[4] += float64(r.theta)
	d[5] += float64(r.reset)
	g.v = r.du + df*c[1]*((b.v-c[3])+(b.v-c[2]))
	return df
}
