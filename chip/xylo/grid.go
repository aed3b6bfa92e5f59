package xylo

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Grid is weights of 8 bits, states of 16 that saturate after every event,
// shift decays, subtraction, and a tick before the output layer. The hidden
// layer sends up to 31 spikes a step; the output layer's MaxSpikes is 1.
func (*Target) Grid() chip.Grid {
	g := chip.NewGrid(8)
	g.Input.Max = maxInput
	dash := quant.Decay{Kind: quant.DecayDash, P: quant.Scalar(0)}
	g.Neuron = (&Spec{}).neuron([]quant.Tensor{quant.Scalar(0)}, dash.P, quant.Scalar(1), quant.Tensor{}, maxHiddenSpikes)
	g.Resets, g.PerNeuron, g.Latency = []int32{quant.ResetSubtract}, true, []int{0, 1}
	return g
}
