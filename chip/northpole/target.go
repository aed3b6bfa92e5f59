package northpole

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Target is NorthPole.
type Target struct{}

// New is the target.
func New() *Target { return &Target{} }

// Name is northpole.
func (*Target) Name() string { return "northpole" }

const modha = "Modha 2023"

// Figures of the chip.
const (
	coreCount   = 256
	coreBytes   = 768 << 10
	bufferBytes = 32 << 20
)

var (
	limitCores      = chip.Limit{Name: "cores", Value: coreCount, Source: modha}
	limitMemory     = chip.Limit{Name: "bytes of weights and activations in the memory of all cores", Value: coreCount * coreBytes, Source: modha}
	limitBuffer     = chip.Limit{Name: "bytes of input and output in the frame buffer", Value: bufferBytes, Source: modha}
	limitWeight     = chip.Limit{Name: "bits of weights", Value: 8, Source: modha}
	limitActivation = chip.Limit{Name: "bits of activations", Value: 8, Source: modha}
	limitInput      = chip.Limit{Name: "bits of an input", Value: 8, Source: modha}
)

// Limits is the table of limits. That of cores is not among them: they are as
// many as the memory needs.
func (*Target) Limits() []chip.Limit {
	return []chip.Limit{limitMemory, limitBuffer, limitWeight, limitActivation, limitInput}
}

// widths are the bits that weights and activations have.
func widths() []int { return []int{8, 4, 2} }

// register holds a sum.
func register() quant.Range { return quant.Signed(32, quant.Saturate) }

// ReLU is the chip's activation behind a ReLU: a scale for all channels or one
// for each, and 8, 4 or 2 bits. It reports a scale that no float32 above 2^−38 is.
func ReLU(bits int, bias quant.Tensor, scale ...float32) (*quant.Activation, error) {
	m, shift := make([]int32, len(scale)), make([]int32, len(scale))
	for i, s := range scale {
		var err error
		if m[i], shift[i], err = quant.RequantizeFrom(s); err != nil {
			return nil, fmt.Errorf("chip/northpole: %w", err)
		}
	}
	return &quant.Activation{Bias: bias, Range: register(), Requantize: &quant.Requantize{
		Multiplier: quant.NewTensor(m, len(m)), Shift: quant.NewTensor(shift, len(shift)), Max: 1<<bits - 1,
	}}, nil
}

// Logits is the unit of the last layer: sums leave as they are.
func Logits(bias quant.Tensor) *quant.Activation {
	return &quant.Activation{Bias: bias, Range: register()}
}

// Pooled is the unit of a max pool of a layer whose activations have so many bits.
func Pooled(bits int) *quant.Activation {
	return &quant.Activation{Range: quant.Unsigned(bits, quant.Saturate)}
}

// Grid is weights and activations of 8, 4 or 2 bits.
func (*Target) Grid() chip.Grid {
	return chip.Grid{
		Input: quant.Unsigned(8, quant.Saturate), WeightBits: widths(), ActivationBits: widths(), Bias: quant.Signed(24, quant.Saturate),
		Activation: &quant.Activation{Range: register(), Requantize: &quant.Requantize{Multiplier: quant.Scalar(1), Shift: quant.Scalar(0), Max: 255}},
	}
}

// Check reports everything that the chip cannot hold.
func (t *Target) Check(net *quant.IntNet) error {
	v := chip.NewViolations("chip/northpole")
	bits := width(net.Input.Min, net.Input.Max)
	v.Most(quant.InputName, int64(bits), limitInput, "scale the input to 0..255 or -128..127")
	for i := range net.Populations {
		checkPopulation(v, net, &net.Populations[i])
	}
	for i := range net.Synapses {
		checkSynapses(v, &net.Synapses[i])
	}
	if v.Len() == 0 {
		m := measure(net)
		v.Most(net.Output, m.memory, limitMemory, "use fewer bits or smaller layers")
		v.Most(net.Output, m.buffer, limitBuffer, "use a smaller input")
	}
	return v.Err()
}

// width is the bits of the smallest register, signed or not, that holds lo..hi.
func width(lo, hi int32) int {
	if lo >= 0 {
		return quant.Range{Max: hi}.Bits() - 1
	}
	return quant.Range{Min: lo, Max: hi}.Bits()
}

func checkPopulation(v *chip.Violations, net *quant.IntNet, p *quant.Population) {
	a := p.Activation
	if a == nil {
		v.Add(p.Name, "has spiking neurons", "the target infers the ReLU network itself: quantize the network before its conversion")
		return
	}
	if a.Levels != nil {
		v.Add(p.Name, "has levels", "the target scales and rounds: use requantize")
		return
	}
	in := net.Into(p.Name)
	if len(in) == 0 {
		v.Add(p.Name, "has no input", "")
		return
	}
	r := a.Requantize
	if in[0].Pool != nil {
		if most := net.MaxValue(in[0].From); r != nil || !a.Range.Has(most) {
			v.Add(p.Name, fmt.Sprintf("a pool of values up to %d scales or cuts them", most), "a pool passes its values on")
		}
		return
	}
	chip.Want(v, p.Name, "range of the sum", a.Range, register(), "")
	if r == nil {
		if p.Name != net.Output {
			v.Add(p.Name, "sums of 32 bits go to another layer", "requantize them to 8, 4 or 2 bits")
		}
		return
	}
	if r.Round != "" {
		v.Add(p.Name, fmt.Sprintf("rounds by %s in integers", r.Round), "the target has the rounding of ONNX: leave round out")
	}
	bits := width(r.Min, r.Max)
	v.Most(p.Name, int64(bits), limitActivation, "use fewer levels")
	if whole := r.Min == 0 && r.Max == 1<<bits-1 || r.Min == -1<<(bits-1) && r.Max == 1<<(bits-1)-1; bits <= 8 && (!whole || !slices.Contains(widths(), bits)) {
		v.Add(p.Name, fmt.Sprintf("activations are %d..%d", r.Min, r.Max), "8, 4 or 2 bits, with or without sign, are possible")
	}
}

func checkSynapses(v *chip.Violations, s *quant.Synapses) {
	if s.Latency != 0 || s.Delay.Per != "" || s.Exponent != 0 || s.Range != nil {
		v.Add(s.Name, "have latency, delays, an exponent or a range", "the target has no time, and scales behind the sum")
	}
	if s.Pool != nil {
		return
	}
	if s.Sparse != nil {
		v.Add(s.Name, "are listed one by one", "dense, convolutional and one-to-one weights are possible")
		return
	}
	lo, hi := s.WeightRange()
	used := quant.Range{Min: lo, Max: hi}.Bits()
	v.Most(s.Name, int64(used), limitWeight, "quantize further")
	switch {
	case s.Bits != 0 && !slices.Contains(widths(), s.Bits):
		v.Add(s.Name, fmt.Sprintf("weights are stored with %d bits", s.Bits), "8, 4 and 2 are possible")
	case s.Bits != 0 && used > s.Bits && used <= 8:
		v.Add(s.Name, fmt.Sprintf("weights take %d bits and are stored with %d", used, s.Bits), "")
	}
}
