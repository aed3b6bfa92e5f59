package surrogate

import "math"

func leakyReLUKind() Kind {
	return Kind{
		Name:    "leaky-relu",
		Formula: "slope for x > 0 (x ≥ 0 unless strict), else leak",
		Source: "SpikingJelly LeakyKReLU (slope k); snnTorch LSO (strict, leak 0.1), which raises in 1.0.0, and heaviside (strict); " +
			"snnTorch triangular, no triangle but a step from threshold to −threshold (leak threshold, slope −threshold)",
		Params: []Param{
			signed("leak", 0, "derivative below threshold"),
			signed("slope", 1, "derivative above threshold"),
			flag("strict", 0, "1: x = 0 counts as below"),
		},
		New: func(p map[string]float64) Func {
			if p["strict"] != 0 {
				return leakyReLU{p["leak"], p["slope"], p["leak"]}
			}
			return leakyReLU{p["leak"], p["slope"], p["slope"]}
		},
	}
}

type leakyReLU struct{ below, above, at float64 }

// Grad implements Func.
func (f leakyReLU) Grad(dst, x, _ []float32) {
	below, above, at := math.Float32bits(float32(f.below)), math.Float32bits(float32(f.above)), math.Float32bits(float32(f.at))
	dst = dst[:len(x)]
	for i, v := range x {
		g := at
		if v > 0 {
			g = above
		}
		if v < 0 {
			g = below
		}
		dst[i] = math.Float32frombits(g)
	}
}

// At implements Func.
func (f leakyReLU) At(x, _ float64) float64 {
	switch {
	case x > 0:
		return f.above
	case x < 0:
		return f.below
	}
	return f.at
}

// Primitive implements Func.
func (f leakyReLU) Primitive(x, _ float64) float64 { return f.above*max(x, 0) + f.below*min(x, 0) }

// Support implements Func.
func (f leakyReLU) Support(float64) (lo, hi float64) {
	if f.below != 0 {
		lo = math.Inf(-1)
	}
	if f.above != 0 {
		hi = math.Inf(1)
	}
	return lo, hi
}
