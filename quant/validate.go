package quant

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
)

// Validate reports everything that makes the network no network: names,
// shapes, ranges, delays, and sums that could leave 32 bits.
func (n *IntNet) Validate() error {
	v := &validator{net: n, order: map[string]int{InputName: -1}}
	v.input()
	for i := range n.Populations {
		v.population(i)
	}
	names := map[string]bool{}
	for i := range n.Synapses {
		s := &n.Synapses[i]
		if names[s.Name] {
			v.add("synapses", s.Name, fmt.Errorf("the name is used twice"))
		}
		names[s.Name] = true
		v.add("synapses", s.Name, v.synapses(s))
	}
	if n.Find(n.Output) == nil {
		v.add("output", n.Output, fmt.Errorf("names no population"))
	}
	if v.faults.Len() == 0 {
		v.bounds()
	}
	return v.faults.Err()
}

type validator struct {
	net    *IntNet
	order  map[string]int
	faults fault.List
}

func (v *validator) add(what, name string, err error) {
	if err != nil {
		v.faults.Add(fault.Fault{Pkg: "quant", Subject: fmt.Sprintf("%s %q", what, name), Fact: err.Error()})
	}
}

// maxNeurons bounds a population, and so what a file can make a reader allocate.
const maxNeurons = 1 << 24

func checkShape(shape []int) error {
	if n := Len(shape); len(shape) == 0 || n < 1 || n > maxNeurons {
		return fmt.Errorf("shape %v; expected 1 to %d neurons", shape, maxNeurons)
	}
	return nil
}

func (v *validator) input() {
	in := v.net.Input
	v.add("network", InputName, checkShape(in.Shape))
	if in.Min > in.Max {
		v.add("network", InputName, fmt.Errorf("range %d..%d is empty", in.Min, in.Max))
	}
	if in.Scale < 0 || math.IsInf(in.Scale, 0) || math.IsNaN(in.Scale) {
		v.add("network", InputName, fmt.Errorf("scale %v; expected a positive number, or 0 for none", in.Scale))
	}
}

func (v *validator) population(i int) {
	p := &v.net.Populations[i]
	if _, dup := v.order[p.Name]; dup || p.Name == "" {
		v.add("population", p.Name, fmt.Errorf("the name is empty or used twice"))
	}
	v.order[p.Name] = i
	if err := checkShape(p.Shape); err != nil {
		v.add("population", p.Name, err)
		return
	}
	switch {
	case (p.Spiking == nil) == (p.Activation == nil):
		v.add("population", p.Name, fmt.Errorf("expected exactly one rule, spiking or activation"))
	case p.Spiking != nil:
		v.add("population", p.Name, p.Spiking.validate(p.Shape))
	default:
		v.add("population", p.Name, p.Activation.validate(p.Shape))
	}
}

func (v *validator) synapses(s *Synapses) error {
	from, to := v.net.SourceShape(s.From), v.net.Find(s.To)
	if from == nil || to == nil {
		return fmt.Errorf("join %q to %q: no such population", s.From, s.To)
	}
	if checkShape(from) != nil || checkShape(to.Shape) != nil {
		return nil // reported with the population
	}
	if s.Latency < 0 || s.Latency > MaxDelay {
		return fmt.Errorf("latency %d is outside 0..%d", s.Latency, MaxDelay)
	}
	if s.Latency == 0 && v.order[s.From] >= v.order[s.To] {
		return fmt.Errorf("latency 0 from %q, which is not updated before %q; use 1", s.From, s.To)
	}
	if s.Exponent < -16 || s.Exponent > 16 {
		return fmt.Errorf("exponent %d is outside -16..16", s.Exponent)
	}
	if s.Range != nil {
		if err := s.Range.validate(); err != nil {
			return err
		}
	}
	if err := s.validateCurrent(to); err != nil {
		return err
	}
	if err := s.validateConnection(from, to.Shape); err != nil {
		return err
	}
	return s.Delay.validate(s, from, to.Shape)
}

