package surrogate

import "math"

func logKind() Kind {
	return Kind{
		Name:    "log",
		Formula: "α / (1 + α·|x|)",
		Source:  "SpikingJelly NonzeroSignLogAbs: the derivative of sign(x)·log(1 + α·|x|), of unbounded area",
		Params:  []Param{positive("alpha", 1, "peak α, 1/θ")},
		New:     func(p map[string]float64) Func { return logAbs{alpha: p["alpha"]} },
	}
}

type logAbs struct {
	everywhere
	alpha float64
}

// Grad implements Func.
func (f logAbs) Grad(dst, x, _ []float32) {
	alpha := float32(f.alpha)
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = alpha / (1 + alpha*abs32(v))
	}
}

// At implements Func.
func (f logAbs) At(x, _ float64) float64 { return f.alpha / (1 + f.alpha*math.Abs(x)) }

// Primitive implements Func.
func (f logAbs) Primitive(x, _ float64) float64 {
	return math.Copysign(math.Log1p(f.alpha*math.Abs(x)), x)
}
