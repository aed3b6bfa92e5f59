package akida

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Target2 is the second generation, Akida 2.0 IP.
type Target2 struct{}

// New2 is the target akida2.
func New2() *Target2 { return &Target2{} }

// Name is akida2.
func (*Target2) Name() string { return "akida2" }

const vendor2 = "BrainChip, Akida 2.0 capabilities"

// Registers of the second generation.
const (
	sumBits2   = 28
	scaleMost  = 255
	shiftMost2 = 62
)

var (
	limit2Weight     = chip.Limit{Name: "bits of weights", Value: 8, Source: vendor2}
	limit2Activation = chip.Limit{Name: "bits of activations", Value: 8, Source: vendor2}
	limit2Input      = chip.Limit{Name: "value of an image (8 bits)", Value: 255, Source: vendor2}
	limit2Channels   = chip.Limit{Name: "channels", Value: 2048, Source: vendor2}
	limit2Size       = chip.Limit{Name: "rows or columns of a map", Value: 4096, Source: vendor2}
	limit2Rows       = chip.Limit{Name: "rows of an image", Value: 384, Source: vendor2}
	limit2Kernel     = chip.Limit{Name: "rows or columns of a kernel", Value: 7, Source: vendor2}
	limit2FanIn      = chip.Limit{Name: "inputs of a dense layer", Value: 2048, Source: vendor2}
	limit2Scale      = chip.Limit{Name: "output scale (8 bits, unsigned)", Value: scaleMost, Source: vendor}
)

// Limits is the table of limits.
func (*Target2) Limits() []chip.Limit {
	return []chip.Limit{limit2Weight, limit2Activation, limit2Input, limit2Channels, limit2Size, limit2Rows, limit2Kernel, limit2FanIn, limit2Scale}
}

// register2 holds a sum; networks whose sums could leave it are refused.
func register2() quant.Range { return quant.Signed(sumBits2, quant.Saturate) }

// ReLU2 is the second generation's activation behind a ReLU, of 8 bits (0..127) or 4 (0..15):
//
//	y = clip(⌊V·scale / 2^shift + ½⌋, 0, max)
func ReLU2(bits int, bias, scale, shift quant.Tensor) *quant.Activation {
	most := int32(127)
	if bits == 4 {
		most = 15
	}
	return &quant.Activation{Bias: bias, Range: register2(), Requantize: &quant.Requantize{Multiplier: scale, Shift: shift, Round: quant.RoundNearestUp, Max: most}}
}

// Linear2 is the unit without a ReLU: 8 bits, −128..127.
func Linear2(bias, scale, shift quant.Tensor) *quant.Activation {
	a := ReLU2(8, bias, scale, shift)
	a.Requantize.Min = -128
	return a
}

// Grid is weights and activations of 8 or 4 bits; biases have 8 significant bits.
func (*Target2) Grid() chip.Grid {
	return chip.Grid{
		Input: quant.Unsigned(7, quant.Saturate), WeightBits: []int{8, 4}, ActivationBits: []int{8, 4}, Bias: quant.Signed(16, quant.Saturate),
		Activation: ReLU2(8, quant.Tensor{}, quant.Scalar(1), quant.Scalar(0)),
	}
}

// Place says which layers there are, one an entry.
func (*Target2) Place(net *quant.IntNet) (*chip.Placement, error) { return place(net), nil }

// Check reports everything that the layers InputConv2D, Conv2D and Dense1D cannot hold.
func (*Target2) Check(net *quant.IntNet) error {
	v := chip.NewViolations("chip/akida")
	stages := walk(net, v)
	if v.Len() > 0 {
		return v.Err()
	}
	if !stages[0].isImage(net) {
		checkData2(v, net)
	}
	for i := range stages {
		stages[i].check2(v, net)
	}
	return v.Err()
}

// checkData2 checks an input that is no image: signed or unsigned values of 8 bits, or 4 unsigned.
func checkData2(v *chip.Violations, net *quant.IntNet) {
	if net.Input.Min < -128 || net.Input.Max > 127 {
		v.Add(quant.InputName, fmt.Sprintf("values are %d..%d", net.Input.Min, net.Input.Max), "-128..127 are possible; 0..255 for images of 1 or 3 channels before a convolution")
	}
}

// isImage reports whether the first layer is an InputConv2D: images of bytes.
func (s *stage) isImage(net *quant.IntNet) bool {
	return s.syn.Conv != nil && s.syn.From == quant.InputName && net.Input.Min == 0 && net.Input.Max > 127
}

func (s *stage) check2(v *chip.Violations, net *quant.IntNet) {
	name, from := s.syn.Name, net.SourceShape(s.syn.From)
	lo, hi := s.syn.WeightRange()
	v.Most(name, int64(quant.Range{Min: lo, Max: hi}.Bits()), limit2Weight, "quantize further")
	if s.syn.Dense != nil {
		v.Most(name, int64(s.syn.Dense.Weight.Shape[1]), limit2FanIn, "pool before")
	}
	if c := s.syn.Conv; c != nil {
		chip.Want(v, name, "groups", c.Groups, 1, "")
		chip.Want(v, name, "dilation", c.Dilation, [2]int{1, 1}, "")
		s.checkWindow2(v, net, from)
	}
	if p := s.pool; p != nil {
		s.checkPool2(v, s.isImage(net), p)
	}
	s.checkUnit2(v, net)
}

