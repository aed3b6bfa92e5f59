package neuron

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// slayerALIFKind is lava-dl's ALIF neuron: two filters in 12-bit fixed point,
// a threshold that rises with every spike, and instead of a reset a refractory
// value that is added to the threshold. Its backward pass sees the two filters
// only. Exact while potentials stay below 4096.
func slayerALIFKind() Kind {
	rules := laneRules(model.DecayNone)
	rules.Fire, rules.Reset = model.FireAtLeast, model.ResetNone
	decay := func(name string, value float64, doc string) def {
		return plain(Param{Name: name, Unit: "1/4096", Default: value, Min: 0, Max: slayerScale, Fixed: true, Doc: doc})
	}
	return laneKind(Kind{
		Name: "slayer-alif", Spiking: true,
		Doc:      "adaptive LIF in the 12-bit fixed point of lava-dl (SLAYER)",
		Equation: "i = trunc(i·(4096−d_i)/4096) + trunc(4096·x); v = trunc(v·(4096−d_v)/4096) + i; h = trunc((h−θ)·(4096−d_h)/4096) + θ; r = trunc(r·(4096−d_r)/4096); s = [v ≥ h + r]; r = r + 2·h·s; h = h + threshold_step·s",
		Rules:    rules,
		Adjust:   func(r *model.Rules) { *r = rules },
	}, func(model.Rules) []def {
		step := fixed(named("threshold_step", "θ", 0.25, "by how much a spike raises the threshold"))
		return []def{
			decay("current_decay", 1024, "12-bit decay of the current"), decay("voltage_decay", 128, "12-bit decay of the potential"),
			decay("threshold_decay", 819, "12-bit decay of the threshold to θ"), decay("refractory_decay", 1229, "12-bit decay of the refractory value"),
			plain(fixed(pThreshold)), plain(step),
		}
	}, func(f firing) body { return &slayerALIF{f} })
}

// slayerALIF keeps v, i, the rise w of the threshold and the refractory value p over 4096.
type slayerALIF struct{ firing }

func (m *slayerALIF) start([]float32) point { return point{} }

// kept is a fixed-point value after a step of decay, as an integer.
func kept(v, decay float32) int64 {
	return int64(slayerScale*v) * (slayerScale - int64(math.RoundToEven(float64(decay)))) / slayerScale
}

// step filters the input, lets the threshold decay, and returns it with the potential.
func (m *slayerALIF) step(c []float32, s *point, x float32) (h, above float32) {
	s.i = float32(kept(s.i, c[0])+int64(slayerScale*x)) / slayerScale
	s.v = float32(kept(s.v, c[1])+int64(slayerScale*s.i)) / slayerScale
	s.w, s.p = float32(kept(s.w, c[2]))/slayerScale, float32(kept(s.p, c[3]))/slayerScale
	h = c[4] + s.w
	return h, h + s.p
}

func (m *slayerALIF) forward(c []float32, s *point, x float32) float32 {
	h, above := m.step(c, s, x)
	sent := m.fire(s.v, above)
	s.w, s.p = s.w+c[5]*sent, s.p+2*h*sent
	return sent
}

func (m *slayerALIF) backward(c []float32, b point, x, ds float32, g *point, _ []float64) float32 {
	_, above := m.step(c, &b, x)
	gv := g.v + ds*float32(m.surrogate.At(float64(b.v-above), float64(c[4])))
	gi := g.i + gv
	g.v, g.i = gv*factor12(c[1]), gi*factor12(c[0])
	return gi
}

// factor12 is what a 12-bit decay keeps.
func factor12(decay float32) float32 {
	return float32(1 - math.RoundToEven(float64(decay))/slayerScale)
}
