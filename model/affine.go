package model

import "errors"

// Affine is y = weight·x + bias, each of one value, one a channel or one a
// neuron: the normalization of an input, or constants between two layers.
type Affine struct {
	Weight *Tensor `json:"-"` // (1), (C) or the shape of the input
	Bias   *Tensor `json:"-"` // (1), (C) or the shape of the input
}

// Kind is "affine".
func (a *Affine) Kind() string { return "affine" }

// Infer keeps the shape and checks that the arrays fit it.
func (a *Affine) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	return s, errors.Join(fitting("weight", a.Weight, s), fitting("bias", a.Bias, s))
}

// Params are weight and bias.
func (a *Affine) Params() []Param { return weightAndBias(a.Weight, a.Bias, true) }

// SetParam stores weight or bias.
func (a *Affine) SetParam(name string, t *Tensor) error {
	switch name {
	case "weight":
		a.Weight = t
	case "bias":
		a.Bias = t
	default:
		return noParam(a, name)
	}
	return nil
}
