package surrogate

import "math"

func periodicExponentialKind() Kind {
	return Kind{
		Name: "periodic-exponential",
		Formula: "height·exp(−d/width), over θ if per_threshold; d = −x for x < 0, " +
			"else stretch·(distance from v to the nearest multiple of θ)",
		Source: "Weidel and Sheik 2021, arXiv:2111.01456, for several spikes a step; Rockpool PeriodicExponential; " +
			"Sinabs PeriodicExponential (stretch 2, per_threshold 0)",
		Params: []Param{
			positive("width", 0.5, "distance over which it falls by e, θ"),
			signed("height", 1, "value at the multiples of θ"),
			positive("stretch", 1, "factor on the distance above threshold"),
			flag("per_threshold", 1, "1: the height is divided by θ"),
		},
		New: func(p map[string]float64) Func {
			return periodicExponential{
				width: p["width"], height: p["height"], stretch: p["stretch"], perThreshold: p["per_threshold"] != 0,
			}
		},
	}
}

type periodicExponential struct {
	everywhere
	width, height, stretch float64
	perThreshold           bool
}

// peak is the height at a threshold.
func (f periodicExponential) peak(theta float64) float64 {
	if f.perThreshold {
		return f.height / theta
	}
	return f.height
}

// away is d and the number of whole periods between x and it.
func (f periodicExponential) away(x, theta float64) (d, periods float64) {
	if x < 0 {
		return x, 0
	}
	n := math.Floor(x/theta + 0.5)
	return f.stretch * (x - n*theta), n
}

// Grad implements Func; float64 where a remainder is taken.
func (f periodicExponential) Grad(dst, x, theta []float32) {
	k, height := -math.Log2E/f.width, float32(f.height)
	dst, theta = dst[:len(x)], theta[:len(x)]
	for i, v := range x {
		t := max(theta[i], leastTheta)
		d, _ := f.away(float64(v), float64(t))
		g := height * exp2(float32(k*math.Abs(d)))
		if f.perThreshold {
			g /= t
		}
		dst[i] = g
	}
}

// GradThreshold implements ThresholdGrader.
func (f periodicExponential) GradThreshold(dst, x, theta []float32) {
	dst, theta = dst[:len(x)], theta[:len(x)]
	for i, v := range x {
		t := max(theta[i], leastTheta)
		f.Grad(dst[i:i+1], x[i:i+1], theta[i:i+1])
		dst[i] *= -(v + t) / t
	}
}

// At implements Func.
func (f periodicExponential) At(x, theta float64) float64 {
	theta = max(theta, leastTheta)
	d, _ := f.away(x, theta)
	return f.peak(theta) * math.Exp(-math.Abs(d)/f.width)
}

// AtThreshold implements ThresholdGrader.
func (f periodicExponential) AtThreshold(x, theta float64) float64 {
	theta = max(theta, leastTheta)
	return -f.At(x, theta) * (x + theta) / theta
}

// Primitive implements Func.
func (f periodicExponential) Primitive(x, theta float64) float64 {
	theta = max(theta, leastTheta)
	d, periods := f.away(x, theta)
	w := f.width
	if x >= 0 {
		w /= f.stretch
	}
	half := -math.Expm1(-f.stretch * theta / 2 / f.width) // of the area w of one side of a peak
	part := math.Copysign(-math.Expm1(-math.Abs(d)/f.width), d)
	return f.peak(theta) * w * (2*periods*half + part)
}
