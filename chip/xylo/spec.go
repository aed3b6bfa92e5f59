package xylo

import "github.com/snntrain/snntrain/quant"

// Spec is what XyloSim.from_specification takes. S is 1 or 2 synaptic currents.
type Spec struct {
	Version      string       // "v1", or "v2" (also when empty)
	WeightsIn    quant.Tensor // [N_in, N_hidden, S] or [N_in, N_hidden], 8 bits
	WeightsRec   quant.Tensor // [N_hidden, N_hidden, S], may be absent
	WeightsOut   quant.Tensor // [N_hidden, N_out]
	DashMem      quant.Tensor // [N_hidden]; a dash d loses x ≫ d a step
	DashSyn      quant.Tensor // [N_hidden]
	DashSyn2     quant.Tensor // [N_hidden], used with S = 2
	DashMemOut   quant.Tensor // [N_out]
	DashSynOut   quant.Tensor // [N_out]
	Threshold    quant.Tensor // [N_hidden], 16 bits, at least 1
	ThresholdOut quant.Tensor // [N_out]
	Bias         quant.Tensor // [N_hidden], v2 only, may be absent
	BiasOut      quant.Tensor // [N_out], v2 only, may be absent
	ShiftIn      int          // weights are shifted left by it
	ShiftRec     int
	ShiftOut     int
	Aliases      [][]int // hidden neurons that fire with neuron i, may be absent
}

// Figures of the core.
const (
	maxInput        = 15 // spikes of an input channel in a step
	maxHiddenSpikes = 31
	maxOutputSpikes = 1
	stateBits       = 16
)

// Names of the populations and synapses of a network for Xylo.
const (
	hidden  = "hidden"
	aliased = "aliased"
	output  = "output"
)

// register is the range of every state.
func register() quant.Range { return quant.Signed(stateBits, quant.Saturate) }
