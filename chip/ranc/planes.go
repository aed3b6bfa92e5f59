package ranc

import "github.com/snntrain/snntrain/quant"

// planes finds up to four values, the weights of the axon types, whose sums
// make every weight of a matrix: the values themselves when there are no more
// than four, else two's complement bits times a common factor.
func planes(w quant.Tensor) ([]int32, bool) {
	if v := distinct(w.Data, axonTypes); len(v) > 0 {
		return v, true
	}
	if w.MaxAbs() == 0 {
		return []int32{1}, true // one axon that connects nothing
	}
	g := gcd(w.Data)
	for bits := 2; bits <= axonTypes; bits++ {
		r := quant.Signed(bits, quant.Saturate)
		if fit(w.Data, g*r.Min, g*r.Max) {
			var out []int32
			for b := range bits - 1 {
				out = append(out, g<<b)
			}
			return append(out, -g<<(bits-1)), true
		}
	}
	return nil, false
}

// distinct is the values other than 0, nil when there are more than n.
func distinct(w []int32, n int) []int32 {
	seen := map[int32]bool{0: true}
	out := []int32{}
	for _, v := range w {
		if !seen[v] {
			if seen[v] = true; len(out) == n {
				return nil
			}
			out = append(out, v)
		}
	}
	return out
}

func gcd(w []int32) int32 {
	var g int32
	for _, v := range w {
		for b := max(v, -v); b != 0; {
			g, b = b, g%b
		}
	}
	return max(g, 1)
}

func fit(w []int32, lo, hi int32) bool {
	for _, v := range w {
		if v < lo || v > hi {
			return false
		}
	}
	return true
}

// connects reports whether plane p is part of the weight w.
func connects(values []int32, p int, w int32) bool {
	for _, v := range values {
		if v == w {
			return values[p] == w
		}
	}
	if w == 0 {
		return false
	}
	bits := w / values[0] // two's complement in units of the factor
	return bits>>p&1 == 1
}
