package generic

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Name is generic.
func (c *Chip) Name() string { return "generic" }

func (c *Chip) limit(name string, value int) chip.Limit {
	return chip.Limit{Name: name, Value: int64(value), Source: c.Label}
}

func (c *Chip) cores() chip.CoreLimits {
	return chip.CoreLimits{
		Cores: c.limit("cores", c.Cores.Count), Neurons: c.limit("neurons a core", c.Cores.Neurons), InAxons: c.limit("input axons a core", c.Cores.InAxons),
		OutAxons: c.limit("output axons a core", c.Cores.OutAxons), SynapseBits: c.limit("bits of synapse memory a core", c.Cores.SynapseBits),
	}
}

// Limits is the table of limits.
func (c *Chip) Limits() []chip.Limit {
	return append(
		c.cores().Table(), c.limit("weight bits", c.Weights.Bits), c.limit("potential bits", c.Potential.Bits),
		c.limit("threshold bits", c.Threshold.Bits), c.limit("spikes a tick", c.MaxSpikes), c.limit("ticks of delay", c.MaxDelay),
	)
}

// Place fills cores in the order of the layers.
func (c *Chip) Place(net *quant.IntNet) (*chip.Placement, error) {
	return chip.PlaceInOrder(net, c.cores(), chip.NewViolations("chip/generic"))
}

// Check reports everything in a network that the description does not allow.
func (c *Chip) Check(net *quant.IntNet) error {
	v := chip.NewViolations("chip/generic")
	for i := range net.Populations {
		p := &net.Populations[i]
		if p.Spiking == nil {
			v.Add(p.Name, "has no spiking neurons", "")
			continue
		}
		c.neuron(v, p.Name, p.Spiking)
	}
	for i := range net.Synapses {
		c.synapses(v, &net.Synapses[i])
	}
	return v.Err()
}

func (c *Chip) neuron(v *chip.Violations, name string, s *quant.Spiking) {
	want := c.LIF(Parameters{})
	chip.Want(v, name, "synaptic currents", len(s.Currents), len(want.Currents), "")
	if len(s.Currents) == 1 && len(want.Currents) == 1 {
		a, b := s.Currents[0], want.Currents[0]
		chip.Want(v, name, "order of the current", a.Order, b.Order, "")
		chip.Want(v, name, "range of the current", a.Range, b.Range, "")
		chip.Want(v, name, "shift of the input", a.Shift, b.Shift, "")
		decays(v, name, "decay of the current", a.Decay, b.Decay)
	}
	decays(v, name, "decay of the potential", s.Leak, want.Leak)
	chip.Want(v, name, "charge", s.Charge, want.Charge, "")
	chip.Want(v, name, "range of the potential", s.Range, want.Range, "")
	chip.Want(v, name, "comparison", s.Fire, want.Fire, "")
	chip.Want(v, name, "spikes a tick", s.MaxSpikes, want.MaxSpikes, "")
	chip.Want(v, name, "refractory period", s.Refractory, 0, "")
	if s.Floor != nil {
		v.Add(name, "has a floor", "")
	}
	v.Within(name, "reset mode", s.Reset, c.reset(), c.reset(), "the chip resets by "+c.Reset)
	v.Within(name, "reset potential", s.ResetTo, 0, 0, "")
	r := quant.Signed(c.Threshold.Bits, quant.Saturate)
	hint := fmt.Sprintf("thresholds and biases have %d bits: scale weights and threshold down", c.Threshold.Bits)
	v.Within(name, "threshold", s.Threshold, r.Min, r.Max, hint)
	v.Within(name, "bias", s.Bias, r.Min, r.Max, hint)
}

func decays(v *chip.Violations, name, what string, got, want quant.Decay) {
	kind := func(d quant.Decay) quant.DecayKind {
		if d.IsNone() {
			return quant.DecayNone
		}
		return d.Kind
	}
	chip.Want(v, name, what, kind(got), kind(want), "")
	if kind(got) == kind(want) {
		chip.Want(v, name, what+", bits", got.Bits, want.Bits, "")
		chip.Want(v, name, what+", rounding", got.Round, want.Round, "")
	}
}

func (c *Chip) synapses(v *chip.Violations, s *quant.Synapses) {
	r := quant.Signed(c.Weights.Bits, quant.Saturate)
	if w := s.Weights(); w != nil {
		v.Within(s.Name, "weight", *w, r.Min, r.Max, fmt.Sprintf("weights have %d bits", c.Weights.Bits))
	}
	longest := int32(max(0, s.Latency-1))
	for _, d := range s.Delay.Ticks.Data {
		longest = max(longest, d+int32(max(0, s.Latency-1)))
	}
	v.Most(s.Name, int64(longest), c.limit("ticks of delay", c.MaxDelay), "")
}
