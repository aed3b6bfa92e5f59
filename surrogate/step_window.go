package surrogate

import "math"

func stepWindowKind() Kind {
	return Kind{
		Name:    "step-window",
		Formula: "1/θ for x ≥ −window, else 0",
		Source: "Rockpool StepPWL (its default, window 0.5); Sinabs Heaviside (window 1), " +
			"whose window is absolute though its text calls it relative",
		Params: []Param{positive("window", 0.5, "how far below threshold it begins, θ")},
		New:    func(p map[string]float64) Func { return window{below: p["window"], above: math.Inf(1)} },
	}
}

// window is 1/θ for −below − belowTheta·θ ≤ x ≤ above·θ: the derivative of v/θ,
// which the spike count ⌊v/θ⌋ follows.
type window struct{ below, belowTheta, above float64 }

// Grad implements Func.
func (f window) Grad(dst, x, theta []float32) {
	below, belowTheta, above := float32(f.below), float32(f.belowTheta), float32(f.above)
	dst, theta = dst[:len(x)], theta[:len(x)]
	for i, v := range x {
		t := max(theta[i], leastTheta)
		dst[i] = clip(1/t, v, -below-belowTheta*t, above*t)
	}
}

// GradThreshold implements ThresholdGrader.
func (f window) GradThreshold(dst, x, theta []float32) {
	below, belowTheta, above := float32(f.below), float32(f.belowTheta), float32(f.above)
	dst, theta = dst[:len(x)], theta[:len(x)]
	for i, v := range x {
		t := max(theta[i], leastTheta)
		inv := 1 / t
		dst[i] = clip(-(v*inv+1)*inv, v, -below-belowTheta*t, above*t)
	}
}

// clip is g, or 0 when x is outside [lo, hi]; choices of integers take no branch.
func clip(g, x, lo, hi float32) float32 {
	bits := math.Float32bits(g)
	if x < lo {
		bits = 0
	}
	if x > hi {
		bits = 0
	}
	return math.Float32frombits(bits)
}

// At implements Func.
func (f window) At(x, theta float64) float64 {
	if lo, hi := f.Support(theta); x < lo || x > hi {
		return 0
	}
	return 1 / max(theta, leastTheta)
}

// AtThreshold implements ThresholdGrader.
func (f window) AtThreshold(x, theta float64) float64 {
	theta = max(theta, leastTheta)
	return -f.At(x, theta) * (x + theta) / theta
}

// Primitive implements Func.
func (f window) Primitive(x, theta float64) float64 {
	lo, hi := f.Support(theta)
	return (max(lo, min(x, hi)) - lo) / max(theta, leastTheta)
}

// Support implements Func.
func (f window) Support(theta float64) (lo, hi float64) {
	theta = max(theta, leastTheta)
	return -f.below - f.belowTheta*theta, f.above * theta
}
