package kernels

import "math"

// derivatives are the surrogate derivatives with assembly.
type derivatives struct {
	atan, fastSigmoid func(dst, x []float32, a, b float32)
	triangle, boxcar  func(dst, x []float32, a, b, c float32)
}

// Atan computes dst[j] = peak / (1 + (k·x[j])²). It and the derivatives below
// allow dst to be x, and round every operation by itself: same bits on every
// instruction set.
func Atan(dst, x []float32, k, peak float32) { active.t.derivatives.atan(dst[:len(x)], x, k, peak) }

// FastSigmoid computes dst[j] = height / (1 + slope·|x[j]|)².
func FastSigmoid(dst, x []float32, slope, height float32) {
	active.t.derivatives.fastSigmoid(dst[:len(x)], x, slope, height)
}

// Triangle computes dst[j] = height − fall·|x[j]| where |x[j]| < width, else 0.
func Triangle(dst, x []float32, width, height, fall float32) {
	active.t.derivatives.triangle(dst[:len(x)], x, width, height, fall)
}

// Boxcar computes dst[j] = height where |x[j]| < half, else leak.
func Boxcar(dst, x []float32, half, height, leak float32) {
	active.t.derivatives.boxcar(dst[:len(x)], x, half, height, leak)
}

func atanGo(dst, x []float32, k, peak float32) {
	for j, v := range x {
		u := k * v
		dst[j] = peak / (1 + float32(u*u))
	}
}

func fastSigmoidGo(dst, x []float32, slope, height float32) {
	for j, v := range x {
		d := 1 + float32(slope*magnitude(v))
		dst[j] = height / (d * d)
	}
}

func triangleGo(dst, x []float32, width, height, fall float32) {
	for j, v := range x {
		a := magnitude(v)
		dst[j] = choose32(a < width, height-float32(fall*a), 0)
	}
}

func boxcarGo(dst, x []float32, half, height, leak float32) {
	for j, v := range x {
		dst[j] = choose32(magnitude(v) < half, height, leak)
	}
}

// choose32 is a or b, a choice of integers that takes no branch.
func choose32(first bool, a, b float32) float32 {
	bits := math.Float32bits(b)
	if first {
		bits = math.Float32bits(a)
	}
	return math.Float32frombits(bits)
}

// magnitude clears the sign bit.
func magnitude(v float32) float32 { return math.Float32frombits(math.Float32bits(v) &^ (1 << 31)) }
