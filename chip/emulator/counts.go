package emulator

import "github.com/snntrain/snntrain/neuron/integer"

// Counts is what a machine has done since it was made: what energy is counted from.
type Counts struct {
	Ticks  int64
	Inputs int64   // elements of the input other than 0
	Spikes []int64 // of each population, one a message
	Events []int64 // of each synapse group: synapses with a weight that a spike went through
}

func newCounts(p *Program) Counts {
	return Counts{Spikes: make([]int64, len(p.pops)), Events: make([]int64, len(p.net.Synapses))}
}

// Counts is a copy of what was counted so far.
func (m *Machine) Counts() Counts {
	c := m.counts
	c.Spikes = append([]int64(nil), c.Spikes...)
	c.Events = append([]int64(nil), c.Events...)
	return c
}

// SynapticEvents is the sum over all synapse groups.
func (c Counts) SynapticEvents() int64 {
	var n int64
	for _, v := range c.Events {
		n += v
	}
	return n
}

func (c *Counts) arrived(s *synapses, spikes *integer.Spikes) {
	var n int64
	for _, src := range spikes.Index {
		n += int64(s.fanout[src])
	}
	c.Events[s.index] += n
}

func (c *Counts) spiked(i int, spikes *integer.Spikes) {
	c.Spikes[i] += int64(len(spikes.Index))
}
