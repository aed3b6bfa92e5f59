package surrogate

import "math"

func qPseudoSpikeKind() Kind {
	return Kind{
		Name:    "q-pseudo-spike",
		Formula: "(1 + 2·|x|/(α − 1))^(−α)",
		Source:  "Herranz-Celotti and Rouat 2022, arXiv:2202.00282; SpikingJelly QPseudoSpike",
		Params: []Param{
			{Name: "alpha", Default: 2, Min: 1.001, Max: 1000, Doc: "weight α of the tails: near 1 heavy, large light; the area is 1"},
		},
		New: func(p map[string]float64) Func {
			return qPseudoSpike{alpha: p["alpha"], k: 2 / (p["alpha"] - 1)}
		},
	}
}

// qPseudoSpike is (1 + k·|x|)^(−α).
type qPseudoSpike struct {
	everywhere
	alpha, k float64
}

// Grad implements Func.
func (f qPseudoSpike) Grad(dst, x, theta []float32) {
	if f.alpha == 2 {
		fastSigmoid{slope: f.k, height: 1}.Grad(dst, x, theta)
		return
	}
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = float32(math.Exp(-f.alpha * math.Log1p(f.k*math.Abs(float64(v)))))
	}
}

// At implements Func.
func (f qPseudoSpike) At(x, _ float64) float64 { return math.Pow(1+f.k*math.Abs(x), -f.alpha) }

// Primitive implements Func.
func (f qPseudoSpike) Primitive(x, _ float64) float64 {
	return math.Copysign(-math.Expm1((1-f.alpha)*math.Log1p(f.k*math.Abs(x)))/2, x)
}
