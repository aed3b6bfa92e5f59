package model

// Flatten turns (C, H, W) into (C·H·W) in that order.
type Flatten struct{}

// Kind is "flatten".
func (f *Flatten) Kind() string { return "flatten" }

// Infer maps any shape to one axis.
func (f *Flatten) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	return Shape{s.Size()}, nil
}

// Params is empty.
func (f *Flatten) Params() []Param { return nil }

// SetParam refuses.
func (f *Flatten) SetParam(name string, _ *Tensor) error { return noParam(f, name) }
