package surrogate

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
)

func triangleKind() Kind {
	return Kind{
		Name:    "triangle",
		Formula: "height·max(0, 1 − |x|/width)",
		Source: "Esser et al. 2016, 10.1073/pnas.1604850113; SpikingJelly PiecewiseQuadratic (width 1/α, height α), " +
			"Norse triangle (width 1, height α), Spyx triangular (width 1/k), stork EsserSpike (width 1/β); not snnTorch triangular",
		Params: []Param{
			positive("width", 1, "half of the base, θ"),
			signed("height", 1, "peak"),
		},
		New: func(p map[string]float64) Func { return triangle{p["width"], p["height"]} },
	}
}

type triangle struct{ width, height float64 }

// Grad implements Func.
func (f triangle) Grad(dst, x, _ []float32) {
	kernels.Triangle(dst, x, float32(f.width), float32(f.height), float32(f.height/f.width))
}

// At implements Func.
func (f triangle) At(x, _ float64) float64 { return f.height * max(0, 1-math.Abs(x)/f.width) }

// Primitive implements Func.
func (f triangle) Primitive(x, _ float64) float64 {
	x = max(-f.width, min(x, f.width))
	return f.height * x * (1 - math.Abs(x)/(2*f.width))
}

// Support implements Func.
func (f triangle) Support(float64) (lo, hi float64) { return -f.width, f.width }
