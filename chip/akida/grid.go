package akida

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Grid is weights of up to 4 bits (8 in an input layer) and activations of up
// to 4 bits. A bias is part of the threshold.
func (*Target) Grid() chip.Grid {
	return chip.Grid{
		Input: quant.Unsigned(8, quant.Saturate), WeightBits: []int{4, 2, 1}, ActivationBits: []int{4, 2, 1},
		Activation: &quant.Activation{Range: register(), Levels: &quant.Levels{Threshold: quant.Scalar(0), Step: quant.Scalar(16), Bits: 4}},
	}
}
