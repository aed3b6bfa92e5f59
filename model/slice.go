package model

import "fmt"

// Slice keeps, on each axis, Size places Start, Start + Step, ….
type Slice struct {
	Start []int `json:"start"` // one an axis
	Step  []int `json:"step"`  // one an axis, not 0; negative runs backwards
	Size  []int `json:"size"`  // one an axis
}

// Kind is "slice".
func (s *Slice) Kind() string { return "slice" }

// Infer checks that every place lies inside.
func (s *Slice) Infer(in []Shape) (Shape, error) {
	shape, err := one(in)
	if err != nil {
		return nil, err
	}
	if n := len(shape); len(s.Start) != n || len(s.Step) != n || len(s.Size) != n {
		return nil, fmt.Errorf("start %v, step %v and size %v need %d values each, one an axis of %v", s.Start, s.Step, s.Size, n, shape)
	}
	for a, d := range shape {
		last := s.Start[a] + (s.Size[a]-1)*s.Step[a]
		if s.Size[a] < 1 || s.Size[a] > d || s.Step[a] == 0 || s.Start[a] < 0 || s.Start[a] >= d || last < 0 || last >= d {
			return nil, fmt.Errorf("places %d to %d in steps of %d on axis %d of %v", s.Start[a], last, s.Step[a], a, shape)
		}
	}
	return append(Shape{}, s.Size...), nil
}

// Route implements Router.
func (s *Slice) Route(in Shape) []int32 {
	return route(in, s.Size, func(at, from []int) bool {
		for a := range at {
			from[a] = s.Start[a] + at[a]*s.Step[a]
		}
		return true
	})
}

// Params is empty.
func (s *Slice) Params() []Param { return nil }

// SetParam refuses.
func (s *Slice) SetParam(name string, _ *Tensor) error { return noParam(s, name) }
