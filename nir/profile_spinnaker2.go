package nir

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// spinnaker2Profile is s2_nir of SpiNNaker2 with its defaults: exponential
// Euler, the threshold subtracted, dt = 1. Weights are rounded to integers on
// the chip; that is not part of this profile.
func spinnaker2Profile() Profile {
	return Profile{
		Name: "spinnaker2", Doc: "SpiNNaker2: exponential Euler, subtraction, dt 1", Reader: "s2_nir", Dt: 1,
		neurons: spinnaker2Neurons, writes: writing{exp: true, gain: gainR, in: true},
		other: only("SpiNNaker2", "Affine", "Linear", "Conv1d", "Conv2d", "Flatten", "SumPool2d"),
	}
}

func spinnaker2Neurons(c *cell, o settings) (*model.Neuron, remarks) {
	var r remarks
	if !c.fires() {
		return readout("SpiNNaker2", c, o)
	}
	rules := hard()
	rules.Reset = model.ResetSubtract
	if c.tau != nil {
		rules.MemDecay, rules.Gain = model.DecayExp, model.GainLeak
	}
	cubaRules(&rules, c, model.DecayExp)
	op := newNeuron(c, rules)
	gain := c.r
	switch {
	case c.cuba():
		gain = mapSeries(func(v ...float64) float64 { return -v[0] * v[1] * math.Expm1(-o.dt/v[2]) }, c.r, c.in, c.syn)
		always(op, "tau_syn", c.syn, c.shape)
	case c.tau == nil:
		gain = mapSeries(func(v ...float64) float64 { return v[0] * o.dt }, c.r)
	}
	set(op, "r", gain, c.shape, 1)
	if c.tau != nil {
		always(op, "tau", c.tau, c.shape)
		set(op, "v_leak", c.leak, c.shape, 0)
	}
	always(op, "threshold", c.threshold, c.shape)
	if !c.reset.near(0) {
		r.note("v_reset is not read: the threshold is subtracted")
	}
	return op, r
}
