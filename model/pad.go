package model

import "fmt"

// Pad adds zeros around a sample; a negative number cuts values off.
type Pad struct {
	Before []int `json:"before"` // one an axis
	After  []int `json:"after"`  // one an axis
}

// Kind is "pad".
func (p *Pad) Kind() string { return "pad" }

// Infer adds the padding to each axis.
func (p *Pad) Infer(in []Shape) (Shape, error) {
	shape, err := one(in)
	if err != nil {
		return nil, err
	}
	if n := len(shape); len(p.Before) != n || len(p.After) != n {
		return nil, fmt.Errorf("before %v and after %v need %d values each, one an axis of %v", p.Before, p.After, n, shape)
	}
	out := append(Shape{}, shape...)
	for a, d := range shape {
		if out[a] = d + p.Before[a] + p.After[a]; out[a] < 1 || p.Before[a] <= -d || p.After[a] <= -d {
			return nil, fmt.Errorf("before %v and after %v leave nothing of %v", p.Before, p.After, shape)
		}
	}
	return out, nil
}

// Route implements Router.
func (p *Pad) Route(in Shape) []int32 {
	out := append(Shape{}, in...)
	for a := range out {
		out[a] += p.Before[a] + p.After[a]
	}
	return route(in, out, func(at, from []int) bool {
		for a := range at {
			if from[a] = at[a] - p.Before[a]; from[a] < 0 || from[a] >= in[a] {
				return false
			}
		}
		return true
	})
}

// Params is empty.
func (p *Pad) Params() []Param { return nil }

// SetParam refuses.
func (p *Pad) SetParam(name string, _ *Tensor) error { return noParam(p, name) }
