package integer

import (
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// charge leaves the membrane potential u before firing in x, which holds the
// sum of the currents.
func (s *Spiking) charge(st *State, x []int32) {
	switch s.rule.Charge {
	case quant.ChargeSum:
		s.chargeSum(st.V, x)
	case quant.ChargeStaged:
		s.chargeStaged(st.V, x)
	case quant.ChargeIncrement:
		s.chargeIncrement(st.V, x)
	}
}

// chargeSum is u = R(leak(v) + x + b).
func (s *Spiking) chargeSum(v, x []int32) {
	r := s.rule.Range
	if keep := s.leak.keep; keep != nil {
		bits, bias := uint(s.leak.Bits), s.bias[:len(x)]
		v, keep = v[:len(x)], keep[:len(x)]
		for n, add := range x {
			x[n] = r.Apply(kept(v[n], keep[n], bits) + int64(add) + int64(bias[n]))
		}
		return
	}
	for n, add := range x {
		x[n] = r.Apply(int64(s.leak.left(v[n], n)) + int64(add) + int64(s.bias[n]))
	}
}

// chargeStaged is u = R(leak(v) + R(R(x) + b)).
func (s *Spiking) chargeStaged(v, x []int32) {
	r := s.rule.Range
	for n, add := range x {
		step := s.biased(r.Apply(int64(add)), n)
		x[n] = r.Apply(int64(s.leak.left(v[n], n)) + int64(step))
	}
}

// chargeIncrement is u = R(v + R(R(x − loss(v)) + b)).
func (s *Spiking) chargeIncrement(v, x []int32) {
	r := s.rule.Range
	for n, add := range x {
		step := s.biased(r.Apply(int64(add)+int64(s.leak.gain(v[n], n, r))), n)
		x[n] = r.Apply(int64(v[n]) + int64(step))
	}
}

func (s *Spiking) biased(x int32, n int) int32 {
	return s.rule.Range.Apply(int64(x) + int64(s.bias[n]))
}

// fire decides the spikes of u and leaves the potential after reset in st.V. A
// held membrane (refractory) keeps v.
func (s *Spiking) fire(st *State, u []int32, out *Spikes) {
	atLeast := int32(0) // u ≥ θ is u > θ − 1
	if s.rule.Fire == model.FireAtLeast {
		atLeast = 1
	}
	v, changed := st.V[:len(u)], 0
	theta := s.theta[:len(u)]
	for n, pot := range u {
		if st.Wait != nil && st.Wait[n] > 0 {
			st.Wait[n]--
			continue
		}
		old := v[n]
		if int64(pot) > int64(theta[n])-int64(atLeast) {
			s.spike(st, n, pot, atLeast, out)
		} else {
			v[n] = s.floored(pot, n)
		}
		if v[n] != old {
			changed++
		}
	}
	st.Changed = changed
}

// spike lets neuron n fire.
func (s *Spiking) spike(st *State, n int, u, atLeast int32, out *Spikes) {
	count := s.count(u, n, atLeast)
	v := s.afterSpike(u, n, count)
	if v == st.V[n] {
		st.Returned++
	}
	st.V[n] = v
	out.Add(int32(n), count)
	if st.Wait != nil {
		st.Wait[n] = int32(s.rule.Refractory)
	}
}

// count is the number of spikes of a potential above threshold: each takes θ,
// up to MaxSpikes.
func (s *Spiking) count(u int32, n int, atLeast int32) int32 {
	if s.rule.MaxSpikes == 1 {
		return 1
	}
	count := (u - 1 + atLeast) / s.theta[n] // θ ≥ 1, u > 0
	if s.rule.MaxSpikes > 1 && count > int32(s.rule.MaxSpikes) {
		count = int32(s.rule.MaxSpikes)
	}
	return count
}

func (s *Spiking) afterSpike(u int32, n int, count int32) int32 {
	switch s.reset[n] {
	case quant.ResetSubtract:
		return s.rule.Range.Apply(int64(u) - int64(count)*int64(s.theta[n])) // θ < 0 could take u beyond
	case quant.ResetValue:
		return s.resetTo[n]
	}
	return u
}

// floored is the potential of a neuron that did not fire.
func (s *Spiking) floored(u int32, n int) int32 {
	f := s.floor
	if f == nil || u > f.at[n] || u == f.at[n] && !s.rule.Floor.Also {
		return u
	}
	switch f.mode[n] {
	case quant.FloorValue:
		return f.to[n]
	case quant.FloorSubtract:
		return s.rule.Range.Apply(int64(u) - int64(f.at[n]))
	}
	return f.at[n]
}
