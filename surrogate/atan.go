package surrogate

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
)

func atanKind() Kind {
	return Kind{
		Name:    "atan",
		Formula: "scale·(α/2) / (1 + (π·α·x/2)²)",
		Source: "Fang et al. 2021, arXiv:2007.05785; snnTorch atan (its default), SpikingJelly ATan; " +
			"Spyx arctan has the peak 1/π: alpha = 2k, scale = 1/(πk)",
		Params: []Param{
			positive("alpha", 2, "steepness α, 1/θ; the peak is scale·α/2"),
			signed("scale", 1, "area"),
		},
		New: func(p map[string]float64) Func {
			return atan{k: math.Pi / 2 * p["alpha"], peak: p["scale"] * p["alpha"] / 2}
		},
	}
}

// atan is peak / (1 + (kx)²).
type atan struct {
	everywhere
	k, peak float64
}

// Grad implements Func.
func (f atan) Grad(dst, x, _ []float32) {
	kernels.Atan(dst, x, float32(f.k), float32(f.peak))
}

// At implements Func.
func (f atan) At(x, _ float64) float64 { return f.peak / (1 + f.k*x*f.k*x) }

// Primitive implements Func.
func (f atan) Primitive(x, _ float64) float64 { return f.peak / f.k * math.Atan(f.k*x) }
