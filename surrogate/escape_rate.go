package surrogate

import "math"

func escapeRateKind() Kind {
	return Kind{
		Name:    "escape-rate",
		Formula: "p0/delta·exp(min(x/delta, 60))",
		Source: "exponential escape noise, Gerstner and Kistler 2002: the derivative of the spike probability p0·exp(x/delta); " +
			"stork CustomSpike exponential, which has no cap at 60",
		Params: []Param{
			{Name: "p0", Default: 0.01, Min: least, Max: 1, Doc: "probability of a spike at threshold"},
			{Name: "delta", Default: 0.133, Min: 1e-3, Max: most, Doc: "width of the escape, θ"},
		},
		New: func(p map[string]float64) Func { return escapeRate{p0: p["p0"], delta: p["delta"]} },
	}
}

type escapeRate struct {
	everywhere
	p0, delta float64
}

// escapeCap keeps the derivative within float32.
const escapeCap = 60

// Grad implements Func.
func (f escapeRate) Grad(dst, x, _ []float32) {
	k, rate := float32(math.Log2E/f.delta), float32(f.p0/f.delta)
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = rate * exp2(min(k*v, math.Log2E*escapeCap))
	}
}

// At implements Func.
func (f escapeRate) At(x, _ float64) float64 {
	return f.p0 / f.delta * math.Exp(min(x/f.delta, escapeCap))
}

// Primitive implements Func.
func (f escapeRate) Primitive(x, _ float64) float64 {
	u := x / f.delta
	return f.p0 * math.Exp(min(u, escapeCap)) * (1 + max(0, u-escapeCap))
}
