package kernels

// Choose is the choice of a level by name, as made at start-up from SNNTRAIN_SIMD.
func Choose(name string) (Level, error) { return choose(levels, name) }

// Peak runs n iterations of the loop that measures the multiply-add peak of
// the level and returns the operations of an iteration, 0 when it has none.
func (l Level) Peak(n int) int {
	if l.t.peak == nil {
		return 0
	}
	l.t.peak(n)
	return l.t.peakFlops
}

// DerivativeNames are the surrogate derivatives with assembly.
var DerivativeNames = []string{"atan", "fastSigmoid", "triangle", "boxcar"}

// Derivative runs derivative k of DerivativeNames on level l.
func (l Level) Derivative(k int, dst, x []float32, a, b, c float32) {
	d := l.t.derivatives
	switch k {
	case 0:
		d.atan(dst, x, a, b)
	case 1:
		d.fastSigmoid(dst, x, a, b)
	case 2:
		d.triangle(dst, x, a, b, c)
	case 3:
		d.boxcar(dst, x, a, b, c)
	}
}
