package neuron

import "math"

// oneBits is 1 as float32.
const oneBits = 0x3f800000

// The row operations: one lane each, no order between lanes. Products are
// rounded before they are added (float32(a*b) forbids fusing), so that every
// instruction set gives the same bits.

// charge: u = A·w + G·j + C.
func charge(u, w, j, a, g, c []float32) {
	n := len(u)
	w, j, a, g, c = w[:n], j[:n], a[:n], g[:n], c[:n]
	for k := range u {
		u[k] = float32(a[k]*w[k]) + float32(g[k]*j[k]) + c[k]
	}
}

// fireAbove: s = [u > θ].
func fireAbove(s, u, theta []float32) {
	n := len(s)
	u, theta = u[:n], theta[:n]
	for k := range s {
		bit := uint32(0)
		if u[k] > theta[k] {
			bit = oneBits
		}
		s[k] = math.Float32frombits(bit) // without a branch: spikes are hard to foresee
	}
}

// fireAtLeast: s = [u ≥ θ].
func fireAtLeast(s, u, theta []float32) {
	n := len(s)
	u, theta = u[:n], theta[:n]
	for k := range s {
		bit := uint32(0)
		if u[k] >= theta[k] {
			bit = oneBits
		}
		s[k] = math.Float32frombits(bit)
	}
}

// count: s = ⌊u/θ⌋ where s > 0, at most limit (0 = no limit).
func count(s, u, theta []float32, limit int) {
	for k := range s {
		if s[k] == 0 {
			continue
		}
		q := u[k] / theta[k]
		n := float32(int64(q))
		if limit > 0 && n > float32(limit) {
			n = float32(limit)
		}
		s[k] = max(n, 1)
	}
}

// subtract: v = u − s·θ.
func subtract(v, u, s, theta []float32) {
	n := len(v)
	u, s, theta = u[:n], s[:n], theta[:n]
	for k := range v {
		v[k] = u[k] - float32(s[k]*theta[k])
	}
}

// toValue: v = (1−s)·u + s·r.
func toValue(v, u, s, reset []float32) {
	n := len(v)
	u, s, reset = u[:n], s[:n], reset[:n]
	for k := range v {
		v[k] = u[k]
		if s[k] != 0 {
			v[k] = reset[k]
		}
	}
}

// floor: v = max(v, m).
func floor(v, m []float32) {
	for k := range v {
		v[k] = max(v[k], m[k])
	}
}

// mulAdd: acc += x·y.
func mulAdd(acc, x, y []float32) {
	n := len(acc)
	x, y = x[:n], y[:n]
	for k := range acc {
		acc[k] += float32(x[k] * y[k])
	}
}

// mulSub: acc −= x·y.
func mulSub(acc, x, y []float32) {
	n := len(acc)
	x, y = x[:n], y[:n]
	for k := range acc {
		acc[k] -= float32(x[k] * y[k])
	}
}

// add: acc += x.
func add(acc, x []float32) {
	n := len(acc)
	x = x[:n]
	for k := range acc {
		acc[k] += x[k]
	}
}

// mul: dst = x·y.
func mul(dst, x, y []float32) {
	n := len(dst)
	x, y = x[:n], y[:n]
	for k := range dst {
		dst[k] = x[k] * y[k]
	}
}

// pack sets the bits of the lanes that spike (s is 0 or 1); the words are clear before.
func pack(words []uint64, s []float32) {
	for at := 0; at < len(s); at += 64 {
		word := uint64(0)
		for k, v := range s[at:min(at+64, len(s))] {
			word |= uint64(math.Float32bits(v)>>23&1) << (k & 63) // the exponent of 1 is odd
		}
		words[at/64] = word
	}
}