func (s *Synapses) validateCurrent(to *Population) error {
	channels := 1
	if to.Spiking != nil {
		channels = max(1, len(to.Spiking.Currents))
		if s.Current >= 0 && s.Current < len(to.Spiking.Currents) && to.Spiking.Currents[s.Current].EachEvent {
			if s.Exponent != 0 || s.Range != nil || s.Delay.Per != "" || s.Pool != nil {
				return fmt.Errorf("enter a current with each_event: no exponent, range, delays or pool are possible")
			}
		}
	}
	if s.Current < 0 || s.Current >= channels {
		return fmt.Errorf("current %d; population %q has %d", s.Current, to.Name, channels)
	}
	return nil
}

func (d Delay) validate(s *Synapses, from, to []int) error {
	var want int
	switch d.Per {
	case "":
		if !d.Ticks.IsZero() {
			return fmt.Errorf("delays without saying per what")
		}
		return nil
	case DelayAll:
		want = 1
	case DelaySource:
		want = Len(from)
	case DelayTarget:
		want = Len(to)
	case DelaySynapse:
		switch {
		case s.Dense != nil:
			want = s.Dense.Weight.Len()
		case s.Sparse != nil:
			want = s.Sparse.Weight.Len()
		default:
			return fmt.Errorf("a delay per synapse needs dense or sparse synapses")
		}
	default:
		return fmt.Errorf("delay per %q is unknown; known: %s, %s, %s, %s", d.Per, DelayAll, DelaySource, DelayTarget, DelaySynapse)
	}
	if s.Pool != nil {
		return fmt.Errorf("pooling has no delays")
	}
	if len(d.Ticks.Data) != want || d.Ticks.Len() != want {
		return fmt.Errorf("%d delays per %s; expected %d", len(d.Ticks.Data), d.Per, want)
	}
	return d.Ticks.within("delay", Range{Min: 0, Max: MaxDelay})
}

// bounds checks that no sum of a tick can leave 32 bits: Σ|w|·max|x| of every
// neuron over all its synapses, shifted as they shift.
func (v *validator) bounds() {
	total := map[string]int64{}
	for i := range v.net.Synapses {
		s := &v.net.Synapses[i]
		bound := s.FanInWeight(v.net.SourceShape(s.From), v.net.Find(s.To).Shape)
		limit := int64(math.MaxInt32)
		if m := v.net.MaxValue(s.From); bound > limit/max(m, 1) {
			bound = limit + 1
		} else {
			bound *= m
		}
		bound = Shift(min(bound, limit+1), max(s.Exponent, 0))
		if s.Range != nil && bound <= limit {
			bound = max(int64(s.Range.Max), -int64(s.Range.Min))
		}
		total[s.To] = min(total[s.To]+bound, limit+1)
		if p := v.net.Find(s.To).Spiking; p != nil && len(p.Currents) > s.Current && p.Currents[s.Current].EachEvent {
			total[s.To] -= bound // held in its register after every addition
			bound = s.maxWeight()
		}
		if bound > limit {
			v.add("synapses", s.Name, fmt.Errorf("the sum of a tick can leave 32 bits; lower the weights, the exponent or the input range"))
		}
	}
	for _, p := range v.net.Populations {
		if total[p.Name] > math.MaxInt32 {
			v.add("population", p.Name, fmt.Errorf("what arrives in a tick can leave 32 bits; lower weights or fan-in"))
		}
	}
}

// MaxValue is the greatest magnitude that a source can send in a tick.
func (n *IntNet) MaxValue(source string) int64 {
	if source == InputName {
		return max(int64(n.Input.Max), -int64(n.Input.Min))
	}
	p := n.Find(source)
	if a := p.Activation; a != nil {
		if a.Levels != nil {
			return int64(1)<<a.Levels.Bits - 1
		}
		if r := a.Requantize; r != nil {
			return max(int64(r.Max), -int64(r.Min))
		}
		return max(int64(a.Range.Max), -int64(a.Range.Min))
	}
	if p.Spiking.MaxSpikes > 0 {
		return int64(p.Spiking.MaxSpikes)
	}
	lowest := int64(math.MaxInt32)
	for _, t := range p.Spiking.Threshold.Data {
		lowest = min(lowest, int64(t))
	}
	return int64(p.Spiking.Range.Max)/max(lowest, 1) + 1
}
