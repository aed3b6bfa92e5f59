package generic

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Grid is what the description says.
func (c *Chip) Grid() chip.Grid {
	g := chip.NewGrid(c.Weights.Bits)
	zero := quant.Scalar(0)
	g.Neuron = c.LIF(Parameters{CurrentDecay: zero, Leak: zero, Threshold: quant.Scalar(1)})
	g.Resets, g.PerNeuron, g.Latency = []int32{c.reset()}, true, []int{1, 1}
	g.Threshold, g.Bias = quant.Signed(c.Threshold.Bits, quant.Saturate), quant.Signed(c.Threshold.Bits, quant.Saturate)
	g.Threshold.Min = 1
	return g
}
