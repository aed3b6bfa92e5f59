package quant

import "math"

// SignMode is which signs the weights of a Loihi synapse group may have.
type SignMode int

// The sign modes, numbered as Loihi's tools do.
const (
	Mixed      SignMode = 1
	Excitatory SignMode = 2
	Inhibitory SignMode = 3
)

// SignModeOf is Lava's choice: excitatory when nothing is negative, else
// inhibitory when nothing is positive, else mixed.
func SignModeOf(w []int32) SignMode {
	lo, hi := minMax(w)
	switch {
	case lo >= 0:
		return Excitatory
	case hi <= 0:
		return Inhibitory
	}
	return Mixed
}

// LoihiWeight is the synaptic weight that a mantissa stands for on Loihi, in
// units of the current: truncated toward zero to a multiple of
// 2^(8 − bits + [mixed]), times 2^(6 + exp), floored to a multiple of 64 and
// held in ±(2^21 − 64). bits is 1..8, exp −8..7 (Michaelis 2022, brian2-loihi).
func LoihiWeight(mantissa int32, bits, exp int, mode SignMode) int32 {
	k := uint(8 - bits)
	if mode == Mixed {
		k++
	}
	w := ShiftRight(int64(mantissa), k, RoundTowardZero) << k
	w = Shift(w, 6+exp) >> 6 << 6
	const limit = 1<<21 - 64
	return int32(min(max(w, -limit), limit))
}

// LavaWeights are the mantissas and the exponent that a dense layer of a netx
// file is loaded with: the sum of a tick is Σ m·s ≪ exp (Shift).
//
// netx clips a matrix of both signs to [−256, 254], scales it up by a power of
// two, chooses the number of bits, and Lava clips to [−256, 255] (mixed),
// [0, 255] or [−255, 0] and truncates to these bits. Where the number of bits comes
// out beyond the truncation (a matrix without positive weights that holds a
// zero and an odd weight below −128), everything is loaded as zero: exact says
// whether m·2^exp is the matrix that was given.
func LavaWeights(w []int32) (m []int32, exp int, exact bool) {
	m = clipped(w)
	lo, hi := minMax(m)
	if lo == 0 && hi == 0 {
		return m, 0, true
	}
	signed := 0
	if lo < 0 && hi >= 0 {
		signed = 1
	}
	up := int(math.Floor(math.Log2(lavaScale(lo, hi)))) + signed
	bits := 8 - up - (lavaZeroBits(m) - signed)
	for i := range m {
		m[i] = int32(Shift(int64(m[i]), up))
	}
	truncate(m, bits)
	return m, -up, sameWeights(m, w, up)
}

// clipped copies w, clipped as netx clips a matrix of both signs.
func clipped(w []int32) []int32 {
	m := append([]int32(nil), w...)
	lo, hi := minMax(m)
	if hi > 254 && lo < 0 || lo < -256 && hi > 0 {
		for i := range m {
			m[i] = min(max(m[i], -256), 254)
		}
	}
	return m
}

// lavaScale is the factor by which netx could scale weights of lo..hi up.
func lavaScale(lo, hi int32) float64 {
	switch {
	case hi < 0:
		return -256 / float64(lo)
	case lo >= 0:
		return 255 / float64(hi)
	case hi == 0:
		return -128 / float64(lo)
	}
	return min(127/float64(hi), -128/float64(lo))
}

// lavaZeroBits is the number of low bits, up to 8, that are zero in every weight.
func lavaZeroBits(w []int32) int {
	var all uint32 = 1 << 8
	for _, v := range w {
		all |= uint32(v)
	}
	n := 0
	for all>>n&1 == 0 {
		n++
	}
	return n
}

// truncate clips to the sign mode, then drops what the number of bits cannot hold.
func truncate(m []int32, bits int) {
	mode := SignModeOf(m)
	sign, k, lo := int32(1), 8-bits, int32(0)
	switch mode {
	case Inhibitory:
		sign = -1
	case Mixed:
		k, lo = k+1, -256
	}
	for i := range m {
		v := min(max(m[i]*sign, lo), 255)
		if k < 0 {
			v = 0
		}
		m[i] = v >> uint(max(k, 0)) << uint(max(k, 0)) * sign
	}
}

func sameWeights(m, w []int32, up int) bool {
	for i := range m {
		if int64(m[i]) != Shift(int64(w[i]), up) {
			return false
		}
	}
	return true
}

func minMax(w []int32) (lo, hi int32) {
	if len(w) == 0 {
		return 0, 0
	}
	lo, hi = w[0], w[0]
	for _, v := range w {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}
