package model

import "fmt"

// Scale multiplies by a factor: one value, one a channel or one a neuron.
// After a spiking layer it makes graded spikes.
type Scale struct {
	Factor *Tensor `json:"-"` // (1), (C) or the shape of the input
}

// Kind is "scale".
func (s *Scale) Kind() string { return "scale" }

// Infer keeps the shape and checks that the factor fits it.
func (s *Scale) Infer(in []Shape) (Shape, error) {
	shape, err := one(in)
	if err != nil {
		return nil, err
	}
	if s.Factor != nil && !Fits(s.Factor, shape) {
		return nil, fmt.Errorf("factor is %v, expected 1, %d or %v", Shape(s.Factor.Shape), shape.Channels(), shape)
	}
	return shape, nil
}

// Params is the factor.
func (s *Scale) Params() []Param {
	return []Param{{Name: "factor", Tensor: s.Factor, Trainable: true}}
}

// SetParam stores the factor.
func (s *Scale) SetParam(name string, t *Tensor) error {
	if name != "factor" {
		return noParam(s, name)
	}
	s.Factor = t
	return nil
}

// Fits reports whether a tensor holds one value, one a channel, or one a
// neuron of a layer of the given shape.
func Fits(t *Tensor, shape Shape) bool {
	n := len(t.Data)
	return n == 1 || n == shape.Channels() || n == shape.Size()
}
