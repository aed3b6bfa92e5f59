package model

import "fmt"

// Concat puts its inputs side by side along one axis.
type Concat struct {
	Axis int `json:"axis"` // 0 = channels; 1, 2 = height, width
}

// Kind is "concat".
func (c *Concat) Kind() string { return "concat" }

// Infer adds up the extents along the axis; the other extents must agree.
func (c *Concat) Infer(in []Shape) (Shape, error) {
	if len(in) < 2 {
		return nil, fmt.Errorf("reads %d inputs, takes 2 or more", len(in))
	}
	if c.Axis < 0 || c.Axis >= len(in[0]) {
		return nil, fmt.Errorf("axis %d, input %v has axes 0 to %d", c.Axis, in[0], len(in[0])-1)
	}
	out := append(Shape{}, in[0]...)
	for _, s := range in[1:] {
		if len(s) != len(out) {
			return nil, fmt.Errorf("inputs are %v and %v, expected the same number of axes", in[0], s)
		}
		for i, d := range s {
			if i != c.Axis && d != out[i] {
				return nil, fmt.Errorf("inputs are %v and %v, expected to differ on axis %d only", in[0], s, c.Axis)
			}
		}
		out[c.Axis] += s[c.Axis]
	}
	return out, nil
}

// Params is empty.
func (c *Concat) Params() []Param { return nil }

// SetParam refuses.
func (c *Concat) SetParam(name string, _ *Tensor) error { return noParam(c, name) }
