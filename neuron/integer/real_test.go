package integer_test

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// rounded is x with the 24 bits of a float32.
func rounded(x *big.Float) *big.Float {
	return new(big.Float).SetPrec(24).SetMode(big.ToNearestEven).Set(x)
}

// TestFloatStateIsTheEquation: the float32 step against exact numbers, rounded after every operation.
func TestFloatStateIsTheEquation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		theta, p, bias := rapid.Int32Range(1, 5000).Draw(t, "threshold"), rapid.Int32Range(0, 1<<15).Draw(t, "decay"), rapid.Int32Range(-50, 50).Draw(t, "bias")
		mode, above := rapid.Int32Range(0, 2).Draw(t, "reset"), rapid.Bool().Draw(t, "above")
		rule := &quant.Spiking{
			State: quant.StateFloat32, Leak: quant.Decay{Kind: quant.DecayMultiply, Bits: 15, Round: quant.RoundFloor, P: quant.Scalar(p)}, Charge: quant.ChargeSum,
			Bias: quant.Scalar(bias), Range: quant.Full(), Threshold: quant.Scalar(theta), Fire: model.FireAtLeast, MaxSpikes: 1, Reset: quant.Scalar(mode),
		}
		if above {
			rule.Fire = model.FireAbove
		}
		s := integer.NewSpiking(rule, []int{1})
		st, v := s.NewState(), new(big.Float).SetPrec(200)
		exact := func(x int64) *big.Float { return new(big.Float).SetPrec(200).SetInt64(x) }
		for range 20 {
			x := rapid.Int32Range(-3000, 3000).Draw(t, "x")
			keep := new(big.Float).SetPrec(200).Quo(exact(1<<15-int64(p)), exact(1<<15))
			left := rounded(new(big.Float).SetPrec(200).Mul(v, keep))
			u := rounded(new(big.Float).SetPrec(200).Add(left, exact(int64(x)+int64(bias))))
			cmp := u.Cmp(exact(int64(theta)))
			fires := cmp > 0 || cmp == 0 && !above
			switch {
			case fires && mode == quant.ResetSubtract:
				u = rounded(new(big.Float).SetPrec(200).Sub(u, exact(int64(theta))))
			case fires && mode == quant.ResetValue:
				u = exact(0)
			}
			v.Set(u)
			out := &integer.Spikes{}
			s.Step(st, [][]int32{{x}}, x == 0, out)
			want := []int32(nil)
			if fires {
				want = []int32{0}
			}
			if got, _ := v.Float32(); !slices.Equal(out.Index, want) || st.F[0] != got {
				t.Fatalf("spikes %v, v %g; by the equation %v, %g", out.Index, st.F[0], want, got)
			}
		}
	})
}
