package surrogate

func noneKind() Kind {
	return Kind{
		Name:    "none",
		Formula: "0",
		Source:  "the true derivative away from threshold: no error passes a spike; Norse heaviside",
		New:     func(map[string]float64) Func { return none{} },
	}
}

type none struct{}

// Grad implements Func.
func (none) Grad(dst, x, _ []float32) { clear(dst[:len(x)]) }

// At implements Func.
func (none) At(_, _ float64) float64 { return 0 }

// Primitive implements Func.
func (none) Primitive(_, _ float64) float64 { return 0 }

// Support implements Func.
func (none) Support(float64) (lo, hi float64) { return 0, 0 }