// checkWindow2 checks sizes, kernels and strides of a convolution.
func (s *stage) checkWindow2(v *chip.Violations, net *quant.IntNet, from []int) {
	name, c := s.syn.Name, s.syn.Conv
	h, w, stride := c.Weight.Shape[2], c.Weight.Shape[3], c.Stride
	v.Most(name, int64(max(h, w)), limit2Kernel, "use a smaller kernel")
	v.Most(name, int64(max(from[0], c.Weight.Shape[0])), limit2Channels, "use fewer channels")
	v.Most(name, int64(max(from[1], from[2])), limit2Size, "pool before")
	sizes, most := []int{1, 3, 5, 7}, 2
	if s.isImage(net) {
		sizes, most = []int{3, 4, 5, 7}, min(h, 6)
		v.Most(quant.InputName, int64(net.Input.Max), limit2Input, "")
		v.Most(quant.InputName, int64(from[1]), limit2Rows, "resize the image")
		if from[0] != 1 && from[0] != 3 || from[1] < 5 || from[2] < 5 {
			v.Add(quant.InputName, fmt.Sprintf("images of %d channels, %d×%d", from[0], from[1], from[2]), "1 or 3 channels of at least 5×5 are possible")
		}
	} else if h != 1 && h != 3 {
		most = 1
	}
	if h != w || !slices.Contains(sizes, h) && h <= int(limit2Kernel.Value) {
		v.Add(name, fmt.Sprintf("kernel %d×%d", h, w), fmt.Sprintf("square ones of %v are possible here", sizes))
	}
	if stride[0] != stride[1] || stride[0] > most {
		v.Add(name, fmt.Sprintf("stride %v with kernel %d×%d", stride, h, w), fmt.Sprintf("equal ones up to %d are possible here", most))
	}
	if s.padding == "" || s.padding == paddingValid && !s.isImage(net) && h > 1 {
		v.Add(name, fmt.Sprintf("padding %v from %v to %v", c.Padding, from[1:], net.SourceShape(s.syn.To)[1:]), "same, half of it before and rounded down, is possible; for images valid too")
	}
}

func (s *stage) checkPool2(v *chip.Violations, image bool, p *quant.Pool) {
	ok := p.Size == [2]int{2, 2} && p.Stride == p.Size || image && p.Size == [2]int{3, 3} && p.Stride == [2]int{2, 2} ||
		!image && p.Size == [2]int{2, 2} && p.Stride == [2]int{1, 1}
	if !ok {
		v.Add(s.out.Name, fmt.Sprintf("max pool of %v, stride %v", p.Size, p.Stride), "2×2 with stride 2 is possible, with stride 1 behind Conv2D, 3×3 with stride 2 behind an image layer")
	}
}

// checkUnit2 checks sums, bias and activation.
func (s *stage) checkUnit2(v *chip.Violations, net *quant.IntNet) {
	name, a := s.out.Name, s.out.Activation
	chip.Want(v, name, "range of the sum", a.Range, register2(), "")
	if s.pop != s.out {
		chip.Want(v, s.pop.Name, "range of the sum", s.pop.Activation.Range, register2(), "")
	}
	bias := s.pop.Activation.Bias
	sum := s.syn.FanInWeight(net.SourceShape(s.syn.From), s.pop.Shape)*net.MaxValue(s.syn.From) + bias.MaxAbs()
	if sum > int64(register2().Max) {
		v.Add(name, fmt.Sprintf("sums can reach %d, the buffer holds %d bits", sum, sumBits2), "use fewer inputs or smaller weights")
	}
	for _, b := range bias.Data {
		if m, _ := biasShift(b); m < -128 || m > 127 {
			v.Add(name, fmt.Sprintf("bias %d is no number of 8 bits times a power of two", b), "round biases to 8 significant bits")
			break
		}
	}
	r := a.Requantize
	if r == nil || r.Round != quant.RoundNearestUp {
		v.Add(name, "does not scale, shift and round halves up", "set requantize with round nearest-up")
		return
	}
	v.Most(name, r.Multiplier.MaxAbs(), limit2Scale, "take the scale as 8 bits and a shift")
	bits := quant.Range{Min: r.Min, Max: r.Max}.Bits()
	v.Most(name, int64(bits), limit2Activation, "use fewer levels")
	if known := r.Max == 127 && (r.Min == 0 || r.Min == -128) || r.Max == 15 && r.Min == 0; bits <= 8 && !known {
		v.Add(name, fmt.Sprintf("activations are %d..%d", r.Min, r.Max), "0..127, -128..127 and 0..15 are possible")
	}
}

// biasShift takes a bias apart into the smallest mantissa and a shift.
func biasShift(b int32) (mantissa, shift int32) {
	for b%2 == 0 && (b > 127 || b < -128) {
		b, shift = b/2, shift+1
	}
	return b, shift
}
