package quant

import (
	"fmt"
	"math"
)

// DecayKind is the form of a decay in integers.
type DecayKind string

// The forms, with p the parameter of the neuron:
//
//	none:     x
//	multiply: x·(2^bits − p) / 2^bits, rounded      (Loihi: bits 12)
//	dash:     x − (x ≫ p), or one step toward zero where x ≫ p is 0   (Xylo)
//	subtract: |x| less p, not below 0, with the sign of x
const (
	DecayNone     DecayKind = "none"
	DecayMultiply DecayKind = "multiply"
	DecayDash     DecayKind = "dash"
	DecaySubtract DecayKind = "subtract"
)

// Decay is what a state loses in a tick. The zero value is no decay.
type Decay struct {
	Kind  DecayKind `json:"kind,omitempty"`
	Bits  int       `json:"bits,omitempty"`  // multiply: 1..15
	Round Rounding  `json:"round,omitempty"` // multiply
	P     Tensor    `json:"p,omitzero"`      // one value, one a channel, or one a neuron
}

// IsNone reports whether nothing decays.
func (d Decay) IsNone() bool { return d.Kind == "" || d.Kind == DecayNone }

// DecayedMul is x·(2^bits − p) / 2^bits, rounded; p in 0..2^bits.
//
// Loihi's decays are bits = 12, RoundTowardZero (Davies 2018, and Lava's LIF; Lava
// adds one to du but not to dv).
func DecayedMul(x, p int32, bits uint, r Rounding) int32 {
	return int32(ShiftRight(int64(x)*(1<<bits-int64(p)), bits, r))
}

// DashLoss is what Xylo's shift decay takes off x in a step: x ≫ p rounding to
// minus infinity, or where that is 0 one step toward zero. p in 0..31.
// The dash of a time constant τ is round(log₂(τ/dt)).
func DashLoss(x, p int32) int32 {
	if loss := x >> uint(p); loss != 0 {
		return loss
	}
	if x > 0 {
		return 1
	}
	return 0 // x is 0: a negative x has a loss of at least −1
}

// DecayedSub is x nearer to zero by p ≥ 0, not beyond it.
func DecayedSub(x, p int32) int32 {
	if x >= 0 {
		return max(x-p, 0)
	}
	return min(x+p, 0)
}

// Dash is the shift whose decay is nearest to that of time constant tau:
// round(log₂(τ/dt)), not below 0.
func Dash(tau, dt float64) int32 { return int32(max(0, math.Round(math.Log2(tau/dt)))) }

// CanDash reports whether a shift decay can keep about the factor alpha per
// step: between none of it and all of it.
func CanDash(alpha float64) bool { return alpha >= 0 && alpha < 1 }

// DashOf is the shift p whose factor 1 − 2^−p is nearest to alpha in the
// logarithm of what is lost: round(−log₂(1 − α)).
func DashOf(alpha float64) int32 {
	return int32(min(max(0, math.Round(-math.Log2(1-alpha))), 15))
}

// DecayParam is the parameter of a multiply decay nearest to the factor alpha
// per step: round((1 − α)·2^bits), α in 0..1.
func DecayParam(alpha float64, bits uint) int32 {
	return int32(math.Round((1 - alpha) * float64(int(1)<<bits)))
}

func (d Decay) validate() error {
	switch d.Kind {
	case "", DecayNone:
		return nil
	case DecayMultiply:
		if d.Bits < 1 || d.Bits > 15 {
			return fmt.Errorf("decay of %d bits; 1 to 15 are known", d.Bits)
		}
		if err := validRounding(d.Round); err != nil {
			return err
		}
		return d.P.within("decay", Range{Min: 0, Max: 1 << d.Bits})
	case DecayDash:
		return d.P.within("dash", Range{Min: 0, Max: 31})
	case DecaySubtract:
		return d.P.within("leak", Range{Min: 0, Max: math.MaxInt32})
	}
	return fmt.Errorf("decay %q is unknown; known: %s, %s, %s, %s", d.Kind, DecayNone, DecayMultiply, DecayDash, DecaySubtract)
}
