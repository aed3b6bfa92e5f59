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

// EventsOf is the number of axons that a weight is connected to, its planes,
// times the copies of the neuron that reads them.
func (*Target) EventsOf(net *quant.IntNet, s *quant.Synapses) func(weight int32) int64 {
	m, err := Map(net)
	if err != nil {
		return func(int32) int64 { return 1 }
	}
	values, copies := []int32(nil), 1
	for i := range m.layers {
		if l := &m.layers[i]; l.pop.Name == s.To {
			values, copies = l.values, l.copies
		}
	}
	return func(weight int32) int64 {
		n := 0
		for p := range values {
			if connects(values, p, weight) {
				n += copies
			}
		}
		return int64(n)
	}
}
