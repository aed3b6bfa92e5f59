package emulator

import (
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// Counts is what a machine has done since it was made: what energy and metrics
// are counted from. Counts of machines of one program can be added.
type Counts struct {
	Samples int64 // first ticks
	Ticks   int64
	Inputs  int64     // elements of the input other than 0
	Spikes  []int64   // of each population, one a message
	Sent    [][]int64 // of each source, the input first, then the populations: messages of each element
	Arrived [][]int64 // of each synapse group: messages of each element of its source that arrived; nil of pooling
	Events  []int64   // of each synapse group: synapses with a weight other than 0 that a spike went through
	MACs    []int64   // of each synapse group: those of Events in ticks in which its source sent anything but −1, 0 and 1
	Updates []int64   // of each population: neurons and ticks in which a membrane potential changed
	Returns []int64   // of each population: neurons and ticks in which one fired and was reset to where it had been
	First   []int64   // of each population: those of Updates in the first tick of a sample
}

func newCounts(p *Program) Counts {
	c := Counts{
		Spikes: make([]int64, len(p.pops)), Updates: make([]int64, len(p.pops)), Returns: make([]int64, len(p.pops)), First: make([]int64, len(p.pops)),
		Events: make([]int64, len(p.net.Synapses)), MACs: make([]int64, len(p.net.Synapses)),
	}
	for _, s := range p.sources {
		c.Sent = append(c.Sent, make([]int64, s.n))
	}
	c.Arrived = make([][]int64, len(p.net.Synapses))
	p.each(func(s *synapses) { c.Arrived[s.index] = make([]int64, len(s.fanout)) })
	return c
}

// Counts is a copy of what was counted so far.
func (m *Machine) Counts() Counts {
	c := newCounts(m.prog)
	c.Add(m.counts)
	m.prog.each(func(s *synapses) {
		for src, n := range c.Arrived[s.index] {
			c.Events[s.index] += n * int64(s.fanout[src])
		}
	})
	return c
}

// Add adds what another machine of the same program counted.
func (c *Counts) Add(o Counts) {
	c.Samples += o.Samples
	c.Ticks += o.Ticks
	c.Inputs += o.Inputs
	for _, v := range []struct{ to, from []int64 }{
		{c.Spikes, o.Spikes},
		{c.Events, o.Events},
		{c.MACs, o.MACs},
		{c.Updates, o.Updates},
		{c.Returns, o.Returns},
		{c.First, o.First},
	} {
		sum(v.to, v.from)
	}
	for i := range o.Sent {
		sum(c.Sent[i], o.Sent[i])
	}
	for i := range o.Arrived {
		sum(c.Arrived[i], o.Arrived[i])
	}
}

func sum(to, from []int64) {
	for i, v := range from {
		to[i] += v
	}
}

// SynapticEvents is the sum over all synapse groups.
func (c Counts) SynapticEvents() int64 {
	var n int64
	for _, v := range c.Events {
		n += v
	}
	return n
}

// arrived counts what goes through a synapse group in a tick; the events are added up by Counts.
func (c *Counts) arrived(s *synapses, spikes *integer.Spikes) {
	count(c.Arrived[s.index], spikes)
	if s.graded && !unit(spikes.Value) {
		for _, src := range spikes.Index {
			c.MACs[s.index] += int64(s.fanout[src])
		}
	}
}

// count adds one for each message.
func count(to []int64, spikes *integer.Spikes) {
	for _, i := range spikes.Index {
		to[i]++
	}
}

// unit reports whether all values are −1 or 1.
func unit(v []int32) bool {
	for _, x := range v {
		if x != 1 && x != -1 {
			return false
		}
	}
	return true
}

// stepped counts what population i did in a tick.
func (c *Counts) stepped(i int, spikes *integer.Spikes, st *integer.State, first bool) {
	c.Spikes[i] += int64(len(spikes.Index))
	count(c.Sent[i+1], spikes)
	if st == nil {
		return
	}
	c.Updates[i] += int64(st.Changed)
	c.Returns[i] += int64(st.Returned)
	if first {
		c.First[i] += int64(st.Changed)
	}
}

// graded reports whether a source can send anything but −1, 0 and 1.
func graded(net *quant.IntNet, source string) bool { return net.MaxValue(source) > 1 }
