package train

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/layers"
)

// clip scales all gradients so that their joint norm is at most limit, and
// returns the norm before. Sums run in a fixed order.
func clip(params []layers.Param, limit float64) float64 {
	sum := 0.0
	for _, p := range params {
		for _, g := range p.Grad {
			sum += float64(g) * float64(g)
		}
	}
	norm := math.Sqrt(sum)
	if limit > 0 && norm > limit {
		f := float32(limit / (norm + 1e-6))
		for _, p := range params {
			kernels.Scale(p.Grad, f)
		}
	}
	return norm
}
