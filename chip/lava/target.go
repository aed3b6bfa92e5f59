package lava

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Target is Loihi 1 or 2 in Lava's fixed-point arithmetic.
type Target struct {
	revision int
}

// Loihi1 and Loihi2 differ in the size of their cores.
func Loihi1() *Target { return &Target{revision: 1} }

// Loihi2 is the target of the second generation.
func Loihi2() *Target { return &Target{revision: 2} }

// Name is lava for Loihi 2 and lava-loihi1 for Loihi 1.
func (t *Target) Name() string {
	if t.revision == 1 {
		return "lava-loihi1"
	}
	return "lava"
}

const davies = "Davies 2018"

// cores are the limits of cores. Loihi 2 has no published figures for axons;
// its synapse memory is the 192 KB of a core.
func (t *Target) cores() chip.CoreLimits {
	if t.revision == 1 {
		return chip.CoreLimits{
			Cores:       chip.Limit{Name: "cores", Value: 128, Source: davies},
			Neurons:     chip.Limit{Name: "neurons a core", Value: 1024, Source: davies},
			InAxons:     chip.Limit{Name: "input axons a core", Value: 4096, Source: davies},
			OutAxons:    chip.Limit{Name: "output axons a core", Value: 4096, Source: davies},
			SynapseBits: chip.Limit{Name: "bits of synapse memory a core", Value: 16384 * 64, Source: davies},
		}
	}
	const brief = "Loihi 2 technology brief"
	return chip.CoreLimits{
		Cores:       chip.Limit{Name: "cores", Value: 128, Source: brief},
		Neurons:     chip.Limit{Name: "neurons a core", Value: 8192, Source: brief},
		SynapseBits: chip.Limit{Name: "bits of synapse memory a core", Value: 192 * 1024 * 8, Source: brief},
	}
}

// Limits of parameters, of both generations.
var (
	limitDecay     = chip.Limit{Name: "decay (12 bits)", Value: 1 << decayBits, Source: davies}
	limitThreshold = chip.Limit{Name: "threshold mantissa (17 bits)", Value: 1<<17 - 1, Source: davies}
	limitBias      = chip.Limit{Name: "bias mantissa (13 bits, signed)", Value: 1<<12 - 1, Source: "lava lif"}
	limitDelay     = chip.Limit{Name: "ticks of delay", Value: maxDelay, Source: davies}
	limitWeight    = chip.Limit{Name: "weight", Value: 254, Source: "lava-dl netx"}
)

// Limits is the table of limits.
func (t *Target) Limits() []chip.Limit {
	return append(t.cores().Table(), limitDecay, limitThreshold, limitBias, limitDelay, limitWeight)
}

// Place fills cores in the order of the layers, every synapse stored on its own.
func (t *Target) Place(net *quant.IntNet) (*chip.Placement, error) {
	return chip.PlaceInOrder(net, t.cores(), chip.NewViolations("chip/lava"))
}

// Check reports everything that Lava's LIF and its synapses cannot hold.
func (t *Target) Check(net *quant.IntNet) error {
	v := chip.NewViolations("chip/lava")
	for i := range net.Populations {
		p := &net.Populations[i]
		if p.Spiking == nil {
			v.Add(p.Name, "has no spiking neurons", "train a spiking network")
			continue
		}
		checkNeuron(v, p.Name, p.Spiking)
	}
	for i := range net.Synapses {
		checkSynapses(v, &net.Synapses[i])
	}
	return v.Err()
}

