package ranc

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Grid is weights of 9 bits, of which four different ones a layer cost one
// axon each, a constant leak, and a tick between layers.
func (t *Target) Grid() chip.Grid {
	g := chip.NewGrid(9)
	g.WeightValues = axonTypes
	g.Neuron = LIF(1, 0, -1<<20, quant.ResetSubtract)
	g.Resets = []int32{quant.ResetSubtract, quant.ResetValue}
	if t.narrow {
		g.Neuron = LIF(1, 0, -1<<17, quant.ResetSubtract)
	}
	g.Threshold.Max, g.Bias, g.PerNeuron = 1<<18-1, quant.Range{Min: -255, Max: 255, Overflow: quant.Saturate}, true
	g.Latency = []int{0, 1}
	return g
}
