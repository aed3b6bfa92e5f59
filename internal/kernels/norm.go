package kernels

// Norm holds the values of each channel that a normalization uses. Arrays of
// whole samples are channel-last: value i belongs to channel i % len(Mean).
type Norm struct {
	Mean, Inv    []float32 // mean, 1/√(variance + ε)
	Weight, Bias []float32
	Shift, Slope []float32 // of the gradient: means of dy and of dy·x̂
}

// Moments adds the values of every channel to sum, and their squares to
// square, in order, as float64. Same bits on every instruction set, as are
// those of the functions below.
func Moments(sum, square []float64, x []float32) { active.Moments(sum, square, x) }

// Normalize computes y = (x − Mean)·Inv·Weight + Bias, rounded from left to right.
func Normalize(y, x []float32, n *Norm) { active.Normalize(y, x, n) }

// ErrorMoments adds dy of every channel to sum, and dy·x̂ to hat, in order, as
// float64; x̂ = (x − Mean)·Inv as float32.
func ErrorMoments(sum, hat []float64, dy, x []float32, n *Norm) {
	active.ErrorMoments(sum, hat, dy, x, n)
}

// NormalizeGrad computes dx = (dy − (Shift + x̂·Slope))·Weight·Inv.
func NormalizeGrad(dx, dy, x []float32, n *Norm) { active.NormalizeGrad(dx, dy, x, n) }

// normTable holds the routines of normalization of one instruction set.
type normTable struct {
	moments       func(sum, square []float64, x []float32)
	normalize     func(y, x, mean, inv, w, b []float32)
	errorMoments  func(sum, hat []float64, dy, x, mean, inv []float32)
	normalizeGrad func(dx, dy, x, mean, inv, w, shift, slope []float32)
}

func normGo() normTable {
	return normTable{momentsGo, normalizeGo, errorMomentsGo, normalizeGradGo}
}

// Moments is the function of that name on level l.
func (l Level) Moments(sum, square []float64, x []float32) {
	checkChannels(len(x), len(sum), len(square))
	if len(x) > 0 {
		l.t.moments(sum, square, x)
	}
}

// Normalize is the function of that name on level l.
func (l Level) Normalize(y, x []float32, n *Norm) {
	checkChannels(len(x), len(n.Mean), len(n.Inv), len(n.Weight), len(n.Bias))
	if len(x) > 0 {
		l.t.normalize(y[:len(x)], x, n.Mean, n.Inv, n.Weight, n.Bias)
	}
}

// ErrorMoments is the function of that name on level l.
func (l Level) ErrorMoments(sum, hat []float64, dy, x []float32, n *Norm) {
	checkChannels(len(x), len(sum), len(hat), len(n.Mean), len(n.Inv))
	if len(x) > 0 {
		l.t.errorMoments(sum, hat, dy[:len(x)], x, n.Mean, n.Inv)
	}
}

// NormalizeGrad is the function of that name on level l.
func (l Level) NormalizeGrad(dx, dy, x []float32, n *Norm) {
	checkChannels(len(x), len(n.Mean), len(n.Inv), len(n.Weight), len(n.Shift), len(n.Slope))
	if len(x) > 0 {
		l.t.normalizeGrad(dx[:len(x)], dy[:len(x)], x, n.Mean, n.Inv, n.Weight, n.Shift, n.Slope)
	}
}

// checkChannels panics unless all arrays have the channels of the first, and samples are whole.
func checkChannels(values int, channels ...int) {
	for _, c := range channels {
		if c != channels[0] || c == 0 || values%c != 0 {
			panic("kernels: normalization: arrays of channels differ in length, or samples are not whole")
		}
	}
}

func momentsGo(sum, square []float64, x []float32) {
	for ; len(x) > 0; x = x[len(sum):] {
		for k, v := range x[:len(sum)] {
			sum[k] += float64(v)
			square[k] += float64(v) * float64(v) // exact before it is added
		}
	}
}

func normalizeGo(y, x, mean, inv, w, b []float32) {
	for at := 0; at < len(x); at += len(mean) {
		to := y[at:]
		for k, v := range x[at:][:len(mean)] {
			hat := float32((v - mean[k]) * inv[k])
			to[k] = float32(hat*w[k]) + b[k]
		}
	}
}

func errorMomentsGo(sum, hat []float64, dy, x, mean, inv []float32) {
	for at := 0; at < len(x); at += len(mean) {
		errors := dy[at:]
		for k, v := range x[at:][:len(mean)] {
			sum[k] += float64(errors[k])
			hat[k] += float64(errors[k]) * float64(float32((v-mean[k])*inv[k]))
		}
	}
}

func normalizeGradGo(dx, dy, x, mean, inv, w, shift, slope []float32) {
	for at := 0; at < len(x); at += len(mean) {
		to, errors := dx[at:], dy[at:]
		for k, v := range x[at:][:len(mean)] {
			hat := float32((v - mean[k]) * inv[k])
			to[k] = float32((errors[k]-(shift[k]+float32(hat*slope[k])))*w[k]) * inv[k]
		}
	}
}
