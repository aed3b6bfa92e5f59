package nir

import (
	"fmt"
	"slices"
)

// Conv2d is a convolution in PyTorch's sense over (C, H, W). Pairs are (height, width).
type Conv2d struct {
	InputShape [2]int // height and width; 0 when the file does not say
	Weight     Tensor // (out, in/groups, kernel height, kernel width)
	Stride     [2]int
	Padding    Padding
	Dilation   [2]int
	Groups     int
	Bias       Tensor // (out)
}

// Conv1d is a convolution in PyTorch's sense over (C, L).
type Conv1d struct {
	InputShape int    // L; 0 when the file does not say
	Weight     Tensor // (out, in/groups, kernel)
	Stride     int
	Padding    Padding
	Dilation   int
	Groups     int
	Bias       Tensor // (out)
}

// Type implements Primitive.
func (p *Conv2d) Type() string { return "Conv2d" }

// Type implements Primitive.
func (p *Conv1d) Type() string { return "Conv1d" }

func (p *Conv2d) fields() []field {
	return []field{
		given(pair("input_shape", &p.InputShape, 1), func() bool { return p.InputShape != [2]int{} }),
		numbers("weight", &p.Weight), pair("stride", &p.Stride, 1), padding(&p.Padding, 2),
		pair("dilation", &p.Dilation, 1), number("groups", &p.Groups, 1), numbers("bias", &p.Bias),
	}
}

func (p *Conv1d) fields() []field {
	return []field{
		given(number("input_shape", &p.InputShape, 1), func() bool { return p.InputShape != 0 }),
		numbers("weight", &p.Weight), number("stride", &p.Stride, 1), padding(&p.Padding, 1),
		number("dilation", &p.Dilation, 1), number("groups", &p.Groups, 1), numbers("bias", &p.Bias),
	}
}

func (p *Conv2d) check() []fact { return checkKernel(p.Weight, p.Bias, p.Groups, 2) }
func (p *Conv1d) check() []fact { return checkKernel(p.Weight, p.Bias, p.Groups, 1) }

func checkKernel(w, b Tensor, groups, axes int) []fact {
	if len(w.Shape) != axes+2 {
		return []fact{{"weight", fmt.Sprintf("is %s, expected %d axes: out, in/groups and the kernel", shape(w.Shape), axes+2)}}
	}
	var out []fact
	if groups < 1 || w.Shape[0]%groups != 0 {
		out = append(out, fact{"groups", fmt.Sprintf("is %d, which does not divide %d output channels", groups, w.Shape[0])})
	}
	if b.Len() != w.Shape[0] {
		out = append(out, fact{"bias", fmt.Sprintf("holds %d values, weight has %d output channels", b.Len(), w.Shape[0])})
	}
	return out
}

func (p *Conv2d) infer(in []int) ([]int, error) {
	if len(in) != 3 {
		return nil, fmt.Errorf("reads %s, expected channels×height×width", shape(in))
	}
	if p.InputShape != [2]int{} && !slices.Equal(in[1:], p.InputShape[:]) {
		return nil, fmt.Errorf("reads %s, input_shape says %s", shape(in), shape(p.InputShape[:]))
	}
	return convolved(in, p.Weight.Shape, p.Padding, p.Stride[:], p.Dilation[:], p.Groups)
}

func (p *Conv1d) infer(in []int) ([]int, error) {
	if len(in) != 2 {
		return nil, fmt.Errorf("reads %s, expected channels×length", shape(in))
	}
	if p.InputShape != 0 && in[1] != p.InputShape {
		return nil, fmt.Errorf("reads %s, input_shape says %d", shape(in), p.InputShape)
	}
	return convolved(in, p.Weight.Shape, p.Padding, []int{p.Stride}, []int{p.Dilation}, p.Groups)
}

// convolved is the shape behind a convolution.
func convolved(in, weight []int, pad Padding, stride, dilation []int, groups int) ([]int, error) {
	if in[0] != weight[1]*groups {
		return nil, fmt.Errorf("reads %d channels, weight takes %d", in[0], weight[1]*groups)
	}
	out := []int{weight[0]}
	for a, extent := range in[1:] {
		before, after := pad.sides(a, weight[a+2], dilation[a])
		if pad.Mode == "same" && stride[a] != 1 {
			return nil, fmt.Errorf(`padding "same" needs stride 1, it is %d`, stride[a])
		}
		span := dilation[a]*(weight[a+2]-1) + 1
		if extent+before+after < span {
			return nil, fmt.Errorf("kernel spans %d, the input with padding has %d", span, extent+before+after)
		}
		out = append(out, (extent+before+after-span)/stride[a]+1)
	}
	return out, nil
}

// sides are the zeros before and after axis a, as PyTorch divides them.
func (p Padding) sides(a, kernel, dilation int) (before, after int) {
	switch p.Mode {
	case "valid":
		return 0, 0
	case "same":
		total := dilation * (kernel - 1)
		return total / 2, total - total/2
	}
	return p.Size[a], p.Size[a]
}
