package surrogate

import "math"

func multiGaussianKind() Kind {
	return Kind{
		Name: "multi-gaussian",
		Formula: "scale·((1 + h)·N(x; mu, σ) − h·N(x; mu + σ, s·σ) − h·N(x; mu − σ, s·σ)), " +
			"N(x; m, d) = exp(−(x − m)²/(2d²)) / (d·√(2π))",
		Source: "Yin, Corradi and Bohté 2021, 10.1038/s42256-021-00397-w; Sinabs MultiGaussian",
		Params: []Param{
			positive("sigma", 0.5, "standard deviation σ of the middle, θ"),
			signed("h", 0.15, "weight of the sides, which are negative"),
			positive("s", 6, "width of the sides in σ"),
			signed("scale", 1, "factor; the area is scale·(1 − h)"),
			signed("mu", 0, "place of the peak, θ"),
		},
		New: func(p map[string]float64) Func {
			mu, sigma, side := p["mu"], p["sigma"], -p["scale"]*p["h"]
			return multiGaussian{parts: [3]gaussian{
				newGaussian(mu, sigma, p["scale"]*(1+p["h"])),
				newGaussian(mu+sigma, p["s"]*sigma, side),
				newGaussian(mu-sigma, p["s"]*sigma, side),
			}}
		},
	}
}

// multiGaussian is a sum; its two sides share width and peak.
type multiGaussian struct {
	everywhere
	parts [3]gaussian // middle, above, below
}

// Grad implements Func.
func (f multiGaussian) Grad(dst, x, _ []float32) {
	mid, above, below := f.parts[0], f.parts[1], f.parts[2]
	k, peak, mu := float32(-math.Log2E*mid.k*mid.k), float32(mid.peak), float32(mid.mu)
	kSide, side := float32(-math.Log2E*above.k*above.k), float32(above.peak)
	muAbove, muBelow := float32(above.mu), float32(below.mu)
	dst = dst[:len(x)]
	for i, v := range x {
		d, da, db := v-mu, v-muAbove, v-muBelow
		dst[i] = peak*exp2(k*d*d) + side*(exp2(kSide*da*da)+exp2(kSide*db*db))
	}
}

// At implements Func.
func (f multiGaussian) At(x, theta float64) (sum float64) {
	for _, p := range f.parts {
		sum += p.At(x, theta)
	}
	return sum
}

// Primitive implements Func.
func (f multiGaussian) Primitive(x, theta float64) (sum float64) {
	for _, p := range f.parts {
		sum += p.Primitive(x, theta)
	}
	return sum
}
