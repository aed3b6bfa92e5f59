package surrogate

import "math"

func s2nnKind() Kind {
	return Kind{
		Name:    "s2nn",
		Formula: "α·σ(α·x)·(1 − σ(α·x)) for x < 0, else β / (1 + x)",
		Source:  "Suetake et al. 2022, arXiv:2201.10879; SpikingJelly S2NN",
		Params: []Param{
			positive("alpha", 4, "slope α of the sigmoid below threshold, 1/θ"),
			signed("beta", 1, "value β at threshold and above"),
		},
		New: func(p map[string]float64) Func {
			return s2nn{below: logistic{slope: p["alpha"], amp: p["alpha"]}, beta: p["beta"]}
		},
	}
}

type s2nn struct {
	everywhere
	below logistic
	beta  float64
}

// Grad implements Func.
func (f s2nn) Grad(dst, x, _ []float32) {
	k, amp, beta := float32(math.Log2E*f.below.slope), float32(f.below.amp), float32(f.beta)
	dst = dst[:len(x)]
	for i, v := range x {
		if v >= 0 {
			dst[i] = beta / (1 + v)
			continue
		}
		e := exp2(k * v)
		d := 1 + e
		dst[i] = amp * e / (d * d)
	}
}

// At implements Func.
func (f s2nn) At(x, theta float64) float64 {
	if x >= 0 {
		return f.beta / (1 + x)
	}
	return f.below.At(x, theta)
}

// Primitive implements Func.
func (f s2nn) Primitive(x, theta float64) float64 {
	return f.below.Primitive(min(x, 0), theta) + f.beta*math.Log1p(max(x, 0))
}
