package lava

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Arithmetic is Lava's fixed point: even weights of 8 bits and a sign, a
// potential of 6 more bits, decays of 12, a reset to zero, a tick a layer. A
// weight of n bits is an even one of n bits and a sign that lies next to 0.
func (t *Target) Arithmetic() quant.Arithmetic {
	sum := sum24()
	a := quant.Arithmetic{
		Target: t.Name(), Grid: grid, Input: quant.Range{Min: -(1<<15 - 1), Max: 1<<15 - 1},
		First: 1, Next: 1, Most: 1, Unit: scaleBits,
		Threshold: quant.Range{Min: 1, Max: int32(limitThreshold.Value)}, Bias: quant.Range{Min: -1 << 12, Max: int32(limitBias.Value)},
		ConvSum: &sum, Potential: true, Neuron: lif,
	}
	if t.revision == 1 {
		a.Input = quant.Range{Max: 1} // graded spikes came with Loihi 2
	}
	return a
}

func grid(bits int) (quant.Grid, error) {
	g, err := quant.SignedGrid(bits, 8)
	g.Step = 2
	return g, err
}

// lif is LIF with the decays of the network's neurons.
func lif(d quant.Dynamics, r *quant.Refusals) *quant.Spiking {
	current := int32(1 << decayBits) // all of the current is used up in its tick
	if d.Alpha != nil {
		current = oneDecay("current", d.Alpha, r)
	}
	if d.Fires {
		if d.Reset == model.ResetSubtract && d.Stretch > 1 {
			r.Note("resets to zero: what is beyond the threshold is lost, of a step at most 1/%d of it", d.Stretch)
		} else if d.Reset == model.ResetSubtract {
			r.Add("soft reset", "set reset: zero, or stretch a network of rates over more ticks (quantize --stretch 8)")
		}
		if d.Reset == model.ResetNone {
			r.Add("no reset", "set reset: zero")
		}
		if d.ResetTo != 0 {
			r.Add("a reset to another value than 0", "set v_reset: 0")
		}
		if d.MaxSpikes != 1 {
			r.Add("several spikes a step", "set max_spikes: 1")
		}
	}
	if !math.IsInf(d.Min, -1) {
		r.Add("a lower bound of the potential", "leave v_min out")
	}
	return LIF(current, oneDecay("membrane", d.Beta, r), 0, quant.Tensor{})
}

func oneDecay(what string, factors []float64, r *quant.Refusals) int32 {
	p := quant.DecayParam(factors[0], decayBits)
	for _, f := range factors {
		if f < 0 || f > 1 {
			r.Add(fmt.Sprintf("a %s that keeps %v a step", what, f), "factors are 0 to 1")
			return 0
		}
		if quant.DecayParam(f, decayBits) != p {
			r.Add("different decays of the "+what, "share one in the layer")
			return 0
		}
	}
	return p
}
