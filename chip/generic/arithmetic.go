package generic

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Arithmetic is that of the description. Sums of synapses may be shifted left,
// so that few bits of weight still meet a fine threshold.
func (c *Chip) Arithmetic() quant.Arithmetic {
	limits := quant.Signed(c.Threshold.Bits, quant.Saturate)
	return quant.Arithmetic{
		Target: c.Name(), Grid: c.grid, Input: quant.Range{Min: -(1<<15 - 1), Max: 1<<15 - 1},
		Most: 1 + c.MaxDelay, Threshold: quant.Range{Min: 1, Max: limits.Max}, Bias: limits,
		PerNeuron: true, Initial: true, Potential: true, Neuron: c.neuronOf,
	}
}

func (c *Chip) grid(bits int) (quant.Grid, error) {
	g, err := quant.SignedGrid(bits, c.Weights.Bits)
	g.Exponent = 16
	return g, err
}

// neuronOf is LIF with the decays of the network's neurons.
func (c *Chip) neuronOf(d quant.Dynamics, r *quant.Refusals) *quant.Spiking {
	p := Parameters{Leak: c.Potential.parameter("membrane", d.Beta, r)}
	switch {
	case d.Alpha != nil && c.Current == nil:
		r.Add("a synaptic current", "use lif, or give the chip a current:")
	case d.Alpha != nil:
		p.CurrentDecay = c.Current.parameter("current", d.Alpha, r)
	case c.Current != nil:
		p.CurrentDecay = c.Current.parameter("current", []float64{0}, r)
	}
	rule := c.LIF(p)
	if d.Fires {
		c.firing(d, r)
	}
	return rule
}

func (c *Chip) firing(d quant.Dynamics, r *quant.Refusals) {
	resets := map[model.Reset]string{model.ResetSubtract: "subtract", model.ResetValue: "zero", model.ResetNone: "none"}
	if own := resets[d.Reset]; own != c.Reset {
		r.Add("reset: "+own, "the chip resets by "+c.Reset)
	}
	if d.ResetTo != 0 {
		r.Add("a reset to another value than 0", "set v_reset: 0")
	}
	if d.MaxSpikes != c.MaxSpikes {
		if d.Reset != model.ResetSubtract {
			r.Add(fmt.Sprintf("max_spikes: %d", d.MaxSpikes), fmt.Sprintf("the chip sends up to %d a tick", c.MaxSpikes))
		} else {
			r.Note("sends up to %d spikes a tick, the network %d a step (0 = no limit)", c.MaxSpikes, d.MaxSpikes)
		}
	}
	if d.Fire != c.fire() && d.Reset == model.ResetSubtract {
		r.Note("fires at u %s θ, the network at u %s θ", c.fire(), d.Fire)
	}
	if !math.IsInf(d.Min, -1) {
		r.Add("a lower bound of the potential", "leave v_min out")
	}
}

// parameter is the decay parameter nearest to factors per step.
func (s *State) parameter(what string, factors []float64, r *quant.Refusals) quant.Tensor {
	out := make([]int32, len(factors))
	for i, f := range factors {
		switch {
		case f < 0 || f > 1:
			r.Add(fmt.Sprintf("a %s that keeps %v a step", what, f), "factors are 0 to 1")
			return quant.Scalar(0)
		case s.Decay == "multiply":
			out[i] = quant.DecayParam(f, uint(s.DecayBits))
		case s.Decay == "dash" && quant.CanDash(f):
			out[i] = quant.DashOf(f)
		case s.Decay == "none" && f == 1:
			return quant.Tensor{}
		default:
			r.Add(fmt.Sprintf("a %s that keeps %v a step", what, f), fmt.Sprintf("the chip's decay is %s", s.Decay))
			return quant.Scalar(0)
		}
	}
	return quant.NewTensor(out, len(out))
}
