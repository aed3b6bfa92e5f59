package spinnaker2

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Arithmetic is s16.15's: weights of −127 to 127 with a scale of up to 15 bits a
// layer, decays of 15 bits, a tick a layer.
func (t *Target) Arithmetic() quant.Arithmetic {
	return quant.Arithmetic{
		Target: t.Name(), Grid: grid, Input: quant.Range{Max: 1}, First: 1, Next: 1, Most: 1,
		Threshold: quant.Range{Min: 1, Max: 1 << 24}, Bias: quant.Range{Min: -1 << 24, Max: 1 << 24},
		PerNeuron: true, Initial: true, Potential: true, Neuron: neuron,
	}
}

func grid(bits int) (quant.Grid, error) {
	g, err := quant.SignedGrid(bits, 8)
	g.Min, g.Exponent = -g.Max, fraction
	return g, err
}

// neuron is LIF with the decays of the network's neurons.
func neuron(d quant.Dynamics, r *quant.Refusals) *quant.Spiking {
	if d.Alpha != nil {
		r.Add("a synaptic current", "use lif")
	}
	p := make([]int32, len(d.Beta))
	for i, beta := range d.Beta {
		if beta < 0 || beta > 1 {
			r.Add(fmt.Sprintf("a membrane that keeps %v a step", beta), "factors are 0 to 1")
			break
		}
		p[i] = quant.DecayParam(beta, fraction)
	}
	reset := quant.ResetSubtract
	if d.Fires {
		reset = firing(d, r)
	}
	if !math.IsInf(d.Min, -1) {
		r.Add("a lower bound of the potential", "leave v_min out")
	}
	return LIF(decay(quant.NewTensor(p, len(p))), quant.Tensor{}, quant.Tensor{}, reset)
}

func firing(d quant.Dynamics, r *quant.Refusals) int32 {
	if d.MaxSpikes != 1 {
		r.Add("several spikes a step", "set max_spikes: 1")
	}
	if d.ResetTo != 0 {
		r.Add("a reset to another value than 0", "set v_reset: 0")
	}
	if d.Fire != model.FireAbove && d.Reset == model.ResetSubtract {
		r.Note("fires at u > θ, the network at u >= θ")
	}
	switch d.Reset {
	case model.ResetNone:
		r.Add("no reset", "set reset: subtract or zero")
	case model.ResetValue:
		return quant.ResetValue
	}
	return quant.ResetSubtract
}
