package surrogate

import "math"

func circKind() Kind {
	return Kind{
		Name:    "circ",
		Formula: "height / (1 + (x/width)²)^(3/2)",
		Source:  "the derivative of x/√(width² + x²); Norse circ (width α), whose peak is 1 for every α",
		Params: []Param{
			positive("width", 1, "θ"),
			signed("height", 1, "peak"),
		},
		New: func(p map[string]float64) Func { return circ{k: 1 / p["width"], height: p["height"]} },
	}
}

type circ struct {
	everywhere
	k, height float64
}

// Grad implements Func.
func (f circ) Grad(dst, x, _ []float32) {
	k, height := float32(f.k), float32(f.height)
	dst = dst[:len(x)]
	for i, v := range x {
		q := 1 + k*v*k*v
		dst[i] = height / (q * float32(math.Sqrt(float64(q))))
	}
}

// At implements Func.
func (f circ) At(x, _ float64) float64 {
	q := 1 + f.k*x*f.k*x
	return f.height / (q * math.Sqrt(q))
}

// Primitive implements Func.
func (f circ) Primitive(x, _ float64) float64 { return f.height * x / math.Sqrt(1+f.k*x*f.k*x) }
