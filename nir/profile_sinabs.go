package nir

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// sinabsProfile is from_nir of Sinabs 3.1.3: several spikes a step, the
// threshold subtracted for each, τ in steps, no normalization of the input; IF
// is held at −v_threshold. It reads neither r of IF and LIF nor v_reset.
func sinabsProfile() Profile {
	return Profile{
		Name: "sinabs", Doc: "Sinabs: several spikes a step, subtraction, τ in steps, IF not below −θ", Reader: "sinabs.from_nir 3.1.3", Dt: 1, Fixed: true,
		neurons: sinabsNeurons, writes: writing{exp: true, steps: true, gain: gainUnit, li: true},
		other: sinabsOther,
	}
}

func sinabsOther(p Primitive) remarks {
	r := only("Sinabs", "Affine", "Linear", "Conv1d", "Conv2d", "Flatten", "SumPool2d")(p)
	if pool, ok := p.(*SumPool2d); ok && pool.Padding != [2]int{} {
		r.refuse("Sinabs ignores the padding of SumPool2d: the shapes behind it would differ")
	}
	return r
}

func sinabsNeurons(c *cell, _ settings) (*model.Neuron, remarks) {
	var r remarks
	if c.cuba() || c.kind == "I" {
		r.refuse("Sinabs leaves out %s without a word: what it runs is not the network", c.kind)
		return nil, r
	}
	rules := hard()
	rules.Fire, rules.MaxSpikes, rules.Reset, rules.DetachReset = model.FireAtLeast, 0, model.ResetSubtract, false
	if c.tau != nil {
		rules.MemDecay = model.DecayExp
	}
	op := newNeuron(c, rules)
	if c.tau != nil {
		always(op, "tau", c.tau, c.shape)
		if !c.leak.near(0) {
			r.refuse("v_leak is not 0: Sinabs refuses it")
		}
	}
	switch {
	case c.kind == "LI" && !c.r.near(1):
		r.refuse("r is not 1: Sinabs refuses it")
	case !c.r.near(1):
		r.note("r = %.6g is not read: the input counts once", c.r[0])
	}
	if c.fires() {
		always(op, "threshold", c.threshold, c.shape)
		if !c.reset.near(0) {
			r.note("v_reset is not read: the threshold is subtracted")
		}
	}
	if c.kind == "IF" {
		always(op, "v_min", mapSeries(func(v ...float64) float64 { return -v[0] }, c.threshold), c.shape)
	}
	if c.tau != nil && c.tau[0] < 0.1 {
		r.note("τ = %.6g counts steps: the potential is gone after one (e^(−1/τ) = %.3g)", c.tau[0], math.Exp(-1/c.tau[0]))
	}
	if c.back != nil {
		r.note("the edge back is fed only between calls: in one call nothing comes back")
		c.back = nil
	}
	return op, r
}
