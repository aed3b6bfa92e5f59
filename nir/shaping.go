package nir

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// Flatten joins the axes from StartDim to EndDim of a sample, which has no
// batch axis; −1 is the last.
type Flatten struct {
	InputType        []int // shape of the input; nil when the file does not say
	StartDim, EndDim int
}

// Delay hands each value on later: y(t) = x(t − τ).
type Delay struct{ Delay Tensor }

// Threshold is y = 1 where x > threshold, else 0.
type Threshold struct{ Threshold Tensor }

// Type implements Primitive.
func (p *Flatten) Type() string { return "Flatten" }

// Type implements Primitive.
func (p *Delay) Type() string { return "Delay" }

// Type implements Primitive.
func (p *Threshold) Type() string { return "Threshold" }

func (p *Flatten) fields() []field {
	return []field{
		given(extents("input_type", &p.InputType), func() bool { return p.InputType != nil }),
		axis("start_dim", &p.StartDim), axis("end_dim", &p.EndDim),
	}
}

// axis is the number of an axis, counted from the end when negative.
func axis(name string, to *int) field {
	f := number(name, to, -8)
	get := f.get
	f.get = func(a *hdf5.Array) error {
		if err := get(a); err != nil {
			return err
		}
		if *to > 8 {
			return fmt.Errorf("is %d: no sample has such an axis", *to)
		}
		return nil
	}
	return f
}

func (p *Delay) fields() []field     { return []field{numbers("delay", &p.Delay)} }
func (p *Threshold) fields() []field { return []field{numbers("threshold", &p.Threshold)} }

func (p *Flatten) check() []fact {
	if p.InputType == nil {
		return nil
	}
	out := checkShape(p.InputType)
	for i := range out {
		out[i].field = "input_type"
	}
	return out
}

func (p *Delay) check() []fact {
	for _, d := range p.Delay.floats() {
		if !(d >= 0) {
			return []fact{{"delay", fmt.Sprintf("holds %g: a delay is at least 0", d)}}
		}
	}
	return nil
}

func (p *Threshold) check() []fact { return nil }

func (p *Flatten) infer(in []int) ([]int, error) {
	if p.InputType != nil && !slices.Equal(in, p.InputType) {
		return nil, fmt.Errorf("reads %s, input_type says %s", shape(in), shape(p.InputType))
	}
	from, to := p.axes(len(in))
	if from < 0 || to >= len(in) || from > to {
		return nil, fmt.Errorf("reads %s, which has no axes %d to %d", shape(in), p.StartDim, p.EndDim)
	}
	out := slices.Clone(in[:from])
	out = append(out, size(in[from:to+1]))
	return append(out, in[to+1:]...), nil
}

// axes are the first and the last axis to join, counted from the first of so many.
func (p *Flatten) axes(rank int) (from, to int) {
	from, to = p.StartDim, p.EndDim
	if from < 0 {
		from += rank
	}
	if to < 0 {
		to += rank
	}
	return from, to
}

func (p *Delay) infer(in []int) ([]int, error)     { return elementwise(in, p.Delay.Shape) }
func (p *Threshold) infer(in []int) ([]int, error) { return elementwise(in, p.Threshold.Shape) }
