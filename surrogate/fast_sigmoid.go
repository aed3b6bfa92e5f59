package surrogate

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
)

func fastSigmoidKind() Kind {
	return Kind{
		Name:    "fast-sigmoid",
		Formula: "height / (1 + slope·|x|)²",
		Source: "SuperSpike, Zenke and Ganguli 2018, 10.1162/neco_a_01086; snnTorch fast_sigmoid, Spyx superspike (its default), " +
			"stork SuperSpike (slope 20); SpikingJelly SoftSign (height α/2) and SuperSpike (slope 1, height α); " +
			"Norse super (its default) has slope 1 whatever its alpha is",
		Params: []Param{
			positive("slope", 25, "1/θ"),
			signed("height", 1, "peak"),
		},
		New: func(p map[string]float64) Func { return fastSigmoid{slope: p["slope"], height: p["height"]} },
	}
}

type fastSigmoid struct {
	everywhere
	slope, height float64
}

// Grad implements Func.
func (f fastSigmoid) Grad(dst, x, _ []float32) {
	kernels.FastSigmoid(dst, x, float32(f.slope), float32(f.height))
}

// At implements Func.
func (f fastSigmoid) At(x, _ float64) float64 {
	d := 1 + f.slope*math.Abs(x)
	return f.height / (d * d)
}

// Primitive implements Func.
func (f fastSigmoid) Primitive(x, _ float64) float64 { return f.height * x / (1 + f.slope*math.Abs(x)) }
