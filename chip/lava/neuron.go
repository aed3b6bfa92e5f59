package lava

import (
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Fixed figures of Lava's fixed-point LIF.
const (
	decayBits = 12
	scaleBits = 6 // input, threshold and netx biases are in units of 2^6
	maxDelay  = 62

	leastExponent, mostExponent = -8, 7 // of a dense group's weights (brian2-loihi's w_exp)
)

// current is the range of u: above 2^23 it loses 2^24, at or below −2^23 it gains 2^24, once.
func current() quant.Range {
	return quant.Range{Min: -1<<23 + 1, Max: 1 << 23, Overflow: quant.WrapOnce}
}

// voltage is the range of v.
func voltage() quant.Range {
	return quant.Range{Min: -1<<23 + 1, Max: 1<<23 - 1, Overflow: quant.Saturate}
}

// sum24 is the range of a convolution's sum.
func sum24() quant.Range { return quant.Signed(24, quant.Wrap) }

// LIF is Lava's LIF in fixed point:
//
//	u ← wrap(u·(4096 − iDecay) ≫ 12 + a ≪ 6)
//	v ← sat(v·(4096 − vDecay) ≫ 12 + u + bias)
//	s = v > threshold ≪ 6;  v ← 0 where s
//
// Products are rounded toward zero. iDecay and vDecay are 0..4096 (Lava's du is
// iDecay − 1), the threshold is unsigned with 17 bits, bias is in units of v.
func LIF(iDecay, vDecay, threshold int32, bias quant.Tensor) *quant.Spiking {
	multiply := func(p int32) quant.Decay {
		return quant.Decay{Kind: quant.DecayMultiply, Bits: decayBits, Round: quant.RoundTowardZero, P: quant.Scalar(p)}
	}
	return &quant.Spiking{
		Currents:  []quant.Current{{Order: quant.DecayAdd, Decay: multiply(iDecay), Shift: scaleBits, Range: current()}},
		Leak:      multiply(vDecay),
		Charge:    quant.ChargeSum,
		Bias:      bias,
		Range:     voltage(),
		Threshold: quant.Scalar(threshold << scaleBits),
		Fire:      model.FireAbove,
		MaxSpikes: 1,
		Reset:     quant.Scalar(quant.ResetValue),
	}
}
