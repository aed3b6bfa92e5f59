package akida

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Grid is weights of up to 4 bits (8 in an input layer) and activations of up
// to 4 bits.
func (*Target) Grid() chip.Grid {
	g := chip.NewGrid(4, 2, 1)
	g.Input.Max, g.ActivationBits = int32(limitInput.Value), []int{4, 2, 1}
	g.Activation = &quant.Activation{Range: register(), Levels: &quant.Levels{Threshold: quant.Scalar(0), Step: quant.Scalar(16), Bits: 4}}
	g.BiasStep, g.PerNeuron = 0, true
	return g
}
