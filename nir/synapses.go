package nir

import "fmt"

// Affine is y = W·x + b with W (out, in).
type Affine struct{ Weight, Bias Tensor }

// Linear is y = W·x with W (out, in).
type Linear struct{ Weight Tensor }

// Scale is y = s⊙x.
type Scale struct{ Scale Tensor }

// Type implements Primitive.
func (p *Affine) Type() string { return "Affine" }

// Type implements Primitive.
func (p *Linear) Type() string { return "Linear" }

// Type implements Primitive.
func (p *Scale) Type() string { return "Scale" }

func (p *Affine) fields() []field {
	return []field{numbers("weight", &p.Weight), numbers("bias", &p.Bias)}
}
func (p *Linear) fields() []field { return []field{numbers("weight", &p.Weight)} }
func (p *Scale) fields() []field  { return []field{numbers("scale", &p.Scale)} }

func (p *Affine) check() []fact {
	out := checkMatrix(p.Weight)
	if n := p.Bias.Len(); len(out) == 0 && n != p.Weight.Shape[0] {
		out = append(out, fact{"bias", fmt.Sprintf("holds %d values, weight is %s", n, shape(p.Weight.Shape))})
	}
	return out
}
func (p *Linear) check() []fact { return checkMatrix(p.Weight) }
func (p *Scale) check() []fact  { return nil }

func checkMatrix(w Tensor) []fact {
	if len(w.Shape) != 2 {
		return []fact{{"weight", fmt.Sprintf("is %s, expected out×in; a stack of matrices is not read", shape(w.Shape))}}
	}
	return nil
}

func (p *Affine) infer(in []int) ([]int, error) { return product(p.Weight, in) }
func (p *Linear) infer(in []int) ([]int, error) { return product(p.Weight, in) }
func (p *Scale) infer(in []int) ([]int, error)  { return elementwise(in, p.Scale.Shape) }

func product(w Tensor, in []int) ([]int, error) {
	return []int{w.Shape[0]}, wants(in, []int{w.Shape[1]})
}
