package model

import (
	"fmt"
	"slices"
)

// Permute reorders the axes: axis i of the output is axis Axes[i] of the input.
type Permute struct {
	Axes []int `json:"axes"`
}

// Kind is "permute".
func (p *Permute) Kind() string { return "permute" }

// Infer reorders the shape.
func (p *Permute) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	sorted := slices.Sorted(slices.Values(p.Axes))
	for i, a := range sorted {
		if i != a || len(sorted) != len(s) {
			return nil, fmt.Errorf("axes %v are no order of the %d axes of %v", p.Axes, len(s), s)
		}
	}
	return p.shape(s), nil
}

func (p *Permute) shape(in Shape) Shape {
	out := make(Shape, len(in))
	for i, a := range p.Axes {
		out[i] = in[a]
	}
	return out
}

// Route implements Router.
func (p *Permute) Route(in Shape) []int32 {
	return route(in, p.shape(in), func(at, from []int) bool {
		for i, a := range p.Axes {
			from[a] = at[i]
		}
		return true
	})
}

// Params is empty.
func (p *Permute) Params() []Param { return nil }

// SetParam refuses.
func (p *Permute) SetParam(name string, _ *Tensor) error { return noParam(p, name) }
