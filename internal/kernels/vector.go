package kernels

// Add computes dst[j] += x[j] for all j of dst; x is at least as long. Same bits on every instruction set.
func Add(dst, x []float32) { active.Add(dst, x) }

// Sub computes dst[j] = x[j] − y[j] for all j of dst; x and y are at least as long. Same bits on every instruction set.
func Sub(dst, x, y []float32) { active.Sub(dst, x, y) }

// Axpy computes dst[j] += a·x[j] for all j of dst, product and sum each
// rounded; x is at least as long. Same bits on every instruction set.
func Axpy(dst []float32, a float32, x []float32) { active.Axpy(dst, a, x) }

// Scale computes dst[j] = a·dst[j]. Same bits on every instruction set.
func Scale(dst []float32, a float32) { active.Scale(dst, a) }

// Dot returns Σ_j x[j]·y[j] over all j of x; y is at least as long.
//
// Products are rounded and added to 32 partial sums, that of j%32 in the
// order of j; then the upper half of the partial sums is added to the lower
// until one is left. Same bits on every instruction set.
func Dot(x, y []float32) float32 { return active.Dot(x, y) }

// Add is the function of that name on level l.
func (l Level) Add(dst, x []float32) { l.t.add(dst, x[:len(dst)]) }

// Sub is the function of that name on level l.
func (l Level) Sub(dst, x, y []float32) { l.t.sub(dst, x[:len(dst)], y[:len(dst)]) }

// Axpy is the function of that name on level l.
func (l Level) Axpy(dst []float32, a float32, x []float32) { l.t.axpy(dst, a, x[:len(dst)]) }

// Scale is the function of that name on level l.
func (l Level) Scale(dst []float32, a float32) { l.t.scale(dst, a) }

// Dot is the function of that name on level l.
func (l Level) Dot(x, y []float32) float32 { return l.t.dot(x, y[:len(x)]) }

func addGo(dst, x []float32) {
	x = x[:len(dst)]
	for j := range dst {
		dst[j] += x[j]
	}
}

func subGo(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for j := range dst {
		dst[j] = x[j] - y[j]
	}
}

// axpyGo converts the product to keep the compiler from fusing it with the sum.
func axpyGo(dst []float32, a float32, x []float32) {
	x = x[:len(dst)]
	for j := range dst {
		dst[j] += float32(a * x[j])
	}
}

func scaleGo(dst []float32, a float32) {
	for j := range dst {
		dst[j] *= a
	}
}

const dotLanes = 32

func dotGo(x, y []float32) float32 {
	var sum [dotLanes]float32
	y = y[:len(x)]
	for len(x) >= dotLanes {
		a, b := (*[dotLanes]float32)(x), (*[dotLanes]float32)(y)
		for j := range sum {
			sum[j] += float32(a[j] * b[j])
		}
		x, y = x[dotLanes:], y[dotLanes:]
	}
	for j := range x {
		sum[j] += float32(x[j] * y[j])
	}
	for half := dotLanes / 2; half > 0; half /= 2 {
		for j := range half {
			sum[j] += sum[j+half]
		}
	}
	return sum[0]
}
