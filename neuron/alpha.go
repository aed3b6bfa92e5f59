package neuron

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// alphaKind is snnTorch's Alpha: the potential is the difference of two
// exponential currents, scaled to a peak; it has no memory of its own. R = [v > θ]
// of the step before resets one step late: subtract takes θ from the excitatory
// current, clears the inhibitory one and adds its old value to the potential; zero
// clears all three.
func alphaKind() Kind {
	rules := laneRules(model.DecayBeta)
	rules.ResetAt, rules.SynDecay, rules.Synapse = model.ResetAtCharge, model.DecayBeta, model.SynapseDecayAdd
	return laneKind(Kind{
		Name: "alpha", Spiking: true,
		Doc:      "alpha-function neuron of snnTorch: difference of two exponential currents",
		Equation: "e = α·e + x; w = β·w − x; v = τ_α·(e + w), τ_α = ln α/(ln β − ln α) + 1; s = [v > θ]; reset one step late",
		Rules:    rules,
		Adjust: func(r *model.Rules) {
			fire, reset := r.Fire, r.Reset
			*r = rules
			r.Fire, r.Reset = fire, reset
		},
	}, func(r model.Rules) []def {
		alpha, beta := keepOf(r.SynDecay, false), keepOf(r.MemDecay, true)
		beta.param.Default = 0.8
		return []def{alpha, beta, plain(pThreshold)}
	}, func(f firing) body { return &alpha{f} })
}

type alpha struct{ firing }

func (m *alpha) start([]float32) point { return point{} }

// peak is τ_α, with its derivatives by α and β.
func (m *alpha) peak(c []float32) (ta, byAlpha, byBeta float32) {
	a, b := math.Log(float64(c[0])), math.Log(float64(c[1]))
	q := (b - a) * (b - a)
	return float32(a/(b-a)) + 1, float32(b / q / float64(c[0])), float32(-a / q / float64(c[1]))
}

// charge returns the currents before the reset, and whether there is one.
func (m *alpha) charge(c []float32, b point, x float32) (e, w, reset float32) {
	return float32(c[0]*b.i) + x, float32(c[1]*b.w) - x, m.fire(b.v, c[2])
}

func (m *alpha) forward(c []float32, s *point, x float32) float32 {
	ta, _, _ := m.peak(c)
	e, w, r := m.charge(c, *s, x)
	v := float32(ta * (e + w))
	if r != 0 {
		switch m.rules.Reset {
		case model.ResetSubtract:
			v, e, w = v+s.w, e-c[2], 0
		case model.ResetValue:
			v, e, w = 0, 0, 0
		}
	}
	s.v, s.i, s.w = v, e, w
	return m.fire(v, c[2])
}

func (m *alpha) backward(c []float32, b point, x, ds float32, g *point, d []float64) float32 {
	ta, byAlpha, byBeta := m.peak(c)
	e, w, r := m.charge(c, b, x)
	after := b
	m.forward(c, &after, x)
	slope := m.slope(after.v, c[2]) * ds
	dv, de, dw, old := g.v+slope, g.i, g.w, float32(0)
	d[2] -= float64(slope)
	if r != 0 {
		switch m.rules.Reset {
		case model.ResetSubtract:
			d[2] -= float64(g.i)
			old, dw = dv, 0
		case model.ResetValue:
			dv, de, dw = 0, 0, 0
		}
	}
	dta := dv * (e + w)
	de, dw = de+dv*ta, dw+dv*ta
	d[0] += float64(de*b.i + dta*byAlpha)
	d[1] += float64(dw*b.w + dta*byBeta)
	g.v, g.i, g.w = 0, de*c[0], dw*c[1]+old
	return de - dw
}
