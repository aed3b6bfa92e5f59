package spinnaker2

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Target is one SpiNNaker 2 chip.
type Target struct{}

// New is the target.
func New() *Target { return &Target{} }

// Name is spinnaker2.
func (*Target) Name() string { return "spinnaker2" }

const (
	mayr     = "Mayr 2019"
	importer = "py-spinnaker2 NIR importer"
	wordBits = 32 // of a synapse in memory
)

var (
	limitWeight   = chip.Limit{Name: "weight (8 bits, both signs alike)", Value: 127, Source: importer}
	limitExponent = chip.Limit{Name: "bits of a layer's scale", Value: fraction, Source: importer}
	limitNeurons  = chip.Limit{Name: "neurons in the memory of all cores (16 bytes each)", Value: coreCount * coreBytes / 16, Source: mayr}
)

const (
	coreCount = 152
	coreBytes = 128 << 10
)

func cores() chip.CoreLimits {
	return chip.CoreLimits{
		Cores:       chip.Limit{Name: "cores", Value: coreCount, Source: mayr},
		Neurons:     chip.Limit{Name: "neurons a core (16 bytes each)", Value: coreBytes / 16, Source: mayr},
		SynapseBits: chip.Limit{Name: "bits of synapse memory a core (a word each)", Value: coreBytes * 8, Source: mayr},
	}
}

// Limits is the table of limits. Program code is not counted.
func (*Target) Limits() []chip.Limit {
	return append(cores().Table(), limitWeight, limitExponent, limitNeurons)
}

// Place fills cores in the order of the layers, a word of 32 bits for every synapse.
func (*Target) Place(net *quant.IntNet) (*chip.Placement, error) {
	words := *net
	words.Synapses = append([]quant.Synapses(nil), net.Synapses...)
	for i := range words.Synapses {
		words.Synapses[i].Bits = wordBits
	}
	return chip.PlaceInOrder(&words, cores(), chip.NewViolations("chip/spinnaker2"))
}

// Check reports everything that the software's neurons and synapses cannot be.
func (*Target) Check(net *quant.IntNet) error {
	v := chip.NewViolations("chip/spinnaker2")
	total := 0
	for i := range net.Populations {
		p := &net.Populations[i]
		total += p.N()
		if p.Spiking == nil {
			v.Add(p.Name, "has no spiking neurons", "train a spiking network")
			continue
		}
		checkNeuron(v, p.Name, p.Spiking)
	}
	v.Most(net.Output, int64(total), limitNeurons, "use a smaller network, or several chips")
	for i := range net.Synapses {
		checkSynapses(v, &net.Synapses[i])
	}
	return v.Err()
}

func checkNeuron(v *chip.Violations, name string, s *quant.Spiking) {
	chip.Want(v, name, "synaptic currents", len(s.Currents), 0, "spikes enter the potential directly")
	if !s.Leak.IsNone() {
		chip.Want(v, name, "decay", s.Leak.Kind, quant.DecayMultiply, "")
		chip.Want(v, name, "decay bits", s.Leak.Bits, fraction, "")
		chip.Want(v, name, "decay rounding", s.Leak.Round, quant.RoundFloor, "")
	}
	chip.Want(v, name, "charge", s.Charge, quant.ChargeSum, "")
	chip.Want(v, name, "range of the potential", s.Range, register(), "")
	chip.Want(v, name, "comparison", s.Fire, model.FireAbove, "lower the threshold by one")
	chip.Want(v, name, "spikes a tick", s.MaxSpikes, 1, "")
	chip.Want(v, name, "refractory period", s.Refractory, 0, "")
	v.Within(name, "reset mode", s.Reset, quant.ResetValue, quant.ResetSubtract, "a reset to zero or by subtraction is possible")
	v.Within(name, "reset potential", s.ResetTo, 0, 0, "")
	v.Within(name, "threshold", s.Threshold, 1, 1<<30, "thresholds are positive, in units of 2^-15")
	if s.Floor != nil {
		v.Add(name, "has a floor", "")
	}
}

func checkSynapses(v *chip.Violations, s *quant.Synapses) {
	if s.Pool != nil {
		v.Add(s.Name, "is a max pool", "use a stride")
		return
	}
	lo, hi := s.WeightRange()
	v.Most(s.Name, max(int64(hi), -int64(lo)), limitWeight, "scale the layer to -127..127")
	v.Most(s.Name, int64(s.Exponent), limitExponent, "")
	if s.Exponent < 0 {
		v.Add(s.Name, fmt.Sprintf("exponent %d", s.Exponent), "scale weights, threshold and bias up")
	}
	if s.Latency < 1 {
		v.Add(s.Name, "latency is 0, the target needs at least 1 tick a layer", "")
	}
	if s.Range != nil {
		v.Add(s.Name, "sums are held in a register", "the target adds in 32 bits")
	}
}
