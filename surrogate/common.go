package surrogate

import "math"

// everywhere is the support of a derivative that is nowhere exactly zero.
type everywhere struct{}

// Support implements Func.
func (everywhere) Support(float64) (lo, hi float64) { return math.Inf(-1), math.Inf(1) }

// leastTheta replaces smaller thresholds where the derivative divides by θ.
const leastTheta = 1e-6

// abs32 is |x|.
func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// exp2 is 2^y for y ≤ 127 with a relative error below 3e-7; below 2^-126 it
// stays there. It is cut to what the compiler inlines: callers put the factor
// log₂e into y. The polynomial is 2^r on |r| ≤ 1/2, fitted to the least relative
// error with 2^0 = 1.
func exp2(y float32) float32 {
	if y < -126 {
		y = -126
	}
	t := y + 3<<22 // rounds y to a whole number, which stays in the low bits
	r := y - (t - 3<<22)
	p := 1 + r*(0.69314698+r*(0.24022242+r*(0.055507337+r*(0.0096715127+r*0.0013264726))))
	return p * math.Float32frombits(math.Float32bits(t)<<23+127<<23)
}
