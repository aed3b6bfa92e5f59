package model

// Dropout zeroes each value with probability P while training and scales the
// rest by 1/(1−P). One mask holds for all time steps of a sample.
type Dropout struct {
	P float64 `json:"p"`
}

// Kind is "dropout".
func (d *Dropout) Kind() string { return "dropout" }

// Infer keeps the shape.
func (d *Dropout) Infer(in []Shape) (Shape, error) { return one(in) }

// Params is empty.
func (d *Dropout) Params() []Param { return nil }

// SetParam refuses.
func (d *Dropout) SetParam(name string, _ *Tensor) error { return noParam(d, name) }
