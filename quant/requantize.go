package quant

import (
	"fmt"
	"math"
)

// Requantize is the activation of a quantized ReLU network, with the rules of
// ONNX's QuantizeLinear behind a layer of integers (what onnxruntime computes
// for QLinearConv):
//
//	y = clip(rne(fl(fl(V)·s)), Min, Max),   s = Multiplier·2^(−Shift)
//
// fl rounds to float32 and rne to the nearest integer, both with ties to even.
// Min is 0 behind a ReLU. With Round, everything is in integers:
//
//	y = clip(round(V·Multiplier / 2^Shift), Min, Max)
type Requantize struct {
	Multiplier Tensor   `json:"multiplier"` // 1..2^24: s is a float32
	Shift      Tensor   `json:"shift"`      // 0..MaxRequantizeShift
	Round      Rounding `json:"round,omitempty"`
	Min        int32    `json:"min"`
	Max        int32    `json:"max"`
}

// MaxRequantizeShift is the greatest shift of a Requantize.
const MaxRequantizeShift = 62

// mantissa is the bits of a float32's significand.
const mantissa = 24

// Requantized is the activation of the sum v for the scale s.
func (r *Requantize) Requantized(v int32, s float32) int32 {
	y := float32(v) * s
	return int32(min(max(math.RoundToEven(float64(y)), float64(r.Min)), float64(r.Max)))
}

// Shifted is the activation of the sum v in integers.
func (r *Requantize) Shifted(v, multiplier, shift int32) int32 {
	y := ShiftRight(int64(v)*int64(multiplier), uint(shift), r.Round)
	return int32(min(max(y, int64(r.Min)), int64(r.Max)))
}

// RequantizeScale is the float32 that a multiplier and a shift stand for.
func RequantizeScale(multiplier, shift int32) float32 {
	return float32(math.Ldexp(float64(multiplier), -int(shift)))
}

// RequantizeFrom takes a scale apart: the multiplier is odd or the shift 0. A
// scale is positive, below 2^24, and its last bit at least 2^−62.
func RequantizeFrom(scale float32) (multiplier, shift int32, err error) {
	fraction, exponent := math.Frexp(float64(scale)) // scale = fraction·2^exponent, fraction in [½, 1)
	m, shift := int64(math.Ldexp(fraction, mantissa)), int32(mantissa-exponent)
	for m != 0 && m%2 == 0 && shift > 0 {
		m, shift = m/2, shift-1
	}
	if m < 1 || shift < 0 || shift > MaxRequantizeShift {
		return 0, 0, fmt.Errorf("scale %g is outside 2^%d..2^%d", scale, mantissa-MaxRequantizeShift, mantissa)
	}
	return int32(m), shift, nil
}

// Scales is the scale of every neuron of a population.
func (r *Requantize) Scales(shape []int) []float32 {
	m, shift := r.Multiplier.Spread(shape), r.Shift.Spread(shape)
	out := make([]float32, len(m))
	for i := range out {
		out[i] = RequantizeScale(m[i], shift[i])
	}
	return out
}

func (r *Requantize) validate(shape []int) error {
	if r.Min > r.Max {
		return fmt.Errorf("activations %d..%d: the range is empty", r.Min, r.Max)
	}
	if r.Round != "" {
		if err := validRounding(r.Round); err != nil {
			return err
		}
	}
	if err := r.Multiplier.within("multiplier", Range{Min: 1, Max: 1 << mantissa}); err != nil {
		return err
	}
	if err := r.Shift.within("shift", Range{Min: 0, Max: MaxRequantizeShift}); err != nil {
		return err
	}
	for _, t := range []Tensor{r.Multiplier, r.Shift} {
		if err := t.spreads("requantize", shape); err != nil {
			return err
		}
	}
	return nil
}
