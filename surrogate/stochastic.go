package surrogate

import (
	"math"

	"github.com/snntrain/snntrain/internal/rng"
)

func stochasticKind() Kind {
	return Kind{
		Name:    "stochastic",
		Formula: "1 for x > 0, else (u − 1/2 + mean)·variance, u in [0, 1) a hash of seed and the bits of x",
		Source: "snnTorch SSO, which draws u anew in every backward pass; here equal x have equal u, " +
			"so that a gradient does not depend on order or threads",
		Params: []Param{
			signed("mean", 0, "mean of the noise in units of variance"),
			signed("variance", 0.2, "factor on the noise (snnTorch's name; it is the full width)"),
			{Name: "seed", Default: 0, Min: 0, Max: 1 << 53, Whole: true, Doc: "key of the noise"},
		},
		Noise: true,
		New: func(p map[string]float64) Func {
			return stochastic{mean: p["mean"], variance: p["variance"], seed: uint64(p["seed"])}
		},
	}
}

type stochastic struct {
	everywhere
	mean, variance float64
	seed           uint64
}

// uniform is u, a multiple of 2^-24; −0 is 0.
func (f stochastic) uniform(x float32) float32 {
	bits := math.Float32bits(x)
	if x == 0 {
		bits = 0
	}
	return float32(rng.Key(f.seed, uint64(rng.Noise), uint64(bits))>>40) / (1 << 24)
}

// Grad implements Func.
func (f stochastic) Grad(dst, x, _ []float32) {
	shift, variance := float32(f.mean-0.5), float32(f.variance)
	dst = dst[:len(x)]
	for i, v := range x {
		g := float32(1)
		if v <= 0 {
			g = (f.uniform(v) + shift) * variance
		}
		dst[i] = g
	}
}

// At implements Func; x is rounded to float32.
func (f stochastic) At(x, _ float64) float64 {
	if x > 0 {
		return 1
	}
	return (float64(f.uniform(float32(x))) - 0.5 + f.mean) * f.variance
}

// Primitive is that of the mean over u.
func (f stochastic) Primitive(x, _ float64) float64 {
	return max(x, 0) + f.mean*f.variance*min(x, 0)
}
