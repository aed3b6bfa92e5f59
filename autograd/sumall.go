package autograd

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// SumAll is the sum of all values of its input over steps, batch and outputs.
type SumAll struct {
	ones signal.Signal
	out  Value
	grad Value
	back [1]*Value
}

// Key implements Op.
func (s *SumAll) Key() string { return "sum of all" }

// OutShape implements Op.
func (s *SumAll) OutShape([]model.Shape) (model.Shape, error) { return nil, nil }

// Forward implements Op.
func (s *SumAll) Forward(_ *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	total := 0.0
	if x.Spiking() {
		total = float64(x.Count()) * float64(x.Gain)
	}
	for _, v := range x.F {
		total += float64(v)
	}
	s.out.Scalar = total * float64(x.T) / float64(x.Steps())
	return &s.out, nil
}

// Backward implements Op.
func (s *SumAll) Backward(_ *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	x, g := in[0].Signal, float32(grad.Scalar)
	s.ones.ResetAnalog(x.T, x.B, x.Shape, true)
	if x.Const { // the gradient of a constant is summed over time
		g *= float32(x.T)
	}
	for i := range s.ones.F {
		s.ones.F[i] = g
	}
	s.grad.Signal = &s.ones
	s.back[0] = &s.grad
	return s.back[:], nil
}
