package model

import "fmt"

// Conv2d is a convolutional synapse in PyTorch's sense (cross-correlation,
// zero padding). Pairs are (height, width).
type Conv2d struct {
	In       int    `json:"in"`
	Out      int    `json:"out"`
	Kernel   [2]int `json:"kernel"`
	Stride   [2]int `json:"stride"`
	Padding  [2]int `json:"padding"`
	Dilation [2]int `json:"dilation"`
	Groups   int    `json:"groups"`
	HasBias  bool   `json:"bias"`

	Weight *Tensor `json:"-"` // (out, in/groups, kernel height, kernel width)
	Bias   *Tensor `json:"-"` // (out), nil without bias
}

// Alloc gives the layer zero weights of the right shape and returns it.
func (c *Conv2d) Alloc() *Conv2d {
	c.Weight = NewTensor(c.Out, c.In/c.Groups, c.Kernel[0], c.Kernel[1])
	if c.HasBias {
		c.Bias = NewTensor(c.Out)
	}
	return c
}

// Kind is "conv2d".
func (c *Conv2d) Kind() string { return "conv2d" }

// Infer maps (in, H, W) to (out, H', W').
func (c *Conv2d) Infer(in []Shape) (Shape, error) {
	s, err := maps3(in)
	if err != nil {
		return nil, err
	}
	if s[0] != c.In {
		return nil, fmt.Errorf("input has %d channels, expected %d", s[0], c.In)
	}
	if c.Out < 1 || c.Groups < 1 || c.In%c.Groups != 0 || c.Out%c.Groups != 0 {
		return nil, fmt.Errorf("groups %d does not divide %d input and %d output channels", c.Groups, c.In, c.Out)
	}
	out := Shape{c.Out, 0, 0}
	for i := range 2 {
		if c.Kernel[i] < 1 || c.Stride[i] < 1 || c.Dilation[i] < 1 || c.Padding[i] < 0 {
			return nil, fmt.Errorf("kernel %v, stride %v, dilation %v must be at least 1 and padding %v at least 0", c.Kernel, c.Stride, c.Dilation, c.Padding)
		}
		out[i+1] = window(s[i+1], c.Kernel[i], c.Stride[i], c.Padding[i], c.Dilation[i])
		if span := c.Dilation[i]*(c.Kernel[i]-1) + 1; s[i+1]+2*c.Padding[i] < span {
			return nil, fmt.Errorf("kernel spans %d, input with padding has %d", span, s[i+1]+2*c.Padding[i])
		}
	}
	return out, nil
}

// Params are weight and bias.
func (c *Conv2d) Params() []Param { return weightAndBias(c.Weight, c.Bias, c.HasBias) }

// SetParam stores weight or bias.
func (c *Conv2d) SetParam(name string, t *Tensor) error {
	switch {
	case name == "weight":
		c.Weight = t
		return expect(name, t, c.Out, c.In/max(c.Groups, 1), c.Kernel[0], c.Kernel[1])
	case name == "bias" && c.HasBias:
		c.Bias = t
		return expect(name, t, c.Out)
	}
	return noParam(c, name)
}
