package surrogate

import "math"

func sparseFastSigmoidKind() Kind {
	return Kind{
		Name:    "sparse-fast-sigmoid",
		Formula: "height / (1 + slope·|x|)² for x > bound, else 0",
		Source: "snnTorch SFS, which cites Perez-Nieves and Goodman 2021, arXiv:2105.08810; " +
			"theirs is nonzero near the threshold, |x| < bound, snnTorch's above it",
		Params: []Param{
			positive("slope", 25, "1/θ"),
			signed("height", 1, "peak that it would have at x = 0"),
			signed("bound", 1, "where it begins, θ"),
		},
		New: func(p map[string]float64) Func {
			return sparseFastSigmoid{fastSigmoid{slope: p["slope"], height: p["height"]}, p["bound"]}
		},
	}
}

type sparseFastSigmoid struct {
	whole fastSigmoid
	bound float64
}

// Grad implements Func.
func (f sparseFastSigmoid) Grad(dst, x, _ []float32) {
	slope, height, bound := float32(f.whole.slope), float32(f.whole.height), float32(f.bound)
	dst = dst[:len(x)]
	for i, v := range x {
		g := float32(0)
		if v > bound {
			d := 1 + slope*abs32(v)
			g = height / (d * d)
		}
		dst[i] = g
	}
}

// At implements Func.
func (f sparseFastSigmoid) At(x, theta float64) float64 {
	if x > f.bound {
		return f.whole.At(x, theta)
	}
	return 0
}

// Primitive implements Func.
func (f sparseFastSigmoid) Primitive(x, theta float64) float64 {
	return f.whole.Primitive(max(x, f.bound), theta)
}

// Support implements Func.
func (f sparseFastSigmoid) Support(float64) (lo, hi float64) { return f.bound, math.Inf(1) }
