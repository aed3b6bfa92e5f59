package model

import "fmt"

// PReLU is x where x ≥ 0, else slope·x, with a slope that is learned (He et
// al. 2015, eq. 1): one value, one a channel or one a neuron.
type PReLU struct {
	Slope *Tensor `json:"-"` // (1), (C) or the shape of the input
}

// Kind is "prelu".
func (p *PReLU) Kind() string { return "prelu" }

// Infer keeps the shape and checks that the slope fits it.
func (p *PReLU) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	return s, fitting("slope", p.Slope, s)
}

// Params is the slope.
func (p *PReLU) Params() []Param { return []Param{{Name: "slope", Tensor: p.Slope, Trainable: true}} }

// SetParam stores the slope.
func (p *PReLU) SetParam(name string, t *Tensor) error {
	if name != "slope" {
		return noParam(p, name)
	}
	p.Slope = t
	return nil
}

// fitting checks that an array holds one value, one a channel or one a neuron.
func fitting(name string, t *Tensor, s Shape) error {
	if t != nil && !Fits(t, s) {
		return fmt.Errorf("%s is %v, expected 1, %d or %v", name, Shape(t.Shape), s.Channels(), s)
	}
	return nil
}
