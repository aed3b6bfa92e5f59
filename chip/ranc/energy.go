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
// copies of the neuron that reads them. Of a split layer it is what its inputs do
// in the first two stages; the lines between its stages are not counted.
func (*Target) EventsOf(net *quant.IntNet, s *quant.Synapses) func(from, to int, weight int32) int64 {
	m, err := Map(net)
	if err != nil {
		return func(int, int, int32) int64 { return 1 }
	}
	first := 0
	for _, l := range m.layers {
		if l.pop.Name == s.To {
			if l.split == nil {
				return l.events(m.groups[first])
			}
			return l.split.events(m.groups[first], m.groups[first+1])
		}
		if first++; l.split != nil {
			first += 2
		}
	}
	return func(int, int, int32) int64 { return 1 }
}

func (l *layer) events(g *group) func(from, to int, weight int32) int64 {
	return func(_, to int, weight int32) int64 {
		n := int64(0)
		for k := range l.code.values {
			n += int64(l.code.digit(to, k, weight))
		}
		return n * int64(len(g.wanted[to]))
	}
}

// events counts, for each source of a neuron, the thermometers and remainders that read its lines.
func (s *split) events(zero, one *group) func(from, to int, weight int32) int64 {
	readers := make([]int64, len(s.bound)) // of a line of each chunk
	for _, g := range []*group{zero, one} {
		for u, places := range g.wanted {
			readers[g.neuron(u)*s.chunks+g.chunk(u)] += int64(len(places))
		}
	}
	last, of := -1, map[int32]int64{}
	return func(from, to int, _ int32) int64 {
		if to != last {
			last = to
			clear(of)
			for _, p := range s.lines(to) {
				if p.on {
					of[p.signal] += readers[to*s.chunks+p.chunk]
				}
			}
		}
		return of[int32(from)]
	}
}
