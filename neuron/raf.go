package neuron

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// rafKind is the resonate-and-fire neuron: Izhikevich 2001,
// 10.1016/S0893-6080(01)00078-8, eq. 1, solved exactly over a step; SpikingJelly's
// RAFNode. The input drives the current-like part i, the spike is read from the
// voltage-like part v, one step later; only v is reset.
func rafKind() Kind {
	return laneKind(Kind{
		Name: "raf", Spiking: true,
		Doc:      "resonate-and-fire neuron: a damped oscillation that fires at its crest",
		Equation: "i' = A·(i·cos ω·dt − v·sin ω·dt) + x; u = A·(i·sin ω·dt + v·cos ω·dt); A = e^(damping·dt); s = [u > θ]; v = u − s·θ",
		Rules:    laneRules(model.DecayEuler),
		Adjust:   bare,
	}, func(model.Rules) []def {
		damping := Param{Name: "damping", Unit: "1/dt", Default: -0.1, Min: -inf, Max: 0, Doc: "rate at which the oscillation grows: below 0 it fades"}
		omega := Param{Name: "omega", Unit: "1/dt", Default: 1, Min: 0, Max: inf, Doc: "angular frequency"}
		return []def{
			{damping, func(p, dt float64) (float64, float64) { a := math.Exp(p * dt); return a, a * dt }},
			{omega, func(p, dt float64) (float64, float64) { return math.Cos(p * dt), -dt * math.Sin(p*dt) }},
			{omega, func(p, dt float64) (float64, float64) { return math.Sin(p * dt), dt * math.Cos(p*dt) }},
			plain(pThreshold), plain(pReset), plain(pInit),
		}
	}, func(f firing) body { return &raf{f} })
}

type raf struct{ firing }

func (m *raf) start(c []float32) point { return point{v: c[5]} }

// turn returns the two parts after a step, before A and the input.
func (m *raf) turn(c []float32, b point) (i, v float32) {
	return float32(b.i*c[1]) - float32(b.v*c[2]), float32(b.i*c[2]) + float32(b.v*c[1])
}

func (m *raf) forward(c []float32, s *point, x float32) float32 {
	i, v := m.turn(c, *s)
	u := c[0] * v
	sent := m.fire(u, c[3])
	s.i, s.v = float32(c[0]*i)+x, m.after(u, sent, c[3], c[4])
	return sent
}

func (m *raf) backward(c []float32, b point, _, ds float32, g *point, d []float64) float32 {
	i, v := m.turn(c, b)
	u := c[0] * v
	r := m.back(u, m.fire(u, c[3]), c[3], c[4], g.v, ds)
	dx, di, dv := g.i, c[0]*g.i, c[0]*r.du
	d[0] += float64(g.i*i + r.du*v)
	d[1] += float64(di*b.i + dv*b.v)
	d[2] += float64(dv*b.i - di*b.v)
	d[3] += float64(r.theta)
	d[4] += float64(r.reset)
	g.i, g.v = di*c[1]+dv*c[2], dv*c[1]-di*c[2]
	return dx
}
