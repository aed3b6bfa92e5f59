package lava

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Grid is even weights of −256 to 254, thresholds and biases in units of 2^6,
// decays of 12 bits, a reset to zero, and one tick a layer.
func (t *Target) Grid() chip.Grid {
	g := chip.NewGrid(9)
	sum := sum24()
	g.Weight, g.WeightStep = quant.Range{Min: -256, Max: int32(limitWeight.Value), Overflow: quant.Saturate}, 2
	g.Neuron, g.Resets = LIF(0, 0, 0, quant.Tensor{}), []int32{quant.ResetValue}
	g.Threshold, g.ThresholdStep = quant.Range{Max: int32(limitThreshold.Value) << scaleBits, Overflow: quant.Saturate}, 1<<scaleBits
	g.Bias, g.BiasStep = quant.Range{Min: -1 << (12 + scaleBits), Max: int32(limitBias.Value) << scaleBits, Overflow: quant.Saturate}, 1<<scaleBits
	g.Latency, g.ConvSum = []int{1, 1}, &sum
	return g
}
