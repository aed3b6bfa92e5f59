package surrogate

func straightThroughKind() Kind {
	return Kind{
		Name:    "straight-through",
		Formula: "height",
		Source:  "Bengio, Léonard and Courville 2013, arXiv:1308.3432; snnTorch straight_through_estimator; SpikingJelly DeterministicPass",
		Params:  []Param{signed("height", 1, "the constant")},
		New:     func(p map[string]float64) Func { return constant{height: p["height"]} },
	}
}

type constant struct {
	everywhere
	height float64
}

// Grad implements Func.
func (f constant) Grad(dst, x, _ []float32) {
	height := float32(f.height)
	dst = dst[:len(x)]
	for i := range dst {
		dst[i] = height
	}
}

// At implements Func.
func (f constant) At(_, _ float64) float64 { return f.height }

// Primitive implements Func.
func (f constant) Primitive(x, _ float64) float64 { return f.height * x }
