package model

import "fmt"

// Reshape gives the values another shape; their (C, H, W) order stays.
type Reshape struct {
	Shape Shape `json:"shape"`
}

// Kind is "reshape".
func (r *Reshape) Kind() string { return "reshape" }

// Infer checks that the number of values stays.
func (r *Reshape) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	if len(r.Shape) != 1 && len(r.Shape) != 3 {
		return nil, fmt.Errorf("shape %v has %d axes, expected 1 or 3", r.Shape, len(r.Shape))
	}
	size := 1
	for _, d := range r.Shape {
		if d < 1 || d > s.Size() {
			return nil, fmt.Errorf("shape %v does not hold the %d values of %v", r.Shape, s.Size(), s)
		}
		size *= d
	}
	if size != s.Size() {
		return nil, fmt.Errorf("shape %v holds %d values, the input %v has %d", r.Shape, size, s, s.Size())
	}
	return r.Shape, nil
}

// Route implements Router.
func (r *Reshape) Route(in Shape) []int32 {
	table := make([]int32, in.Size())
	for i := range table {
		table[i] = int32(i)
	}
	return table
}

// Params is empty.
func (r *Reshape) Params() []Param { return nil }

// SetParam refuses.
func (r *Reshape) SetParam(name string, _ *Tensor) error { return noParam(r, name) }
