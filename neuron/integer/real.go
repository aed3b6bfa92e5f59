package integer

import (
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// stepReal is a tick of a potential in float32 (quant.StateFloat32): every
// product and every sum is rounded to float32 on its own, nothing is fused.
//
//	u = fl(fl(v·a) + fl(x + b)),   a = 1 − p/2^bits
//	s = u > θ or u ≥ θ;  v ← fl(u − θ), reset_to, or u
func (s *Spiking) stepReal(st *State, x []int32, out *Spikes) {
	v := st.F
	st.Changed = 0
	for n, arrived := range x {
		left, old := v[n], v[n]
		fired := false
		if s.keep != nil {
			left = float32(left * s.keep[n])
		}
		u := float32(left + float32(int64(arrived)+int64(s.bias[n])))
		theta := float32(s.theta[n])
		if u > theta || u == theta && s.rule.Fire == model.FireAtLeast {
			fired = true
			out.Add(int32(n), 1)
			switch s.reset[n] {
			case quant.ResetSubtract:
				u = float32(u - theta)
			case quant.ResetValue:
				u = float32(s.resetTo[n])
			}
		}
		switch v[n] = u; {
		case u != old:
			st.Changed++
		case fired:
			st.Returned++
		}
	}
}

// keepFactors is the factors of a multiply decay, nil where nothing decays.
func keepFactors(d quant.Decay, shape []int) []float32 {
	if d.IsNone() {
		return nil
	}
	p := d.P.Spread(shape)
	out := make([]float32, len(p))
	for i := range out {
		out[i] = 1 - float32(p[i])/float32(int32(1)<<d.Bits) // exact: at most 15 bits
	}
	return out
}

func restReal(v []float32) bool {
	for _, x := range v {
		if x != 0 {
			return false
		}
	}
	return true
}
