package spinnaker2

import (
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// fraction is the bits behind the point, of potentials and of decays.
const fraction = 15

// Fixed is a number in s16.15, the nearest one; it saturates.
func Fixed(x float64) int32 {
	return quant.Quantize(x, math.Ldexp(1, -fraction), quant.Signed(32, quant.Saturate))
}

// Decay is the leak of a membrane of time constant tau, both in s: what
// exponential Euler leaves in a step, exp(−dt/τ), in 15 bits.
func Decay(tau, dt float64) quant.Decay {
	return decay(quant.Scalar(quant.DecayParam(math.Exp(-dt/tau), fraction)))
}

func decay(p quant.Tensor) quant.Decay {
	return quant.Decay{Kind: quant.DecayMultiply, Bits: fraction, Round: quant.RoundFloor, P: p}
}

// LIF is the neuron of a population, its potential in s16.15. threshold and
// bias are in units of 2^−15; reset is quant.ResetSubtract or quant.ResetValue (to 0).
func LIF(leak quant.Decay, threshold, bias quant.Tensor, reset int32) *quant.Spiking {
	return &quant.Spiking{
		Leak: leak, Charge: quant.ChargeSum, Bias: bias, Range: register(), Threshold: threshold, Fire: model.FireAbove, MaxSpikes: 1, Reset: quant.Scalar(reset),
	}
}

// Float is LIF with its potential in float32.
func Float(leak quant.Decay, threshold, bias quant.Tensor, reset int32) *quant.Spiking {
	s := LIF(leak, threshold, bias, reset)
	s.State = quant.StateFloat32
	return s
}

func register() quant.Range { return quant.Signed(32, quant.Wrap) }
