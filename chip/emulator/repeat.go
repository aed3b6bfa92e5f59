package emulator

import (
	"slices"

	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// repeat remembers what an input gave, so that a sample that is shown in every
// tick is multiplied with the weights once. Sums of integers have no order, so
// the bits are the same. A change of weights would not be seen: a program has none.
type repeat struct {
	last  integer.Spikes
	sum   []int32 // of last, once it came twice
	known bool
}

// repeats reports whether a group is worth it: many weights an input, plain sums.
func repeats(s *quant.Synapses) bool {
	return s.From == quant.InputName && (s.Dense != nil || s.Conv != nil) && s.Delay.Per == ""
}

// add adds what spikes give through a connection to dst.
func (r *repeat) add(c connection, dst []int32, spikes *integer.Spikes) {
	switch {
	case !slices.Equal(r.last.Index, spikes.Index) || !slices.Equal(r.last.Value, spikes.Value):
		r.last.Index, r.last.Value = append(r.last.Index[:0], spikes.Index...), append(r.last.Value[:0], spikes.Value...)
		r.known = false
		c.add(dst, spikes)
		return
	case !r.known:
		if r.sum == nil {
			r.sum = make([]int32, len(dst))
		}
		clear(r.sum)
		c.add(r.sum, spikes)
		r.known = true
	}
	dst = dst[:len(r.sum)]
	for n, v := range r.sum {
		dst[n] += v
	}
}
