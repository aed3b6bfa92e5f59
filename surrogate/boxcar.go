package surrogate

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
)

func boxcarKind() Kind {
	return Kind{
		Name:    "boxcar",
		Formula: "height for |x| < width/2, else leak",
		Source: "Wu et al. 2018, 10.3389/fnins.2018.00331; SpikingJelly Rect (width 1/α, height α; default of CUBALIFNode) and " +
			"PiecewiseLeakyReLU (width 2w, height 1/(2w), leak c); Spyx boxcar (width 2, height 0.5)",
		Params: []Param{
			positive("width", 1, "θ"),
			signed("height", 1, "inside"),
			signed("leak", 0, "outside; 0 makes the backward pass sparse"),
		},
		New: func(p map[string]float64) Func { return boxcar{p["width"] / 2, p["height"], p["leak"]} },
	}
}

type boxcar struct{ half, height, leak float64 }

// Grad implements Func.
func (f boxcar) Grad(dst, x, _ []float32) {
	kernels.Boxcar(dst, x, float32(f.half), float32(f.height), float32(f.leak))
}

// At implements Func.
func (f boxcar) At(x, _ float64) float64 {
	if math.Abs(x) < f.half {
		return f.height
	}
	return f.leak
}

// Primitive implements Func.
func (f boxcar) Primitive(x, _ float64) float64 {
	in := max(-f.half, min(x, f.half))
	return f.height*in + f.leak*(x-in)
}

// Support implements Func.
func (f boxcar) Support(float64) (lo, hi float64) {
	if f.leak != 0 {
		return math.Inf(-1), math.Inf(1)
	}
	return -f.half, f.half
}
