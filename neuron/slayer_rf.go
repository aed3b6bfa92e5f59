package neuron

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// slayerRFKind is lava-dl's resonate-and-fire neuron with a phase threshold: a
// damped rotation in 12-bit fixed point that fires where the imaginary part
// comes up through zero with the real part at θ or above. No reset. Its surrogate is
// the model's own: a product of two exponentials of width θ/2, whatever the
// config says. Exact while potentials stay below 4096.
func slayerRFKind() Kind {
	rules := laneRules(model.DecayNone)
	rules.Fire, rules.Reset = model.FireAtLeast, model.ResetNone
	turn := func(name string, value float64, doc string) def {
		return plain(Param{Name: name, Unit: "1/4096", Default: value, Min: -slayerScale, Max: slayerScale, Fixed: true, Doc: doc})
	}
	return laneKind(Kind{
		Name: "slayer-rf", Spiking: true,
		Doc:      "resonate-and-fire neuron in the 12-bit fixed point of lava-dl (SLAYER)",
		Equation: "v' = trunc(c·v/4096) − trunc(s·i/4096) + trunc(4096·x); i' = trunc(s·v/4096) + trunc(c·i/4096); s = [v' ≥ θ]·[i < 0]·[i' ≥ 0]; c is cos_decay, s sin_decay",
		Rules:    rules,
		Adjust:   func(r *model.Rules) { *r = rules },
	}, func(model.Rules) []def {
		return []def{
			turn("sin_decay", 2287, "4096·(1 − decay)·sin(2π/period)"), turn("cos_decay", 3148, "4096·(1 − decay)·cos(2π/period)"),
			plain(fixed(pThreshold)),
		}
	}, func(f firing) body { return &slayerRF{f} })
}

// slayerRF keeps the real part v and the imaginary part i over 4096.
type slayerRF struct{ firing }

func (m *slayerRF) start([]float32) point { return point{} }

func (m *slayerRF) turn(c []float32, b point, x float32) point {
	sin, cos := int64(c[0]), int64(c[1])
	v, i := int64(slayerScale*b.v), int64(slayerScale*b.i)
	return point{
		v: float32(cos*v/slayerScale-sin*i/slayerScale+int64(slayerScale*x)) / slayerScale,
		i: float32(sin*v/slayerScale+cos*i/slayerScale) / slayerScale,
	}
}

func (m *slayerRF) forward(c []float32, s *point, x float32) float32 {
	before := s.i
	*s = m.turn(c, *s, x)
	if s.v >= c[2] && before < 0 && s.i >= 0 {
		return 1
	}
	return 0
}

// slopes are the surrogate derivatives by the real and the imaginary part.
func (m *slayerRF) slopes(v, i, theta float64) (byV, byI float64) {
	const scale = 10
	tau := theta / 2
	bell := func(y float64) float64 { return math.Exp(-math.Abs(y)/tau) / (2 * tau) }
	sign := func(y float64) float64 { return float64(compare(y)) }
	up := v - theta
	byV = scale * bell(up) * bell(i)
	byI = -scale / tau * sign(i) * bell(i) * 0.5 * (1 + sign(up)*(1-2*tau*bell(up)))
	return byV, byI
}

// compare is −1, 0 or 1.
func compare(y float64) int {
	switch {
	case y > 0:
		return 1
	case y < 0:
		return -1
	}
	return 0
}

func (m *slayerRF) backward(c []float32, b point, x, ds float32, g *point, _ []float64) float32 {
	after := m.turn(c, b, x)
	byV, byI := m.slopes(float64(after.v), float64(after.i), float64(c[2]))
	gv, gi := g.v+ds*float32(byV), g.i+ds*float32(byI)
	sin, cos := c[0]/slayerScale, c[1]/slayerScale
	g.v, g.i = cos*gv+sin*gi, cos*gi-sin*gv
	return gv
}
