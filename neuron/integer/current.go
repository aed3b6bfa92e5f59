package integer

import "github.com/snntrain/snntrain/quant"

type current struct {
	quant.Current
	decay decay
}

// stepCurrents brings the currents to this tick and puts their sum into x:
// it saturates at 32 bits, which only a sum of two 32-bit currents can reach.
func (s *Spiking) stepCurrents(st *State, in [][]int32, x []int32) {
	for k := range s.currents {
		s.currents[k].step(st.I[k], in[k])
	}
	if len(s.currents) == 1 {
		copy(x, st.I[0])
		return
	}
	sum := quant.Range{Min: quant.Full().Min, Max: quant.Full().Max, Overflow: quant.Saturate}
	other := st.I[1]
	for n, i := range st.I[0] {
		x[n] = sum.Apply(int64(i) + int64(other[n]))
	}
}

// step is i ← R(decay(i) + a≪shift), or i ← decay(R(i + a≪shift)).
func (c *current) step(i, a []int32) {
	if c.Order == quant.DecayAdd {
		c.decay.apply(i)
	}
	if !c.EachEvent {
		r, shift := c.Range, uint(c.Shift)
		for n, arrived := range a {
			i[n] = r.Apply(int64(i[n]) + int64(arrived)<<shift)
		}
	}
	if c.Order == quant.AddDecay {
		c.decay.apply(i)
	}
}

// decay is a quant.Decay spread over a population.
type decay struct {
	quant.Decay
	p    []int32
	keep []int32 // of a multiply decay toward zero: 2^bits − p
}

func newDecay(d quant.Decay, shape []int) decay {
	if d.IsNone() {
		return decay{Decay: d}
	}
	out := decay{Decay: d, p: d.P.Spread(shape)}
	if d.Kind == quant.DecayMultiply && d.Round == quant.RoundTowardZero {
		out.keep = make([]int32, len(out.p))
		for n, p := range out.p {
			out.keep[n] = 1<<d.Bits - p
		}
	}
	return out
}

// kept is x·keep / 2^bits, its magnitude floored: quant.DecayedMul without its choice of roundings.
func kept(x, keep int32, bits uint) int64 {
	product := int64(x) * int64(keep)
	return (product + product>>63&(1<<bits-1)) >> bits
}

// apply replaces every x by what is left of it.
func (d *decay) apply(x []int32) {
	switch d.Kind {
	case quant.DecayMultiply:
		bits, round := uint(d.Bits), d.Round
		if d.keep != nil {
			for n, v := range x {
				x[n] = int32(kept(v, d.keep[n], bits))
			}
			return
		}
		for n, v := range x {
			if v != 0 {
				x[n] = quant.DecayedMul(v, d.p[n], bits, round)
			}
		}
	case quant.DecayDash:
		for n, v := range x {
			x[n] = v - quant.DashLoss(v, d.p[n])
		}
	case quant.DecaySubtract:
		for n, v := range x {
			x[n] = quant.DecayedSub(v, d.p[n])
		}
	}
}

// left is what is left of the state v of neuron n.
func (d *decay) left(v int32, n int) int32 {
	switch d.Kind {
	case quant.DecayMultiply:
		return quant.DecayedMul(v, d.p[n], uint(d.Bits), d.Round)
	case quant.DecayDash:
		return v - quant.DashLoss(v, d.p[n])
	case quant.DecaySubtract:
		return quant.DecayedSub(v, d.p[n])
	}
	return v
}

// gain is −loss(v), in the register r: the loss of −32768 with dash 0 is
// −32768, whose negative does not fit 16 bits and stays −32768 (Xylo v2).
func (d *decay) gain(v int32, n int, r quant.Range) int32 {
	g := int64(d.left(v, n)) - int64(v)
	if r.Has(g) {
		return int32(g)
	}
	r.Overflow = quant.Wrap
	return r.Apply(g)
}
