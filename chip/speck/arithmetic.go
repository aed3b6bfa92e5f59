package speck

import (
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Arithmetic is the chip's: 8-bit weights, 16-bit potentials that saturate and
// do not leak, any number of spikes a tick, layers that all act in one tick.
func (t *Target) Arithmetic() quant.Arithmetic {
	state := int32(limitState.Value)
	return quant.Arithmetic{
		Target: t.Name(), Grid: grid, Input: quant.Range{Max: 255}, Threshold: quant.Range{Min: 1, Max: state},
		Bias: quant.Range{Min: -state - 1, Max: state}, AsConv: true, SumPool: true, Potential: true, Counts: true, Initial: true, Neuron: neuron,
	}
}

// grid is weights of 8 bits; fewer bits are spread over them, so that thresholds stay fine.
func grid(bits int) (quant.Grid, error) {
	g, err := quant.SignedGrid(bits, 8)
	if err == nil {
		g.Step = 127 / g.Max
	}
	return g, err
}

func neuron(d quant.Dynamics, r *quant.Refusals) *quant.Spiking {
	if d.Alpha != nil {
		r.Add("a synaptic current", "use if")
	}
	for _, beta := range d.Beta {
		if beta != 1 {
			r.Add("a leak of the membrane", "use if; convert with output_decay: 0")
			break
		}
	}
	floor := int32(-1 << (stateBits - 1))
	toZero := d.Fires && d.Reset == model.ResetValue
	if d.Fires {
		firing(d, r)
	}
	return IAF(0, floor, quant.Tensor{}, toZero)
}

func firing(d quant.Dynamics, r *quant.Refusals) {
	switch d.Reset {
	case model.ResetSubtract:
		if d.MaxSpikes != 0 {
			r.Note("sends all spikes of a tick, the network %d a step", d.MaxSpikes)
		}
	case model.ResetValue:
		if d.MaxSpikes != 1 || d.ResetTo != 0 {
			r.Add("a reset to a value with several spikes, or to another than 0", "set max_spikes: 1, v_reset: 0")
		}
	default:
		r.Add("no reset", "set reset: subtract or zero")
	}
	if d.Fire != model.FireAtLeast && d.Reset != model.ResetValue {
		r.Note("fires at u >= θ, the network at u > θ")
	}
	if d.Min > 0 && !math.IsInf(d.Min, 1) {
		r.Add("a lower bound above 0", "set v_min to 0 or less")
	}
}
