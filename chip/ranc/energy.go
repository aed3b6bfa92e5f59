package ranc

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Energy is TrueNorth's: an event's share of the chip's whole power, and ticks
// of 1 ms, its real time.
func (*Target) Energy() []chip.Constant {
	return []chip.Constant{
		{Event: chip.SynapticEvent, Joule: 26e-12, Source: merolla},
		{Event: chip.Tick, Second: 1e-3, Source: merolla},
	}
}

// EventsOf is the number of axons that a weight is connected to, times the
// copies of the neuron that reads them. The sums of a split layer's parts are not counted.
func (*Target) EventsOf(net *quant.IntNet, s *quant.Synapses) func(to int, weight int32) int64 {
	m, err := Map(net)
	if err != nil {
		return func(int, int32) int64 { return 1 }
	}
	for _, l := range m.layers {
		if l.pop.Name == s.To {
			copies := m.copies(l)
			return func(to int, weight int32) int64 {
				n := int32(0)
				for k := range l.code.values {
					n += l.code.digit(k, weight)
				}
				return int64(n) * copies[to]
			}
		}
	}
	return func(int, int32) int64 { return 0 }
}

// copies is how often each neuron of a layer is there; of a split layer, how
// many partial sums of its first stage read an axon, on average.
func (m *Mapping) copies(l *layer) []int64 {
	out := make([]int64, l.pop.N())
	for _, g := range m.groups {
		if m.layers[g.layer] != l {
			continue
		}
		for _, c := range g.cores {
			for _, i := range c.units {
				out[g.neuron(i.unit)]++
			}
		}
		break // the first group reads the source
	}
	if l.split != nil {
		for n := range out {
			out[n] /= int64(l.split.chunks)
		}
	}
	return out
}
