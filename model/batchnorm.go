package model

import "fmt"

// BatchNorm normalizes each channel: y = weight·(x − mean)/√(var + eps) + bias.
// While training, mean and variance are taken over batch and places, and over
// all time steps at once ("time", tdBN of Zheng et al. 2021) or step by step
// ("step", as a BatchNorm called in a time loop does). Afterwards the running
// statistics are used, and the layer folds into the weights before it.
type BatchNorm struct {
	Channels int     `json:"channels"`
	Eps      float64 `json:"eps"`
	Momentum float64 `json:"momentum"` // share of the new batch in the running statistics
	Over     string  `json:"over"`     // "time" or "step"

	Weight *Tensor `json:"-"` // (C)
	Bias   *Tensor `json:"-"` // (C)
	Mean   *Tensor `json:"-"` // (C), running
	Var    *Tensor `json:"-"` // (C), running, unbiased
}

// Alloc gives the layer its starting values: scale 1, shift 0, mean 0, variance 1.
func (b *BatchNorm) Alloc() *BatchNorm {
	b.Weight, b.Bias = NewTensor(b.Channels).Fill(1), NewTensor(b.Channels)
	b.Mean, b.Var = NewTensor(b.Channels), NewTensor(b.Channels).Fill(1)
	return b
}

// Kind is "batch-norm".
func (b *BatchNorm) Kind() string { return "batch-norm" }

// Infer keeps the shape.
func (b *BatchNorm) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	if s.Channels() != b.Channels {
		return nil, fmt.Errorf("input has %d channels, expected %d", s.Channels(), b.Channels)
	}
	return s, nil
}

// Params are weight, bias and the running statistics, under PyTorch's names.
func (b *BatchNorm) Params() []Param {
	return []Param{
		{Name: "weight", Tensor: b.Weight, Trainable: true},
		{Name: "bias", Tensor: b.Bias, Trainable: true},
		{Name: "running_mean", Tensor: b.Mean},
		{Name: "running_var", Tensor: b.Var},
	}
}

// SetParam stores one of the four arrays.
func (b *BatchNorm) SetParam(name string, t *Tensor) error {
	switch name {
	case "weight":
		b.Weight = t
	case "bias":
		b.Bias = t
	case "running_mean":
		b.Mean = t
	case "running_var":
		b.Var = t
	default:
		return noParam(b, name)
	}
	return expect(name, t, b.Channels)
}
