package ranc

import (
	"cmp"
	"slices"

	"github.com/snntrain/snntrain/quant"
)

// code writes every weight of a layer as a sum of the weights of axon types:
// w = Σ digit_k(w)·values[k], digits 0..copies[k]. A source has copies[k] axons
// of type k, and a neuron connects as many of them as the digit says.
type code struct {
	values []int32
	copies []int32
	direct bool      // the values are the weights themselves
	own    [][]int32 // of each neuron, where they differ: values, which are its weights themselves
	unit   int32     // common factor of the weights
	low    int       // bits of a weight over unit, its sign apart
}

// newCode finds a code: the weights themselves when there are no more than
// four, in the layer or in each of its neurons, else two's complement bits times a
// common factor, several bits to a type where there are more bits than types.
func newCode(f *fan) code {
	w := weightsOf(f.syn)
	if v := distinct(w, axonTypes); len(v) > 0 {
		return code{values: v, copies: ones(len(v)), direct: true}
	}
	if own, most := f.own(axonTypes); own != nil {
		return code{values: make([]int32, most), copies: ones(most), direct: true, own: own}
	}
	return positionalOf(w)
}

// own is the weights of each neuron, and the greatest number of them; nil where one has more than most.
func (f *fan) own(most int) ([][]int32, int) {
	out, widest := make([][]int32, quant.Len(f.to)), 0
	var buf []tap
	var w []int32
	for n := range out {
		buf, w = f.taps(n, buf), w[:0]
		for _, t := range buf {
			w = append(w, t.weight)
		}
		if out[n] = distinct(w, most); out[n] == nil {
			return nil, 0
		}
		slices.SortFunc(out[n], func(a, b int32) int { return cmp.Compare(b, a) }) // alike in all neurons, so that axons are shared
		widest = max(widest, len(out[n]))
	}
	return out, widest
}

func ones(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// positionalOf is the positional code of some weights.
func positionalOf(w []int32) code {
	lo, hi := least(w)
	g := gcd(w)
	c := positional(lo/g, hi/g, g)
	if c.values[len(c.values)-1] < -1<<8 {
		c = positional(lo, hi, 1) // the factor made the sign's weight too large
	}
	return c
}

// positional is the code of lo..hi times unit.
func positional(lo, hi, unit int32) code {
	c := code{unit: unit, low: 1}
	for hi >= 1<<c.low || -lo > 1<<c.low {
		c.low++
	}
	types := axonTypes
	if lo < 0 {
		types--
	}
	types = min(types, c.low)
	at := 0
	for k := range types {
		size := (c.low - at) / (types - k)
		c.values, c.copies = append(c.values, unit<<at), append(c.copies, 1<<size-1)
		at += size
	}
	if lo < 0 {
		c.values, c.copies = append(c.values, -unit<<c.low), append(c.copies, 1)
	}
	return c
}

// of is the values of neuron n.
func (c *code) of(n int) []int32 {
	if c.own != nil {
		return c.own[n]
	}
	return c.values
}

// digit is how many axons of type k make up the weight w of neuron n.
func (c *code) digit(n, k int, w int32) int32 {
	if c.direct {
		if v := c.of(n); k < len(v) && w == v[k] {
			return 1
		}
		return 0
	}
	u := w / c.unit
	if c.values[k] < 0 {
		if u < 0 {
			return 1
		}
		return 0
	}
	if u < 0 {
		u += 1 << c.low
	}
	return u / (c.values[k] / c.unit) % (c.copies[k] + 1)
}

// lines is the number of axons of a source.
func (c *code) lines() int {
	n := 0
	for _, k := range c.copies {
		n += int(k)
	}
	return n
}

// weights is the weights of neuron n's axon types.
func (c *code) weights(n int) []int32 {
	out := make([]int32, axonTypes)
	copy(out, c.of(n))
	return out
}

// distinct is the values other than 0 in the order of their coming, nil when there are more than n.
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
	if len(out) == 0 {
		return []int32{1} // a type that connects nothing
	}
	return out
}

func least(w []int32) (lo, hi int32) {
	for _, v := range w {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
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

// weightsOf is all weights of a synapse group.
func weightsOf(s *quant.Synapses) []int32 {
	if w := s.Weights(); w != nil {
		return w.Data
	}
	return nil
}
