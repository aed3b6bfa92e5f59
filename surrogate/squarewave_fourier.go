package surrogate

import "math"

func squarewaveFourierKind() Kind {
	return Kind{
		Name:    "squarewave-fourier",
		Formula: "(4/period)·Σ cos((2i − 1)·2π·x/period), i = 1 … terms",
		Source: "SpikingJelly SquarewaveFourierSeries: the Fourier series of a square wave, differentiated; " +
			"its n counts one more than it sums (terms n − 1)",
		Params: []Param{
			{Name: "terms", Default: 1, Min: 1, Max: 64, Whole: true, Doc: "number of cosines"},
			positive("period", 8, "θ"),
		},
		New: func(p map[string]float64) Func {
			return squarewaveFourier{terms: int(p["terms"]), period: p["period"]}
		},
	}
}

type squarewaveFourier struct {
	everywhere
	terms  int
	period float64
}

// Grad implements Func. cos((2i+1)φ) = 2·cos(2φ)·cos((2i−1)φ) − cos((2i−3)φ).
func (f squarewaveFourier) Grad(dst, x, _ []float32) {
	omega, scale := 2*math.Pi/f.period, 4/f.period
	dst = dst[:len(x)]
	for i, v := range x {
		cos := math.Cos(omega * float64(v))
		twice := 2 * (2*cos*cos - 1)
		before, sum := cos, cos // cos(−φ), cos(φ)
		for range f.terms - 1 {
			before, cos = cos, twice*cos-before
			sum += cos
		}
		dst[i] = float32(scale * sum)
	}
}

// At implements Func.
func (f squarewaveFourier) At(x, _ float64) float64 {
	sum := 0.0
	for i := range f.terms {
		sum += math.Cos(float64(2*i+1) * 2 * math.Pi * x / f.period)
	}
	return 4 / f.period * sum
}

// Primitive implements Func.
func (f squarewaveFourier) Primitive(x, _ float64) float64 {
	sum := 0.0
	for i := range f.terms {
		n := float64(2*i + 1)
		sum += math.Sin(n*2*math.Pi*x/f.period) / n
	}
	return 2 / math.Pi * sum
}