func checkNeuron(v *chip.Violations, name string, s *quant.Spiking) {
	want := LIF(0, 0, 0, quant.Tensor{})
	if len(s.Currents) != 1 {
		v.Add(name, fmt.Sprintf("%d synaptic currents, the target has 1", len(s.Currents)), "use a CUBA or LIF neuron")
	} else {
		c := s.Currents[0]
		chip.Want(v, name, "order of the current", c.Order, quant.DecayAdd, "")
		chip.Want(v, name, "range of the current", c.Range, current(), "")
		chip.Want(v, name, "shift of the input", c.Shift, scaleBits, "scale the weights by 2^-6")
		checkDecay(v, name, "current decay", c.Decay)
	}
	checkDecay(v, name, "voltage decay", s.Leak)
	chip.Want(v, name, "charge", s.Charge, want.Charge, "")
	chip.Want(v, name, "range of the potential", s.Range, want.Range, "")
	chip.Want(v, name, "comparison", s.Fire, want.Fire, "lower the threshold by one")
	chip.Want(v, name, "spikes a tick", s.MaxSpikes, 1, "")
	chip.Want(v, name, "refractory period", s.Refractory, 0, "Lava's LIF has none")
	v.Within(name, "reset mode", s.Reset, quant.ResetValue, quant.ResetValue, "soft reset is not possible: train with a reset to zero")
	v.Within(name, "reset potential", s.ResetTo, 0, 0, "")
	v.Within(name, "initial potential", s.Initial, 0, 0, "")
	if s.Floor != nil {
		v.Add(name, "has a floor", "Lava's potential has none")
	}
	if len(s.Threshold.Data) != 1 {
		v.Add(name, fmt.Sprintf("%d thresholds", len(s.Threshold.Data)), "one a layer is possible")
	}
	v.Multiple(name, "threshold", s.Threshold, 1<<scaleBits, "")
	v.Within(name, limitThreshold.Name, shifted(s.Threshold), 0, int32(limitThreshold.Value), "scale weights and threshold down")
	v.Multiple(name, "bias", s.Bias, 1<<scaleBits, "")
	v.Within(name, limitBias.Name, shifted(s.Bias), -1<<12, int32(limitBias.Value), "scale weights and threshold down")
}

// shifted are mantissas: values without their 6 low bits.
func shifted(t quant.Tensor) quant.Tensor {
	out := quant.Tensor{Shape: t.Shape}
	for _, x := range t.Data {
		out.Data = append(out.Data, x>>scaleBits)
	}
	return out
}

func checkDecay(v *chip.Violations, name, what string, d quant.Decay) {
	if d.IsNone() {
		v.Add(name, what+" is none", "use a multiply decay of 0")
		return
	}
	chip.Want(v, name, what, d.Kind, quant.DecayMultiply, "")
	chip.Want(v, name, what+" bits", d.Bits, decayBits, "")
	chip.Want(v, name, what+" rounding", d.Round, quant.RoundTowardZero, "")
	if len(d.P.Data) != 1 {
		v.Add(name, fmt.Sprintf("%d values of %s", len(d.P.Data), what), "one a layer is possible")
	}
	v.Within(name, what, d.P, 0, int32(limitDecay.Value), "")
}

func checkSynapses(v *chip.Violations, s *quant.Synapses) {
	if s.One != nil && s.From == quant.InputName {
		chip.Want(v, s.Name, "latency", s.Latency, 0, "an input layer of neurons takes its input in the same tick")
		v.Within(s.Name, "weight", s.One.Weight, 1, 1, "")
		return
	}
	chip.Want(v, s.Name, "latency", s.Latency, 1, "")
	checkWeights(v, s)
	switch {
	case s.Dense != nil:
		checkDense(v, s)
	case s.Conv != nil:
		if s.Range == nil || *s.Range != sum24() {
			v.Add(s.Name, "sums are not held in 24 bits", "set the range of the convolution")
		}
		if s.Delay.Per != "" {
			v.Add(s.Name, "a convolution with delays", "delays need dense synapses")
		}
	default:
		v.Add(s.Name, "is neither dense nor a convolution", "Lava's netx knows no other")
	}
}

func checkWeights(v *chip.Violations, s *quant.Synapses) {
	lo, hi := s.WeightRange()
	if lo == 0 && hi == 0 {
		v.Add(s.Name, "all weights are zero", "netx divides by zero on them; leave the layer out")
	}
	v.Most(s.Name, max(int64(hi), int64(-lo)-2), limitWeight, "weights are even, -256 to 254")
	if w := s.Weights(); w != nil && (hi > 127 || lo < -128) {
		v.Multiple(s.Name, "weight", *w, 2, "beyond 8 bits the chip holds even weights only")
	}
}

func checkDense(v *chip.Violations, s *quant.Synapses) {
	if _, _, exact := quant.LavaWeights(s.Dense.Weight.Data); !exact {
		v.Add(s.Name, "the weights are changed when Lava loads them", "use even weights of both signs, and no matrix without positive weights that holds a zero")
	}
	if s.Exponent < leastExponent || s.Exponent > mostExponent {
		v.Add(s.Name, fmt.Sprintf("exponent %d is outside %d..%d", s.Exponent, leastExponent, mostExponent), "scale the weights")
	}
	if s.Delay.Per != "" && s.From == s.To {
		v.Add(s.Name, "recurrent synapses with delays", "Lava has no model of them")
	}
	var longest int32
	for _, d := range s.Delay.Ticks.Data {
		longest = max(longest, d)
	}
	v.Most(s.Name, int64(longest), limitDelay, "")
}
