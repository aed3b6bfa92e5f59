package neurobench

import (
	"math"

	"github.com/snntrain/snntrain/quant"
)

// Footprint is memory in bytes: Σ numel·element_size. An element takes 1, 2 or
// 4 bytes, the fewest that hold the whole array or register; zeros count.
type Footprint struct {
	Parameters int64 // weights, thresholds, decays, delays, lists of synapses
	Buffers    int64 // membrane potentials and synaptic currents
}

// Total is parameters and buffers.
func (f Footprint) Total() int64 { return f.Parameters + f.Buffers }

// FootprintOf is the memory of a network.
func FootprintOf(net *quant.IntNet) Footprint {
	var f Footprint
	net.Tensors(func(_ string, t *quant.Tensor) { f.Parameters += int64(len(t.Data)) * elementSize(t.Data) })
	for i := range net.Populations {
		p := &net.Populations[i]
		if p.Spiking == nil {
			continue
		}
		f.Buffers += int64(p.N()) * registerSize(p.Spiking.Range)
		for _, c := range p.Spiking.Currents {
			f.Buffers += int64(p.N()) * registerSize(c.Range)
		}
	}
	return f
}

func elementSize(v []int32) int64 {
	r := quant.Range{}
	for _, x := range v {
		r.Min, r.Max = min(r.Min, x), max(r.Max, x)
	}
	return registerSize(r)
}

func registerSize(r quant.Range) int64 {
	switch {
	case r.Min >= math.MinInt8 && r.Max <= math.MaxInt8:
		return 1
	case r.Min >= math.MinInt16 && r.Max <= math.MaxInt16:
		return 2
	}
	return 4
}
