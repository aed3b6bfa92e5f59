package chip

import "github.com/snntrain/snntrain/quant"

// Grid is the numbers that a target computes with: what a quantizer aims at.
// A network whose weights, parameters and rules are taken from it passes
// Check, limits of size apart.
type Grid struct {
	Input        quant.Range // values of an input in a tick
	Weight       quant.Range // weights; Overflow has no meaning here
	WeightBits   []int       // widths of weights that the target stores, widest first
	WeightStep   int32       // weights are multiples of it
	WeightValues int         // different weights other than 0 that a layer can have, 0 = any

	// Neuron is the target's spiking neuron: form of decays, registers,
	// comparison, the first of Resets. A quantizer copies it and sets threshold,
	// bias and the parameters of decays. nil where there are no spikes.
	Neuron        *quant.Spiking
	Resets        []int32 // reset modes, quant.ResetValue, …
	Threshold     quant.Range
	ThresholdStep int32 // thresholds are multiples of it
	Bias          quant.Range
	BiasStep      int32 // 0 = no bias is possible
	PerNeuron     bool  // thresholds and decays may differ within a layer

	// Activation is the target's unit of a network without spikes, with the
	// widest of ActivationBits. nil where there is none.
	Activation     *quant.Activation
	ActivationBits []int

	Latency []int        // of the synapses of the first layer, and of all behind it
	ConvSum *quant.Range // register of a convolution's sum in a tick, nil = none
}

// NewGrid is a grid of signed weights of the given widths, widest first, in
// steps of 1, with binary input and no latency.
func NewGrid(weightBits ...int) Grid {
	return Grid{
		Input: quant.Range{Max: 1, Overflow: quant.Saturate}, Weight: quant.Signed(weightBits[0], quant.Saturate), WeightBits: weightBits, WeightStep: 1,
		Threshold: quant.Range{Min: 1, Max: 1<<15 - 1, Overflow: quant.Saturate}, ThresholdStep: 1, Bias: quant.Signed(16, quant.Saturate), BiasStep: 1, Latency: []int{0, 0},
	}
}
