package chip

import "github.com/snntrain/snntrain/quant"

// Inference is a target of networks without spikes. Spiking targets that a
// network can be quantized for are Quantizable.
type Inference interface {
	Target
	// Grid is the numbers that a quantizer aims at.
	Grid() Grid
}

// Grid is the numbers that a target of networks without spikes computes with. A
// network whose weights and units are taken from it passes Check, limits of size apart.
type Grid struct {
	Input      quant.Range // values of an input
	WeightBits []int       // widths of weights, widest first; they are signed
	Bias       quant.Range // both ends 0 = no bias is possible

	// Activation is the unit of a layer, with the widest of ActivationBits; a
	// quantizer copies it and sets scales or levels, one a channel, and the bias.
	Activation     *quant.Activation
	ActivationBits []int
}
