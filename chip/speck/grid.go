package speck

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Grid is weights of 8 bits, potentials of 16 that saturate, no decay, and
// subtraction with any number of spikes (or a reset to zero with one).
func (*Target) Grid() chip.Grid {
	g := chip.NewGrid(8)
	g.Input.Max = 255
	g.Neuron = IAF(1, -1<<(stateBits-1), quant.Tensor{}, false)
	g.Resets = []int32{quant.ResetSubtract, quant.ResetValue}
	return g
}
