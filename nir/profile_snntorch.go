package nir

import (
	"slices"

	"github.com/snntrain/snntrain/model"
)

// snntorchProfile is import_from_nir of snnTorch 1.0.0: Leaky, Synaptic, RLeaky
// and RSynaptic with reset to zero in the step of the spike, dt = 1e-4. It reads
// neither v_reset nor r and w_in: an input gain that is not 1 divides the threshold.
func snntorchProfile() Profile {
	return Profile{
		Name: "snntorch", Doc: "snnTorch: reset to zero, dt 1e-4, one threshold for a layer", Reader: "snntorch.import_nir 1.0.0", Dt: 1e-4, Fixed: true,
		neurons: snntorchNeurons, writes: writing{gain: gainUnit, r: stepsOf},
		other: only("snnTorch", "Affine", "Linear", "Conv2d", "Flatten", "AvgPool2d"),
	}
}

func snntorchNeurons(c *cell, o settings) (*model.Neuron, remarks) {
	var r remarks
	if !c.fires() {
		return readout("snnTorch", c, o)
	}
	if c.kind == "IF" {
		return snntorchIF(c, &r), r
	}
	if !c.leak.near(0) {
		r.refuse("v_leak is not 0: snnTorch refuses it")
	}
	rules := hard()
	rules.MemDecay, rules.DetachReset = model.DecayBeta, false
	cubaRules(&rules, c, model.DecayBeta)
	op := newNeuron(c, rules)
	euler := func(v ...float64) float64 { return 1 - v[0] }
	ratio := func(tau series) series {
		return mapSeries(func(v ...float64) float64 { return o.dt / v[0] }, tau).round(c.single)
	}
	always(op, "beta", mapSeries(euler, ratio(c.tau)).round(c.single), c.shape)
	gain := mapSeries(func(v ...float64) float64 { return v[0] * o.dt / v[1] }, c.r, c.tau)
	if c.cuba() || c.back != nil {
		if !gain.near(1) {
			r.refuse("r is not τ/dt with dt 1e-4: snnTorch refuses it")
		}
	}
	if c.cuba() {
		always(op, "alpha", mapSeries(euler, ratio(c.syn)).round(c.single), c.shape)
		gain = mapSeries(func(v ...float64) float64 { return v[0] * o.dt / v[1] }, c.in, c.syn)
	}
	snntorchThreshold(op, c, gain, &r)
	if !c.reset.near(0) {
		r.note("v_reset is not read: the potential is reset to 0")
	}
	return op, r
}

// snntorchThreshold divides the threshold by the input gain.
func snntorchThreshold(op *model.Neuron, c *cell, gain series, r *remarks) {
	threshold := c.threshold
	if !threshold.uniform() {
		r.refuse("v_threshold differs between neurons: snnTorch refuses it")
	}
	if !gain.near(1) {
		by := gain
		if !c.cuba() {
			by = series{slices.Min(gain)}
		}
		threshold = mapSeries(func(v ...float64) float64 { return v[0] / v[1] }, threshold, by).round(c.single)
		if !threshold.uniform() {
			r.refuse("w_in differs between neurons: snnTorch refuses it")
		} else {
			r.note("the input gain %.6g is not read: the threshold becomes %.6g", by[0], threshold[0])
		}
	}
	always(op, "threshold", threshold, c.shape)
	op.Values["v_reset"] = model.Scalar(0)
}

// snntorchIF is Leaky(beta=0.9) with the threshold subtracted.
func snntorchIF(c *cell, r *remarks) *model.Neuron {
	rules := hard()
	rules.MemDecay, rules.Reset, rules.DetachReset, rules.Quirks = model.DecayBeta, model.ResetSubtract, false, []string{model.QuirkHold}
	if c.back != nil {
		r.refuse("snnTorch does not read recurrent IF neurons")
	}
	if !c.threshold.uniform() {
		r.refuse("v_threshold differs between neurons: snnTorch refuses it")
	}
	if !c.r.uniform() || c.r[0] != 1 {
		r.refuse("r is not 1: snnTorch refuses it")
	}
	r.note("IF is read as Leaky with beta 0.9: the neurons leak, and the threshold is subtracted")
	op := newNeuron(c, rules)
	op.Model = "lif"
	op.Values["beta"] = model.Scalar(0.9)
	always(op, "threshold", c.threshold, c.shape)
	return op
}
