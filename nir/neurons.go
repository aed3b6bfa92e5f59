package nir

import "slices"

// I integrates: v̇ = r·I. It hands on v.
type I struct{ R Tensor }

// IF integrates and fires: v̇ = r·I, a spike where v > v_threshold, then v = v_reset.
type IF struct{ R, VThreshold, VReset Tensor }

// LI leaks: τ·v̇ = (v_leak − v) + r·I. It hands on v.
type LI struct{ Tau, R, VLeak Tensor }

// LIF leaks and fires: LI, a spike where v > v_threshold, then v = v_reset.
type LIF struct{ Tau, R, VLeak, VThreshold, VReset Tensor }

// CubaLI leaks behind a synapse: τ_syn·İ = −I + w_in·S, τ_mem·v̇ = (v_leak − v) + r·I. It hands on v.
type CubaLI struct{ TauSyn, TauMem, R, VLeak, WIn Tensor }

// CubaLIF leaks behind a synapse and fires: CubaLI, a spike where v > v_threshold, then v = v_reset.
type CubaLIF struct{ TauSyn, TauMem, R, VLeak, VThreshold, VReset, WIn Tensor }

// Type implements Primitive.
func (p *I) Type() string { return "I" }

// Type implements Primitive.
func (p *IF) Type() string { return "IF" }

// Type implements Primitive.
func (p *LI) Type() string { return "LI" }

// Type implements Primitive.
func (p *LIF) Type() string { return "LIF" }

// Type implements Primitive.
func (p *CubaLI) Type() string { return "CubaLI" }

// Type implements Primitive.
func (p *CubaLIF) Type() string { return "CubaLIF" }

func (p *I) fields() []field { return []field{numbers("r", &p.R)} }

func (p *IF) fields() []field {
	return []field{numbers("r", &p.R), numbers("v_threshold", &p.VThreshold), resetField(&p.VReset, &p.VThreshold)}
}

func (p *LI) fields() []field {
	return []field{numbers("tau", &p.Tau), numbers("r", &p.R), numbers("v_leak", &p.VLeak)}
}

func (p *LIF) fields() []field {
	return []field{
		numbers("tau", &p.Tau), numbers("r", &p.R), numbers("v_leak", &p.VLeak),
		numbers("v_threshold", &p.VThreshold), resetField(&p.VReset, &p.VThreshold),
	}
}

func (p *CubaLI) fields() []field {
	return []field{
		numbers("tau_syn", &p.TauSyn), numbers("tau_mem", &p.TauMem), numbers("r", &p.R), numbers("v_leak", &p.VLeak),
		inputField(&p.WIn, &p.VLeak),
	}
}

func (p *CubaLIF) fields() []field {
	return []field{
		numbers("tau_syn", &p.TauSyn), numbers("tau_mem", &p.TauMem), numbers("r", &p.R), numbers("v_leak", &p.VLeak),
		numbers("v_threshold", &p.VThreshold), resetField(&p.VReset, &p.VThreshold), inputField(&p.WIn, &p.VLeak),
	}
}

// resetField is v_reset, which files before 2025 lack: 0.
func resetField(to, like *Tensor) field {
	return optional(numbers("v_reset", to), func() {
		if !like.IsZero() {
			*to = full(0, like.Shape).as(like.Type())
		}
	})
}

// inputField is w_in, which may be left out, or be one number for all: it gets
// the shape of the others.
func inputField(to, like *Tensor) field {
	f := optional(numbers("w_in", to), func() {
		if !like.IsZero() {
			*to = full(1, like.Shape).as(like.Type())
		}
	})
	put := f.put
	f.put = func() Tensor {
		t := put()
		if len(t.Shape) == 0 && t.Len() == 1 && !like.IsZero() && !slices.Equal(t.Shape, like.Shape) {
			return full(t.floats()[0], like.Shape).as(t.Type())
		}
		return t
	}
	return f
}

func (p *I) check() []fact  { return nil }
func (p *IF) check() []fact { return sameShapes(p.fields()) }
func (p *LI) check() []fact { return append(sameShapes(p.fields()), positive("tau", p.Tau)...) }

func (p *LIF) check() []fact     { return append(sameShapes(p.fields()), positive("tau", p.Tau)...) }
func (p *CubaLI) check() []fact  { return append(sameShapes(p.fields()), p.times()...) }
func (p *CubaLIF) check() []fact { return append(sameShapes(p.fields()), p.times()...) }

func (p *CubaLI) times() []fact {
	return append(positive("tau_syn", p.TauSyn), positive("tau_mem", p.TauMem)...)
}

func (p *CubaLIF) times() []fact {
	return append(positive("tau_syn", p.TauSyn), positive("tau_mem", p.TauMem)...)
}

// positive says that a time constant is not.
func positive(name string, t Tensor) []fact {
	for _, v := range t.floats() {
		if !(v > 0) {
			return []fact{{name, "holds a time constant that is not above 0"}}
		}
	}
	return nil
}

func (p *I) infer(in []int) ([]int, error)       { return elementwise(in, p.R.Shape) }
func (p *IF) infer(in []int) ([]int, error)      { return elementwise(in, p.R.Shape) }
func (p *LI) infer(in []int) ([]int, error)      { return elementwise(in, p.R.Shape) }
func (p *LIF) infer(in []int) ([]int, error)     { return elementwise(in, p.R.Shape) }
func (p *CubaLI) infer(in []int) ([]int, error)  { return elementwise(in, p.R.Shape) }
func (p *CubaLIF) infer(in []int) ([]int, error) { return elementwise(in, p.R.Shape) }
