package emulator

import (
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// arrive brings what arrives through a synapse group in this tick to its
// target and reports whether anything did.
func (m *Machine) arrive(s *synapses, y *synState, st *popState) bool {
	if s.pool != nil {
		s.pool.add(st.in[s.channel], m.sent[s.from].values)
		return true
	}
	spikes := m.ago(s.from, s.latency)
	busy := spikes != nil && len(spikes.Index) > 0
	if busy {
		m.counts.arrived(s, spikes)
	}
	switch {
	case s.delayed:
		if busy {
			m.schedule(s, y, spikes)
		}
		return m.due(s, y, st)
	case !busy:
		return false
	case s.saturating:
		m.saturate(s, st.spiking.I[s.channel], spikes)
	case s.summed:
		s.add(y, y.sum, spikes)
		s.deliver(st.in[s.channel], y.sum)
	default:
		s.add(y, st.in[s.channel], spikes)
	}
	return true
}

// add adds weight × value of every spike to dst.
func (s *synapses) add(y *synState, dst []int32, spikes *integer.Spikes) {
	if y.repeat != nil {
		y.repeat.add(s.conn, dst, spikes)
		return
	}
	s.conn.add(dst, spikes)
}

// saturate adds the weights one by one, the register's range holding after
// each. A spike counted c times adds c·w: the same, as all go one way.
func (m *Machine) saturate(s *synapses, current []int32, spikes *integer.Spikes) {
	r := s.register
	for k, src := range spikes.Index {
		targets, weights := s.conn.row(src, &m.buf)
		value := int64(spikes.Value[k])
		for j, w := range weights {
			t := int32(j)
			if targets != nil {
				t = targets[j]
			}
			current[t] = r.Apply(int64(current[t]) + int64(w)*value)
		}
	}
}

// schedule adds weights to the sums of the ticks in which they act.
func (m *Machine) schedule(s *synapses, y *synState, spikes *integer.Spikes) {
	y.wait = len(y.ring)
	for k, src := range spikes.Index {
		targets, weights := s.conn.row(src, &m.buf)
		for j, w := range weights {
			t := int32(j)
			if targets != nil {
				t = targets[j]
			}
			slot := (m.tick + int(s.delays.of(src, j, t))) % len(y.ring)
			y.ring[slot][t] += w * spikes.Value[k]
		}
	}
}

// due delivers what was scheduled for this tick.
func (m *Machine) due(s *synapses, y *synState, st *popState) bool {
	if y.wait == 0 {
		return false
	}
	y.wait--
	s.deliver(st.in[s.channel], y.ring[m.tick%len(y.ring)])
	return true
}

// deliver applies exponent and range to sums, adds them to dst and clears them.
func (s *synapses) deliver(dst, sums []int32) {
	exponent, r := s.rule.Exponent, quant.Full()
	if s.rule.Range != nil {
		r = *s.rule.Range
	}
	for n, v := range sums {
		if v != 0 {
			dst[n] += r.Apply(quant.Shift(int64(v), exponent))
			sums[n] = 0
		}
	}
}
