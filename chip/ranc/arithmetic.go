package ranc

import (
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// lowest is a negative threshold that no potential reaches.
const lowest = -1 << 30

// Arithmetic is RANC's: weights of 2 to 4 bits made of axon types, no leak but a
// constant, a tick a layer. Weights are small integers, so that partial sums of
// a fan-in beyond a core stay small.
func (t *Target) Arithmetic() quant.Arithmetic {
	a := quant.Arithmetic{
		Target: t.Name(), Grid: grid, Input: quant.Range{Max: 1}, Next: 1, Most: maxTicks - 1,
		Threshold: quant.Range{Min: 1, Max: 1 << 24}, Bias: quant.Range{Min: -1 << 24, Max: 1 << 24},
		PerNeuron: true, Initial: true, Neuron: t.neuron,
	}
	if t.narrow {
		a.Threshold.Max = 1 << 17 // half of the range: the rest of the potential is for what a tick adds
		a.Bias = quant.Range{Min: -int32(limitLeak.Value), Max: int32(limitLeak.Value)}
	}
	return a
}

// grid is two's complement in 2 bits, 4 levels; in 3 and 4 it ends at equal
// magnitudes, as the least value would cost parts of a sum an axon a source.
func grid(bits int) (quant.Grid, error) {
	g, err := quant.SignedGrid(bits, axonTypes)
	if err == nil && g.Max > 1 {
		g.Min = -g.Max
	}
	return g, err
}

// neuron is LIF without a leak of its own; its floor is out of reach where the
// parameters are wide enough.
func (t *Target) neuron(d quant.Dynamics, r *quant.Refusals) *quant.Spiking {
	if d.Alpha != nil {
		r.Add("a synaptic current", "use if")
	}
	for _, beta := range d.Beta {
		if beta != 1 {
			r.Add("a leak that depends on the potential", "use if; a bias is added every tick")
			break
		}
	}
	reset := quant.ResetSubtract
	if d.Fires {
		switch d.Reset {
		case model.ResetValue:
			reset = quant.ResetValue
		case model.ResetNone:
			r.Add("no reset", "set reset: subtract or zero")
		}
		if d.ResetTo != 0 {
			r.Add("a reset to another value than 0", "set v_reset: 0")
		}
		if d.MaxSpikes != 1 {
			r.Add("several spikes a step", "set max_spikes: 1")
		}
		if d.Fire != model.FireAtLeast && d.Reset == model.ResetSubtract {
			r.Note("fires at u >= θ, the network at u > θ")
		}
	}
	if !math.IsInf(d.Min, -1) {
		r.Add("a lower bound of the potential", "leave v_min out")
	}
	floor := int32(lowest)
	if t.narrow {
		floor = -int32(limitFloor.Value)
	}
	s := LIF(0, 0, floor, reset)
	s.Bias = quant.Tensor{}
	return s
}
