package kernels

// AxpyDouble computes dst[j] += a·x[j] for all j of dst, product and sum each
// rounded to float64; x is at least as long. Same bits on every instruction set.
func AxpyDouble(dst []float64, a float64, x []float32) { active.AxpyDouble(dst, a, x) }

// AxpyDouble is the function of that name on level l.
func (l Level) AxpyDouble(dst []float64, a float64, x []float32) {
	l.t.axpyDouble(dst, a, x[:len(dst)])
}

// axpyDoubleGo converts the product to keep the compiler from fusing it with the sum.
func axpyDoubleGo(dst []float64, a float64, x []float32) {
	x = x[:len(dst)]
	for j := range dst {
		dst[j] += float64(a * float64(x[j]))
	}
}
