package surrogate

import "math"

func hardTanhKind() Kind {
	return Kind{
		Name:    "hard-tanh",
		Formula: "height·(1 + max(−1, min(slope·x, 1)))",
		Source:  "stork HardTanhSpike (slope 100): a ramp from 0 to 2, not the derivative of the hard tanh",
		Params: []Param{
			positive("slope", 100, "1/θ"),
			signed("height", 1, "value at threshold; far above it is twice that"),
		},
		New: func(p map[string]float64) Func { return hardTanh{p["slope"], p["height"]} },
	}
}

type hardTanh struct{ slope, height float64 }

// Grad implements Func.
func (f hardTanh) Grad(dst, x, _ []float32) {
	slope, height := float32(f.slope), float32(f.height)
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = height * (1 + max(-1, min(slope*v, 1)))
	}
}

// At implements Func.
func (f hardTanh) At(x, _ float64) float64 { return f.height * (1 + max(-1, min(f.slope*x, 1))) }

// Primitive implements Func.
func (f hardTanh) Primitive(x, _ float64) float64 {
	u := max(-1, min(f.slope*x, 1))
	over := max(0, x-1/f.slope)
	return f.height * ((1+u)*(1+u)/(2*f.slope) + 2*over)
}

// Support implements Func.
func (f hardTanh) Support(float64) (lo, hi float64) { return -1 / f.slope, math.Inf(1) }
