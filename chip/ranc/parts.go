package ranc

import (
	"math"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// A layer whose fan-in is too large for exact sums (split) is summed in parts by
// rates. The sources are dealt to C parts. Of each part and each neuron n, one
// further neuron sums the positive weights and one the magnitudes of the negative ones:
//
//	V ← V + Σ|w|·s,  a spike at V ≥ q_n that subtracts q_n,  V(0) = ⌊q_n / 2⌋
//
// and n adds q_n for a spike of the first, −q_n for one of the second, a tick
// later. What arrived and what was sent differ by what the 2C potentials hold,
// less than q_n each as long as no more than a spike a tick is due. Signs must be
// apart: a neuron that had sent for a rise could not take it back for a fall.
//
// q_n is the smallest for which no part of n is due more than share of a spike a
// tick in any of the samples, so nothing piles up.
const share = 0.8

// Wide implements chip.Summing.
func (t *Target) Wide(net *quant.IntNet) []string {
	var out []string
	for i := range net.Populations {
		if l := wide(net, i); l != nil {
			out = append(out, l.fan.syn.From)
		}
	}
	return out
}

// wide is the layer of a population whose sums fit cores in parts only, nil
// where they do without, or where the layer has other faults.
func wide(net *quant.IntNet, i int) *layer {
	p := &net.Populations[i]
	in := net.Into(p.Name)
	if p.Spiking == nil || len(in) != 1 || in[0].Pool != nil || net.SourceShape(in[0].From) == nil {
		return nil
	}
	l := newLayer(i, p, in[0], net.SourceShape(in[0].From), chip.NewViolations("chip/ranc"))
	if l == nil || l.axons() <= coreAxons || smallest(l) != nil {
		return nil
	}
	return l
}

// InParts implements chip.Summing.
func (t *Target) InParts(net *quant.IntNet, rates chip.Rates) (*quant.IntNet, []chip.Parts, error) {
	v := chip.NewViolations("chip/ranc")
	out := &quant.IntNet{Input: net.Input, Output: net.Output, Dt: net.Dt}
	var said []chip.Parts
	for i := range net.Populations {
		p := net.Populations[i]
		if l := wide(net, i); l == nil {
			for _, s := range net.Into(p.Name) {
				out.Synapses = append(out.Synapses, *s)
			}
		} else if d := newDeal(l); d.weigh(rates[l.fan.syn.From]) {
			d.add(out)
			said = append(said, d.said())
		} else {
			v.Most(p.Name, int64(d.parts), limitParts(d.most), "use fewer inputs, a smaller kernel or weights of fewer bits")
		}
		p.Spiking = later(&p, len(said))
		out.Populations = append(out.Populations, p)
	}
	return out, said, v.Err()
}

// limitParts is how many parts there can be: a summing neuron reads two axons of each.
func limitParts(most int) chip.Limit {
	return chip.Limit{Name: "parts of a neuron's sources", Value: int64(most), Source: merolla}
}

// later is the rule of neurons whose input comes some ticks later: they start as many biases lower.
func later(p *quant.Population, ticks int) *quant.Spiking {
	if p.Spiking == nil || p.Spiking.Bias.IsZero() || ticks == 0 {
		return p.Spiking
	}
	s := *p.Spiking
	start, bias := s.Initial.Spread(p.Shape), s.Bias.Spread(p.Shape)
	for n := range start {
		start[n] -= int32(ticks) * bias[n]
	}
	s.Initial = quant.NewTensor(start, len(start))
	return &s
}

// deal is the sources of a layer dealt to parts.
type deal struct {
	layer *layer
	parts int
	of    func(source int32) int // the part of a source
	most  int                    // parts that can be
	theta []int32                // q of each neuron
}

// newDeal finds the least number of parts whose sources fit a core.
func newDeal(l *layer) *deal {
	d := &deal{layer: l}
	held, sources := coreAxons/linesOfParts(l), quant.Len(l.fan.from) // held: sources of a core
	if k := l.fan.syn.Conv; k != nil {                                // channels are dealt, so that neighbors share a part's sources
		place := l.fan.from[1] * l.fan.from[2]
		sources = l.fan.from[0] / k.Groups
		held /= k.Weight.Shape[2] * k.Weight.Shape[3]
		d.of = func(s int32) int { return int(s) / place % sources % d.parts }
	} else { // neighbors are dealt to different parts, so that all get a like share of a sample
		d.of = func(s int32) int { return int(s) % d.parts }
	}
	d.most = min(sources, coreAxons/2)
	if d.parts = d.most + 1; held > 0 {
		d.parts = (sources + held - 1) / held
	}
	return d
}

// linesOfParts is the axons that a source needs at the parts of a layer.
func linesOfParts(l *layer) int {
	w := weightsOf(l.fan.syn)
	magnitudes := make([]int32, len(w))
	for i, v := range w {
		magnitudes[i] = max(v, -v)
	}
	c := positionalOf(magnitudes)
	return c.lines()
}

// weigh finds what a spike of each neuron's parts stands for, in more parts
// where that would be beyond a weight, and reports whether it can.
func (d *deal) weigh(rates [][]float32) bool {
	for d.parts <= d.most {
		d.theta = make([]int32, d.layer.pop.N())
		for n := range d.theta {
			d.theta[n] = d.quantum(n, rates)
		}
		if int64(slices.Max(d.theta)) <= limitWeight.Value {
			return true
		}
		d.parts += (d.parts + 1) / 2
	}
	return false
}

// quantum is q of neuron n.
func (d *deal) quantum(n int, rates [][]float32) int32 {
	taps := d.layer.fan.taps(n, nil)
	due, bound := make([]float64, 2*d.parts), make([]int32, 2*d.parts)
	for _, t := range taps {
		bound[d.side(t)] += max(t.weight, -t.weight)
	}
	most, certain := 0.0, int32(1)
	for _, r := range rates {
		clear(due)
		for _, t := range taps {
			due[d.side(t)] += math.Abs(float64(t.weight)) * float64(r[t.source])
		}
		for _, x := range due {
			most = max(most, x)
		}
	}
	for _, b := range bound {
		certain = max(certain, b) // more than a spike a tick cannot be due
	}
	return max(min(int32(math.Ceil(most/share)), certain), 1)
}

// side is the part of a tap, those of negative weights after the others.
func (d *deal) side(t tap) int {
	if t.weight < 0 {
		return d.parts + d.of(t.source)
	}
	return d.of(t.source)
}

// said tells what was done.
func (d *deal) said() chip.Parts {
	p := chip.Parts{Layer: d.layer.pop.Name, Parts: d.parts, Least: d.theta[0], Most: d.theta[0]}
	for _, q := range d.theta {
		p.Least, p.Most = min(p.Least, q), max(p.Most, q)
	}
	return p
}

// add appends the neurons of the parts, and the synapses to and from them.
func (d *deal) add(net *quant.IntNet) {
	l, s := d.layer, d.layer.fan.syn
	in, sum, theta := d.neurons()
	half := make([]int32, len(theta))
	for i, q := range theta {
		half[i] = q / 2
	}
	rule := LIF(0, 0, lowest, quant.ResetSubtract)
	rule.Bias, rule.Threshold, rule.Initial = quant.Tensor{}, quant.Vector(theta...), quant.Vector(half...)
	rule.Floor.Also = l.pop.Spiking.Floor.Also
	name := l.pop.Name + ".parts"
	net.Populations = append(net.Populations, quant.Population{Name: name, Shape: []int{len(theta)}, Spiking: rule})
	net.Synapses = append(net.Synapses,
		quant.Synapses{Name: s.Name, From: s.From, To: name, Latency: s.Latency, Bits: s.Bits, Sparse: in.sparse()},
		quant.Synapses{Name: s.Name + ".sum", From: name, To: l.pop.Name, Latency: 1, Sparse: sum.sparse()},
	)
}

// neurons numbers the neurons of the parts, those that share sources next to
// each other: synapses to and from them, and their thresholds.
func (d *deal) neurons() (in, sum lists, theta []int32) {
	l := d.layer
	order, in := l.fan.order(linesOfParts(l)), make(lists, quant.Len(l.fan.from))
	number := make([]int32, 2*d.parts*len(order)) // of [neuron][side], from 1; 0 = none
	var buf []tap
	for c := range d.parts {
		for _, n := range order {
			buf = l.fan.taps(n, buf)
			for _, t := range buf {
				if t.weight == 0 || d.of(t.source) != c {
					continue
				}
				at, q := n*2*d.parts+d.side(t), d.theta[n]
				if number[at] == 0 {
					theta, sum = append(theta, q), append(sum, synapsesOf{})
					number[at] = int32(len(theta))
					if t.weight < 0 {
						q = -q
					}
					sum.add(number[at]-1, int32(n), q)
				}
				in.add(t.source, number[at]-1, max(t.weight, -t.weight))
			}
		}
	}
	return in, sum, theta
}

// lists are the synapses of each source.
type lists []synapsesOf

type synapsesOf struct{ target, weight []int32 }

func (l lists) add(source, target, weight int32) {
	one := &l[source]
	one.target, one.weight = append(one.target, target), append(one.weight, weight)
}

func (l lists) sparse() *quant.Sparse {
	s := &quant.Sparse{Start: quant.Vector(0)}
	for _, one := range l {
		s.Target.Data, s.Weight.Data = append(s.Target.Data, one.target...), append(s.Weight.Data, one.weight...)
		s.Start.Data = append(s.Start.Data, int32(len(s.Target.Data)))
	}
	s.Start.Shape, s.Target.Shape, s.Weight.Shape = []int{len(s.Start.Data)}, []int{len(s.Target.Data)}, []int{len(s.Target.Data)}
	return s
}

var _ chip.Summing = (*Target)(nil)
