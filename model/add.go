package model

import "fmt"

// Add sums its inputs: the join of a residual connection.
type Add struct{}

// Kind is "add".
func (a *Add) Kind() string { return "add" }

// Infer needs two or more inputs of one shape.
func (a *Add) Infer(in []Shape) (Shape, error) {
	if len(in) < 2 {
		return nil, fmt.Errorf("reads %d inputs, takes 2 or more", len(in))
	}
	for _, s := range in[1:] {
		if !s.Equal(in[0]) {
			return nil, fmt.Errorf("inputs are %v and %v, expected one shape", in[0], s)
		}
	}
	return in[0], nil
}

// Params is empty.
func (a *Add) Params() []Param { return nil }

// SetParam refuses.
func (a *Add) SetParam(name string, _ *Tensor) error { return noParam(a, name) }
