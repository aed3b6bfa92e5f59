package brainscales2

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Arithmetic is that of the chip that all are meant to be: weights of −63 to 63,
// inputs of 0 to 31, a current and a membrane with decays of 15 bits, a reset to
// zero, a tick a layer.
func (t *Target) Arithmetic() quant.Arithmetic {
	most := int32(limitState.Value >> unitBits)
	return quant.Arithmetic{
		Target: t.Name(), Grid: grid, Input: quant.Range{Max: int32(limitInput.Value)}, First: 1, Next: 1, Most: 1, Unit: unitBits,
		Threshold: quant.Range{Min: 1, Max: most}, Bias: quant.Range{Min: -most, Max: most}, PerNeuron: true, Potential: true, Neuron: neuron,
	}
}

func grid(bits int) (quant.Grid, error) {
	g, err := quant.SignedGrid(bits, 7)
	g.Min = -g.Max
	return g, err
}

// neuron is LIF with the decays of the network's neurons; without a current in
// the network all of it is used up in its tick.
func neuron(d quant.Dynamics, r *quant.Refusals) *quant.Spiking {
	current := quant.Scalar(1 << decayBits)
	if d.Alpha != nil {
		current = parameters("current", d.Alpha, r)
	}
	if d.Fires {
		firing(d, r)
	}
	if !math.IsInf(d.Min, -1) {
		r.Add("a lower bound of the potential", "leave v_min out")
	}
	return LIF(decay(current), decay(parameters("membrane", d.Beta, r)), quant.Tensor{}, quant.Tensor{})
}

func parameters(what string, factors []float64, r *quant.Refusals) quant.Tensor {
	p := make([]int32, len(factors))
	for i, f := range factors {
		if f < 0 || f > 1 {
			r.Add(fmt.Sprintf("a %s that keeps %v a step", what, f), "factors are 0 to 1")
			break
		}
		p[i] = quant.DecayParam(f, decayBits)
	}
	return quant.NewTensor(p, len(p))
}

func firing(d quant.Dynamics, r *quant.Refusals) {
	switch {
	case d.Reset == model.ResetSubtract:
		r.Add("soft reset", "set reset: zero")
	case d.Reset == model.ResetNone:
		r.Add("no reset", "set reset: zero")
	case d.ResetTo != 0:
		r.Add("a reset to another value than 0", "set v_reset: 0")
	}
	if d.MaxSpikes != 1 {
		r.Add("several spikes a step", "set max_spikes: 1")
	}
}
