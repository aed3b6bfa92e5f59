package brainscales2

import (
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Fixed figures of the model.
const (
	decayBits = 15 // of decay factors
	unitBits  = 8  // a weight of 1 adds 2^8 to the current: room for what differs between chips
	stateBits = 24
)

// register holds currents and potentials, which saturate.
func register() quant.Range { return quant.Signed(stateBits, quant.Saturate) }

// Decay is what is left after a tick of something with time constant tau, both in s.
func Decay(tau, dt float64) quant.Decay {
	return decay(quant.Scalar(quant.DecayParam(math.Exp(-dt/tau), decayBits)))
}

func decay(p quant.Tensor) quant.Decay {
	return quant.Decay{Kind: quant.DecayMultiply, Bits: decayBits, Round: quant.RoundNearestEven, P: p}
}

// LIF is the neuron: threshold and bias (a leak potential above rest) are in
// units of 2^−8 weights.
func LIF(synapse, membrane quant.Decay, threshold, bias quant.Tensor) *quant.Spiking {
	return &quant.Spiking{
		Currents: []quant.Current{{Order: quant.DecayAdd, Decay: synapse, Shift: unitBits, Range: register()}},
		Leak:     membrane, Charge: quant.ChargeSum, Bias: bias, Range: register(), Threshold: threshold, Fire: model.FireAbove,
		MaxSpikes: 1, Reset: quant.Scalar(quant.ResetValue),
	}
}
