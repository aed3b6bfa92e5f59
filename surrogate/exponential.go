package surrogate

import "math"

func exponentialKind() Kind {
	return Kind{
		Name:    "exponential",
		Formula: "scale/(2w)·exp(−|x − mu|/w), w = width·θ if relative, else width",
		Source: "Shrestha and Orchard 2018, arXiv:1810.08646; lava-dl (relative, width 100·tau_grad, scale 0.1·scale_grad); " +
			"Sinabs SingleExponential (its default: relative, width 0.5, scale 2); SpikingJelly PiecewiseExp (width 1/α); " +
			"snnTorch spike_rate_escape (width 1/β, scale 2·slope/β, mu 1), after Gerstner and Kistler 2002",
		Params: []Param{
			positive("width", 0.5, "distance over which it falls by e; θ, or thresholds if relative"),
			signed("scale", 1, "area"),
			signed("mu", 0, "place of the peak, θ"),
			flag("relative", 0, "1: width counts in thresholds"),
		},
		New: func(p map[string]float64) Func {
			return exponential{width: p["width"], scale: p["scale"], mu: p["mu"], relative: p["relative"] != 0}
		},
	}
}

type exponential struct {
	everywhere
	width, scale, mu float64
	relative         bool
}

// Grad implements Func.
func (f exponential) Grad(dst, x, theta []float32) {
	k, peak, mu := float32(-math.Log2E/f.width), float32(f.scale/(2*f.width)), float32(f.mu)
	dst = dst[:len(x)]
	if !f.relative {
		for i, v := range x {
			dst[i] = peak * exp2(k*abs32(v-mu))
		}
		return
	}
	theta = theta[:len(x)]
	for i, v := range x {
		inv := 1 / max(theta[i], leastTheta)
		dst[i] = peak * inv * exp2(k*inv*abs32(v-mu))
	}
}

// w is the width at a threshold.
func (f exponential) w(theta float64) float64 {
	if f.relative {
		return f.width * max(theta, leastTheta)
	}
	return f.width
}

// At implements Func.
func (f exponential) At(x, theta float64) float64 {
	w := f.w(theta)
	return f.scale / (2 * w) * math.Exp(-math.Abs(x-f.mu)/w)
}

// Primitive implements Func.
func (f exponential) Primitive(x, theta float64) float64 {
	x -= f.mu
	return math.Copysign(f.scale/2*-math.Expm1(-math.Abs(x)/f.w(theta)), x*f.scale)
}
