package lava

import (
	"fmt"
	"sort"

	"github.com/snntrain/snntrain/quant"
)

// clock is neurons that fire once, so that their spikes arrive in one tick.
type clock struct {
	arrive  int
	readers []clockReader
}

// clockReader is a population and what arrives at each of its neurons.
type clockReader struct {
	population string
	amount     []int32 // even
}

// mostStrength is the weight of one clock neuron.
const mostStrength = 254

// at notes that amounts arrive at a population in a tick.
func (l *timed) at(tick int, population string, amount []int32) {
	any := false
	for _, a := range amount {
		any = any || a != 0
	}
	if !any {
		return
	}
	c := l.clocks[tick]
	if c == nil {
		c = &clock{arrive: tick}
		l.clocks[tick] = c
	}
	for i := range c.readers {
		if r := &c.readers[i]; r.population == population {
			for k, a := range amount {
				r.amount[k] += a
			}
			return
		}
	}
	c.readers = append(c.readers, clockReader{population, append([]int32(nil), amount...)})
}

// addClocks puts the clocks before all other populations, in the order of time.
func (l *timed) addClocks() {
	var ticks []int
	for t := range l.clocks {
		ticks = append(ticks, t)
	}
	sort.Ints(ticks)
	for _, t := range ticks {
		l.clock(l.clocks[t])
	}
}

// clock adds a clock: as many neurons as the largest amount takes.
func (l *timed) clock(c *clock) {
	n, name := 1, fmt.Sprintf("clock.%d", c.arrive)
	for _, r := range c.readers {
		n = max(n, strength(r.amount))
	}
	for _, r := range c.readers {
		if !exact(r.split(n)) {
			n++ // one more neuron makes weights of both signs
			break
		}
	}
	rule := LIF(0, 0, int32(c.arrive-1), quant.Scalar(1<<scaleBits)) // v = t + 1 after tick t
	hold := make([]int32, n*n)
	for i := range hold {
		hold[i] = -6 // u of −6 a neuron against the bias of 1; −2 is loaded as −255/128
	}
	net := l.out.Net
	net.Populations = append(net.Populations, quant.Population{Name: name, Shape: []int{n}, Spiking: rule})
	l.synapses(quant.Synapses{Name: name + ".hold", From: name, To: name, Dense: &quant.Dense{Weight: quant.NewTensor(hold, n, n)}})
	for _, r := range c.readers {
		w := r.split(n)
		if !exact(w) {
			w = r.mixed(n)
		}
		l.synapses(quant.Synapses{Name: name + "." + r.population, From: name, To: r.population, Dense: &quant.Dense{Weight: quant.NewTensor(w, len(r.amount), n)}})
	}
}

// exact says that Lava loads a dense matrix as it is.
func exact(w []int32) bool {
	_, _, same := quant.LavaWeights(w)
	return same
}

// split shares amounts out among n clock neurons, [out, n].
func (r clockReader) split(n int) []int32 {
	w := make([]int32, len(r.amount)*n)
	for i, a := range r.amount {
		for k := range n {
			part := max(-mostStrength, min(mostStrength, a))
			w[i*n+k], a = part, a-part
		}
	}
	return w
}

// mixed is split with weights of both signs, for which n has room.
func (r clockReader) mixed(n int) []int32 {
	sign := int32(2)
	for _, a := range r.amount {
		if a > 0 {
			sign = -2
		}
	}
	w := r.split(n)
	for i := range r.amount {
		w[i*n] -= sign
		w[i*n+n-1] += sign
	}
	return w
}

// strength is the number of clock neurons that the largest amount takes.
func strength(amount []int32) int {
	most := int32(0)
	for _, a := range amount {
		most = max(most, a, -a)
	}
	return int(most+mostStrength-1) / mostStrength
}

// synapses adds a group with what all of them share.
func (l *timed) synapses(s quant.Synapses) {
	s.Latency, s.Bits = 1, quant.Range{Min: l.grid.Min, Max: l.grid.Max}.Bits()
	if s.Conv != nil {
		sum := sum24()
		s.Range = &sum
	}
	l.out.Net.Synapses = append(l.out.Net.Synapses, s)
}
