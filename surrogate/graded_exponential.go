package surrogate

import "math"

func gradedExponentialKind() Kind {
	return Kind{
		Name:    "graded-exponential",
		Formula: "scale·exp(min(x, 0)/w), w = width·θ if relative, else width",
		Source:  "lava-dl with graded spikes (relative, width 100·tau_grad, scale 0.1·scale_grad): a spike carries v, so the derivative is flat above threshold",
		Params: []Param{
			positive("width", 100, "distance below threshold over which it falls by e; θ, or thresholds if relative"),
			signed("scale", 0.1, "value above threshold"),
			flag("relative", 0, "1: width counts in thresholds"),
		},
		New: func(p map[string]float64) Func {
			return gradedExponential{scale: p["scale"], fall: exponential{width: p["width"], relative: p["relative"] != 0}}
		},
	}
}

type gradedExponential struct {
	everywhere
	scale float64
	fall  exponential // its width
}

// Grad implements Func.
func (f gradedExponential) Grad(dst, x, theta []float32) {
	k, scale := float32(math.Log2E/f.fall.width), float32(f.scale)
	dst = dst[:len(x)]
	if !f.fall.relative {
		for i, v := range x {
			dst[i] = scale * exp2(k*min(v, 0))
		}
		return
	}
	theta = theta[:len(x)]
	for i, v := range x {
		dst[i] = scale * exp2(k*min(v, 0)/max(theta[i], leastTheta))
	}
}

// At implements Func.
func (f gradedExponential) At(x, theta float64) float64 {
	return f.scale * math.Exp(min(x, 0)/f.fall.w(theta))
}

// Primitive implements Func.
func (f gradedExponential) Primitive(x, theta float64) float64 {
	w := f.fall.w(theta)
	return f.scale * (w*math.Expm1(min(x, 0)/w) + max(x, 0))
}
