package lava

import (
	"fmt"
	"math"
	"slices"
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

// mostStrength is the weight of one clock neuron, before the exponent.
const mostStrength = 254

// at notes that amounts arrive at a population in a tick.
func (l *timed) at(tick int, population string, amount []int32) {
	if r := (clockReader{amount: amount}); !r.any() {
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

// clock adds a clock: as many neurons as the largest part of an amount takes.
func (l *timed) clock(c *clock) {
	n, name := 1, fmt.Sprintf("clock.%d", c.arrive)
	var parts []clockPart
	for _, r := range c.readers {
		parts = append(parts, r.parts()...)
	}
	for i := range parts {
		n = max(n, parts[i].neurons())
	}
	rule := LIF(0, 0, int32(c.arrive-1), quant.Scalar(1<<scaleBits)) // v = t + 1 after tick t
	hold := make([]int32, n*n)
	for i := range hold {
		hold[i] = -6 // u of −6 a neuron against the bias of 1; −2 is loaded as −255/128
	}
	net := l.out.Net
	net.Populations = append(net.Populations, quant.Population{Name: name, Shape: []int{n}, Spiking: rule})
	l.synapses(quant.Synapses{Name: name + ".hold", From: name, To: name, Dense: &quant.Dense{Weight: quant.NewTensor(hold, n, n)}})
	for _, p := range parts {
		group := name + "." + p.population
		if p.exponent > 0 {
			group += ".high"
		}
		l.synapses(quant.Synapses{
			Name: group, From: name, To: p.population, Exponent: p.exponent,
			Dense: &quant.Dense{Weight: quant.NewTensor(p.weights(n), len(p.amount), n)},
		})
	}
}

// clockPart is the amounts of a reader that one group of synapses brings, over 2^exponent.
type clockPart struct {
	clockReader
	exponent int
}

// parts are the amounts in high and low digits: the least exponent for which a
// weight holds the high ones is taken, and the greatest where none does.
func (r clockReader) parts() []clockPart {
	e := 0
	for e < mostExponent && strength(r.amount) > 1<<e {
		e++
	}
	high, low := clockPart{clockReader{population: r.population}, e}, clockPart{clockReader{population: r.population}, 0}
	for _, a := range r.amount {
		part := 2 * int32(math.Round(float64(a)/float64(int(2)<<e)))
		high.amount, low.amount = append(high.amount, part), append(low.amount, a-part<<e)
	}
	if e == 0 || !low.any() {
		return []clockPart{high}
	}
	return []clockPart{high, low}
}

func (r clockReader) any() bool {
	return slices.ContainsFunc(r.amount, func(a int32) bool { return a != 0 })
}

// neurons is the number of clock neurons that a part takes: one more where that makes weights of both signs.
func (p clockPart) neurons() int {
	n := max(1, strength(p.amount))
	if !exact(p.split(n)) {
		n++
	}
	return n
}

// weights shares a part out among n clock neurons, as Lava loads it.
func (p clockPart) weights(n int) []int32 {
	if w := p.split(n); exact(w) {
		return w
	}
	return p.mixed(n)
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

// mixed is split of amounts that are not positive, with weights of both signs:
// the last neuron, for which n has room, sends one target 2 too much and the first 2 too little.
func (r clockReader) mixed(n int) []int32 {
	w := r.split(n)
	for i, a := range r.amount {
		if a < 0 {
			w[i*n] -= 2
			w[i*n+n-1] += 2
			break
		}
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
