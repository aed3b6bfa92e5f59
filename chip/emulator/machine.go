package emulator

import (
	"fmt"

	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// Machine runs a program. It is not safe for concurrent use; machines of one
// program are independent.
type Machine struct {
	prog   *Program
	tick   int
	states []popState
	sent   []history // of each source
	counts Counts
	buf    row
}

type popState struct {
	spiking *integer.State
	in      [][]int32 // what arrives in this tick, a channel
	syn     []synState
}

// synState is what a synapse group remembers.
type synState struct {
	sum  []int32   // of this tick, before exponent and range
	ring [][]int32 // sums of coming ticks, when there are delays
	wait int       // ticks that the ring still holds something

	repeat *repeat // of a group that reads the network's input
}

// history is the spikes of the last ticks of a source.
type history struct {
	ticks  []integer.Spikes
	values []int32 // of this tick, when a pool reads them
}

// NewMachine returns a machine before its first tick.
func (p *Program) NewMachine() *Machine {
	m := &Machine{prog: p}
	for _, s := range p.sources {
		h := history{ticks: make([]integer.Spikes, s.depth)}
		if s.dense {
			h.values = make([]int32, s.n)
		}
		m.sent = append(m.sent, h)
	}
	for i := range p.pops {
		m.states = append(m.states, newPopState(&p.pops[i]))
	}
	m.counts = newCounts(p)
	return m
}

func newPopState(p *population) popState {
	st := popState{}
	if p.spiking != nil {
		st.spiking = p.spiking.NewState()
	}
	for range p.channels {
		st.in = append(st.in, make([]int32, p.n))
	}
	for _, s := range p.inputs {
		var y synState
		if repeats(s.rule) && !s.saturating {
			y.repeat = &repeat{}
		}
		if s.summed {
			y.sum = make([]int32, p.n)
		}
		if s.delayed {
			for range s.delays.longest + 1 {
				y.ring = append(y.ring, make([]int32, p.n))
			}
		}
		st.syn = append(st.syn, y)
	}
	return st
}

// Reset puts the machine back to before its first tick; the counts go on.
func (m *Machine) Reset() {
	m.tick = 0
	for i := range m.sent {
		for j := range m.sent[i].ticks {
			m.sent[i].ticks[j].Reset()
		}
	}
	for i := range m.states {
		st := &m.states[i]
		if st.spiking != nil {
			m.prog.pops[i].spiking.Restart(st.spiking)
		}
		for k := range st.syn {
			for _, slot := range st.syn[k].ring {
				clear(slot)
			}
			st.syn[k].wait = 0
		}
	}
}

// Step runs one tick: in is what arrives from outside, indices ascending and
// each at most once. The returned spikes hold until the next tick.
func (m *Machine) Step(in *integer.Spikes) (*integer.Spikes, error) {
	if err := m.take(in); err != nil {
		return nil, err
	}
	for i := range m.prog.pops {
		m.stepPopulation(i)
	}
	m.counts.Ticks++
	out := m.now(m.prog.output)
	m.tick++
	return out, nil
}

// take checks the input of a tick and keeps it.
func (m *Machine) take(in *integer.Spikes) error {
	rule := m.prog.net.Input
	to := m.now(0)
	to.Reset()
	last := int32(-1)
	for k, i := range in.Index {
		v := in.Value[k]
		if i <= last || int(i) >= m.prog.sources[0].n {
			return fmt.Errorf("emulator: tick %d: input element %d after %d of %d; expected ascending indices", m.tick, i, last, m.prog.sources[0].n)
		}
		if v < rule.Min || v > rule.Max {
			return fmt.Errorf("emulator: tick %d: input element %d is %d, outside %d..%d", m.tick, i, v, rule.Min, rule.Max)
		}
		if last = i; v != 0 {
			to.Add(i, v)
		}
	}
	m.counts.Inputs += int64(len(to.Index))
	count(m.counts.Sent[0], to)
	if m.tick == 0 {
		m.counts.Samples++
	}
	m.keepValues(0)
	return nil
}

// now is the spikes of a source in this tick.
func (m *Machine) now(source int) *integer.Spikes {
	h := &m.sent[source]
	return &h.ticks[m.tick%len(h.ticks)]
}

// ago is the spikes of a source some ticks before this one; nil before the first.
func (m *Machine) ago(source, ticks int) *integer.Spikes {
	if ticks > m.tick {
		return nil
	}
	h := &m.sent[source]
	return &h.ticks[(m.tick-ticks)%len(h.ticks)]
}

func (m *Machine) keepValues(source int) {
	values := m.sent[source].values
	if values == nil {
		return
	}
	clear(values)
	s := m.now(source)
	for k, i := range s.Index {
		values[i] = s.Value[k]
	}
}

func (m *Machine) stepPopulation(i int) {
	p, st := &m.prog.pops[i], &m.states[i]
	silent := true
	for k := range p.inputs {
		if m.arrive(&p.inputs[k], &st.syn[k], st) {
			silent = false
		}
	}
	out := m.now(i + 1)
	if p.spiking != nil {
		p.spiking.Step(st.spiking, st.in, silent, out)
	} else {
		p.activation.Step(st.in[0], silent, out)
	}
	for _, in := range st.in {
		clear(in)
	}
	m.keepValues(i + 1)
	m.counts.stepped(i, out, st.spiking, m.tick == 0)
}

// Tick is the number of ticks run since the last reset.
func (m *Machine) Tick() int { return m.tick }

// State is the state of a spiking population, nil for another or an unknown
// one. It changes with the next tick and must not be written to.
func (m *Machine) State(name string) *integer.State {
	for i := range m.prog.pops {
		if m.prog.pops[i].name == name {
			return m.states[i].spiking
		}
	}
	return nil
}

// Sent is what a population sent in the last tick, nil for an unknown one.
func (m *Machine) Sent(name string) *integer.Spikes {
	for i := range m.prog.pops {
		if m.prog.pops[i].name == name && m.tick > 0 {
			h := &m.sent[i+1]
			return &h.ticks[(m.tick-1)%len(h.ticks)]
		}
	}
	return nil
}

// Net is the network that runs.
func (m *Machine) Net() *quant.IntNet { return m.prog.net }
