package surrogate

import "math"

func gaussianKind() Kind {
	return Kind{
		Name:    "gaussian",
		Formula: "scale·exp(−(x − mu)²/(2σ²)) / (σ·√(2π))",
		Source: "Yin, Corradi and Bohté 2020, arXiv:2005.11633; Sinabs Gaussian; SpikingJelly Erf (σ = 1/(α√2)); " +
			"Norse heavi_erfc (σ = 1/(α√2), scale 2/α)",
		Params: []Param{
			positive("sigma", 0.5, "standard deviation σ, θ"),
			signed("scale", 1, "area"),
			signed("mu", 0, "place of the peak, θ"),
		},
		New: func(p map[string]float64) Func { return newGaussian(p["mu"], p["sigma"], p["scale"]) },
	}
}

// gaussian is peak·exp(−(k(x − mu))²).
type gaussian struct {
	everywhere
	mu, k, peak float64
}

func newGaussian(mu, sigma, scale float64) gaussian {
	return gaussian{mu: mu, k: 1 / (sigma * math.Sqrt2), peak: scale / (sigma * math.Sqrt(2*math.Pi))}
}

// Grad implements Func.
func (f gaussian) Grad(dst, x, _ []float32) {
	k, peak, mu := float32(-math.Log2E*f.k*f.k), float32(f.peak), float32(f.mu)
	dst = dst[:len(x)]
	for i, v := range x {
		d := v - mu
		dst[i] = peak * exp2(k*d*d)
	}
}

// At implements Func.
func (f gaussian) At(x, _ float64) float64 {
	u := f.k * (x - f.mu)
	return f.peak * math.Exp(-u*u)
}

// Primitive implements Func.
func (f gaussian) Primitive(x, _ float64) float64 {
	return f.peak * math.Sqrt(math.Pi) / (2 * f.k) * math.Erf(f.k*(x-f.mu))
}
