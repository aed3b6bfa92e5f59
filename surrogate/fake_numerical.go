package surrogate

import "math"

func fakeNumericalKind() Kind {
	return Kind{
		Name:    "fake-numerical",
		Formula: "min(1/|x|, α)",
		Source:  "SpikingJelly FakeNumericalGradient: the difference quotient [v ≥ θ]/x, capped; SpikingJelly's is −∞ at −0, this one α",
		Params:  []Param{positive("alpha", 0.3, "peak α, 1/θ")},
		New:     func(p map[string]float64) Func { return fakeNumerical{alpha: p["alpha"]} },
	}
}

type fakeNumerical struct {
	everywhere
	alpha float64
}

// Grad implements Func.
func (f fakeNumerical) Grad(dst, x, _ []float32) {
	alpha := float32(f.alpha)
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = alpha / max(1, alpha*abs32(v))
	}
}

// At implements Func.
func (f fakeNumerical) At(x, _ float64) float64 { return f.alpha / max(1, f.alpha*math.Abs(x)) }

// Primitive implements Func.
func (f fakeNumerical) Primitive(x, _ float64) float64 {
	u := f.alpha * math.Abs(x)
	return math.Copysign(min(u, 1)+math.Log(max(u, 1)), x)
}
