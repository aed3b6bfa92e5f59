package model

import "fmt"

// RectifierFunc is a piecewise linear function of one value.
type RectifierFunc string

// The functions.
const (
	ReLU      RectifierFunc = "relu"       // max(x, 0)
	Clip      RectifierFunc = "clip"       // min(max(x, low), high)
	LeakyReLU RectifierFunc = "leaky-relu" // x where x ≥ 0, else slope·x
)

// Rectifier applies a function to every value: the activation of a network
// without spikes.
type Rectifier struct {
	Func  RectifierFunc `json:"func"`
	Low   float64       `json:"low,omitzero"`   // of clip
	High  float64       `json:"high,omitzero"`  // of clip
	Slope float64       `json:"slope,omitzero"` // of leaky-relu
}

// Kind is the name of the function.
func (r *Rectifier) Kind() string { return string(r.Func) }

// Infer keeps the shape.
func (r *Rectifier) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Func != ReLU && r.Func != Clip && r.Func != LeakyReLU:
		return nil, fmt.Errorf("function %q is unknown", r.Func)
	case r.Func == Clip && !(r.Low <= r.High):
		return nil, fmt.Errorf("low %v is above high %v", r.Low, r.High)
	}
	return s, nil
}

// Params is empty.
func (r *Rectifier) Params() []Param { return nil }

// SetParam refuses.
func (r *Rectifier) SetParam(name string, _ *Tensor) error { return noParam(r, name) }
