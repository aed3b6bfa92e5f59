package surrogate

import "math"

func sigmoidKind() Kind {
	return Kind{
		Name:    "sigmoid",
		Formula: "scale·slope·σ(slope·x)·(1 − σ(slope·x))",
		Source: "SpikingJelly Sigmoid (its default, slope 4); snnTorch sigmoid (slope 25), which is NaN in float32 far below threshold; " +
			"sigmoidal escape noise of stork (slope 10)",
		Params: []Param{
			positive("slope", 4, "1/θ; the peak is scale·slope/4"),
			signed("scale", 1, "area"),
		},
		New: func(p map[string]float64) Func {
			return logistic{slope: p["slope"], amp: p["scale"] * p["slope"]}
		},
	}
}

// logistic is amp·σ(slope·x)·(1 − σ(slope·x)) + offset, written with
// e = exp(−slope·|x|) ≤ 1 as amp·e/(1 + e)² + offset.
type logistic struct {
	everywhere
	slope, amp, offset float64
}

// Grad implements Func.
func (f logistic) Grad(dst, x, _ []float32) {
	k, amp, offset := float32(-math.Log2E*f.slope), float32(f.amp), float32(f.offset)
	dst = dst[:len(x)]
	for i, v := range x {
		e := exp2(k * abs32(v))
		d := 1 + e
		dst[i] = amp*e/(d*d) + offset
	}
}

// At implements Func.
func (f logistic) At(x, _ float64) float64 {
	e := math.Exp(-f.slope * math.Abs(x))
	return f.amp*e/((1+e)*(1+e)) + f.offset
}

// Primitive implements Func.
func (f logistic) Primitive(x, _ float64) float64 {
	return f.amp/f.slope*math.Tanh(f.slope*x/2)/2 + f.offset*x
}
