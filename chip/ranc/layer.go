package ranc

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// layer is neurons of a network that read one source.
type layer struct {
	index  int
	pop    *quant.Population
	fan    *fan
	code   code
	order  []int // of the neurons on cores
	source int32 // group that it reads, −1 = the input
	tick   int32 // destination tick of what it reads
	split  *split
	extra  int // ticks that it acts later than in the network
	buf    []tap
	own    []Neuron
}

// newLayer checks what a layer asks for.
func newLayer(index int, p *quant.Population, s *quant.Synapses, from []int, v *chip.Violations) *layer {
	checkNeuron(v, p.Name, p.Spiking)
	if s.Exponent != 0 || s.Range != nil || s.Delay.Per != "" {
		v.Add(s.Name, "has an exponent, a range or delays of its own", "set the latency of the layer")
	}
	if index == 0 {
		chip.Want(v, s.Name, "latency", s.Latency, 0, "input packets act in the tick they enter for")
	} else {
		if s.Latency < 1 {
			v.Add(s.Name, "latency is 0, the target needs at least 1 tick a layer", "")
		}
		v.Most(s.Name, int64(s.Latency), limitDelay, "")
	}
	lo, hi := s.WeightRange()
	v.Most(s.Name, max(int64(hi), -int64(lo)-1), limitWeight, "")
	if v.Len() > 0 {
		return nil
	}
	l := &layer{index: index, pop: p, fan: newFan(s, from, p.Shape), tick: int32(max(s.Latency-1, 0))}
	l.code = newCode(l.fan)
	l.order = l.fan.order(l.code.lines())
	return l
}

// axons is the most axons that a neuron connects.
func (l *layer) axons() int {
	most := 0
	var buf []pin
	for n := range l.pop.N() {
		buf = l.pins(n, buf)
		most = max(most, len(buf))
	}
	return most
}

// pins is the axons that a neuron connects.
func (l *layer) pins(n int, buf []pin) []pin {
	l.buf = l.fan.taps(n, l.buf)
	buf = buf[:0]
	for k := range l.code.values {
		for _, t := range l.buf {
			for c := range l.code.digit(n, k, t.weight) {
				buf = append(buf, pin{signal: t.source, source: l.source, kind: int32(k), copy: c, tick: l.tick})
			}
		}
	}
	return buf
}

// neurons are the layer's neurons without weights and routes. What acts later
// starts as many biases lower, so that it is where the network's is when its input comes.
func (l *layer) neurons() []Neuron {
	s, shape := l.pop.Spiking, l.pop.Shape
	theta, bias, floor := s.Threshold.Spread(shape), s.Bias.Spread(shape), s.Floor.At.Spread(shape)
	reset, to, initial := s.Reset.Spread(shape), s.ResetTo.Spread(shape), s.Initial.Spread(shape)
	out := make([]Neuron, l.pop.N())
	for n := range out {
		out[n] = Neuron{
			ResetPotential: to[n], Leak: bias[n], PositiveThreshold: theta[n], NegativeThreshold: floor[n],
			Potential: initial[n] - int32(l.extra)*bias[n], ResetMode: reset[n],
		}
	}
	return out
}

// checkWaiting reports neurons that would fire or meet their floor while they wait for their first input.
func (l *layer) checkWaiting(v *chip.Violations) {
	also := l.pop.Spiking.Floor.Also
	for n, own := range l.own {
		for i := range l.extra {
			p := own.Potential + int32(i+1)*own.Leak
			if p >= own.PositiveThreshold || p < own.NegativeThreshold || also && p == own.NegativeThreshold {
				v.Add(l.pop.Name, fmt.Sprintf("neuron %d, with bias %d, fires or meets its floor in the %d ticks before the split sums arrive", n, own.Leak, l.extra), "use a smaller bias or a lower floor")
				return
			}
		}
	}
}

// group is the layer's neurons, which read their sources directly.
func (l *layer) group() *group {
	return &group{
		layer: l.index, count: l.pop.N(), order: l.order, neuron: func(u int) int { return u }, pins: l.pins,
		make: func(u int) Neuron {
			n := l.own[u]
			n.Weights = l.code.weights(u)
			return n
		},
	}
}
