package xylo

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Arithmetic is Xylo's: 8-bit weights, 16-bit registers that saturate, shift
// decays, subtraction on a spike. Hidden spikes reach the output a tick late.
func (t *Target) Arithmetic() quant.Arithmetic {
	state := int32(limitState.Value)
	return quant.Arithmetic{
		Target: t.Name(), Grid: func(bits int) (quant.Grid, error) { return quant.SignedGrid(bits, 8) }, Input: quant.Range{Max: maxInput},
		Next: 1, Most: 1, Threshold: quant.Range{Min: 1, Max: state}, Bias: quant.Range{Min: -state - 1, Max: state},
		PerNeuron: true, Potential: true, Neuron: neuron,
	}
}

// neuron is the core's rule with dashes near to the network's decays. A layer
// whose potential is read is an output.
func neuron(d quant.Dynamics, r *quant.Refusals) *quant.Spiking {
	most := maxHiddenSpikes
	if d.Last {
		most = maxOutputSpikes
	}
	if d.Alpha == nil {
		r.Add("no synaptic current", "use cuba-lif with alpha or tau_syn: the core's currents decay after they are added to")
		d.Alpha = []float64{0.5}
	}
	if d.Fires {
		firing(d, most, r)
	}
	if !math.IsInf(d.Min, -1) {
		r.Add("a lower bound of the potential", "leave v_min out")
	}
	s := (&Spec{}).neuron([]quant.Tensor{dashes("current", d.Alpha, r)}, dashes("membrane", d.Beta, r), quant.Tensor{}, quant.Tensor{}, most)
	return s
}

func firing(d quant.Dynamics, most int, r *quant.Refusals) {
	if d.Reset != model.ResetSubtract {
		r.Add("reset: "+string(d.Reset), "set reset: subtract")
	}
	if d.MaxSpikes != most {
		r.Note("sends up to %d spikes a tick, the network %d a step (0 = no limit)", most, d.MaxSpikes)
	}
	if d.Fire != model.FireAtLeast {
		r.Note("fires at u >= θ, the network at u > θ")
	}
}

func dashes(what string, factors []float64, r *quant.Refusals) quant.Tensor {
	out := make([]int32, len(factors))
	for i, f := range factors {
		if !quant.CanDash(f) || what == "current" && f < 0.25 {
			r.Add(fmt.Sprintf("a %s that keeps %v a step", what, f), "a shift decay keeps 1 − 2^−n: time constants from 1 to 32768 steps")
			return quant.Scalar(1)
		}
		if out[i] = quant.DashOf(f); what == "current" {
			out[i] = max(out[i], 1) // with 0 nothing would arrive
		}
	}
	return quant.NewTensor(out, len(out))
}
