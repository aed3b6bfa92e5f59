package model

import "fmt"

// Linear is a fully connected synapse: y = W·x + b with W (out, in).
type Linear struct {
	In      int  `json:"in"`
	Out     int  `json:"out"`
	HasBias bool `json:"bias"`

	Weight *Tensor `json:"-"` // (out, in)
	Bias   *Tensor `json:"-"` // (out), nil without bias
}

// NewLinear returns a Linear with zero weights.
func NewLinear(in, out int, bias bool) *Linear {
	l := &Linear{In: in, Out: out, HasBias: bias, Weight: NewTensor(out, in)}
	if bias {
		l.Bias = NewTensor(out)
	}
	return l
}

// Kind is "linear".
func (l *Linear) Kind() string { return "linear" }

// Infer maps (in) to (out).
func (l *Linear) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	if len(s) != 1 {
		return nil, fmt.Errorf("input is %v, expected one axis of %d; flatten it first", s, l.In)
	}
	if s[0] != l.In {
		return nil, fmt.Errorf("input has %d values, expected %d", s[0], l.In)
	}
	return Shape{l.Out}, nil
}

// Params are weight and bias.
func (l *Linear) Params() []Param { return weightAndBias(l.Weight, l.Bias, l.HasBias) }

// SetParam stores weight or bias.
func (l *Linear) SetParam(name string, t *Tensor) error {
	switch {
	case name == "weight":
		l.Weight = t
		return expect(name, t, l.Out, l.In)
	case name == "bias" && l.HasBias:
		l.Bias = t
		return expect(name, t, l.Out)
	}
	return noParam(l, name)
}

func weightAndBias(w, b *Tensor, has bool) []Param {
	p := []Param{{Name: "weight", Tensor: w, Trainable: true}}
	if has {
		p = append(p, Param{Name: "bias", Tensor: b, Trainable: true})
	}
	return p
}
