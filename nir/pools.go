package nir

import "fmt"

// Pool2d is a window that slides over each channel. Pairs are (height, width).
type Pool2d struct{ KernelSize, Stride, Padding [2]int }

// SumPool2d sums the values of a window.
type SumPool2d struct{ Pool2d }

// AvgPool2d averages the values of a window, zeros of the padding included.
type AvgPool2d struct{ Pool2d }

// Type implements Primitive.
func (p *SumPool2d) Type() string { return "SumPool2d" }

// Type implements Primitive.
func (p *AvgPool2d) Type() string { return "AvgPool2d" }

func (p *Pool2d) fields() []field {
	return []field{pair("kernel_size", &p.KernelSize, 1), pair("stride", &p.Stride, 1), pair("padding", &p.Padding, 0)}
}

func (p *Pool2d) check() []fact { return nil }

func (p *Pool2d) infer(in []int) ([]int, error) {
	if len(in) != 3 {
		return nil, fmt.Errorf("reads %s, expected channels×height×width", shape(in))
	}
	out := []int{in[0]}
	for a, extent := range in[1:] {
		padded := extent + 2*p.Padding[a]
		if padded < p.KernelSize[a] {
			return nil, fmt.Errorf("the window is %d, the input with padding has %d", p.KernelSize[a], padded)
		}
		out = append(out, (padded-p.KernelSize[a])/p.Stride[a]+1)
	}
	return out, nil
}
