package nir

import "github.com/snntrain/snntrain/model"

// lavaProfile is the script of the NIR paper for Lava, in floating point:
// v ← (1 − dt/τ)v + (dt/τ)·x, v > θ, reset to 0, and a spike arrives one step
// late. It reads neither r nor v_leak and v_reset. (The script's fixed point,
// ⌊256·w⌋ and ⌊131071·θ⌋≫9, is no network of floats; docs/nir.md.)
func lavaProfile() Profile {
	return Profile{
		Name: "lava", Doc: "Lava by the NIR paper's script: spikes one step late, reset to 0, no bias", Reader: "NIR paper 01_lif", Dt: 1e-4,
		neurons: lavaNeurons, writes: writing{gain: gainLeak},
		other: lavaOther,
	}
}

func lavaOther(p Primitive) remarks {
	r := only("Lava's script", "Affine")(p)
	if a, ok := p.(*Affine); ok && !seriesOf(a.Bias).near(0) {
		r.refuse("bias is not 0: Lava's script refuses it")
	}
	return r
}

func lavaNeurons(c *cell, _ settings) (*model.Neuron, remarks) {
	var r remarks
	if c.kind != "LIF" {
		r.refuse("Lava's script does not read %s", c.kind)
		return nil, r
	}
	rules := hard()
	rules.MemDecay, rules.Gain, rules.Delay = model.DecayEuler, model.GainLeak, 1
	op := newNeuron(c, rules)
	always(op, "tau", c.tau, c.shape)
	always(op, "threshold", c.threshold, c.shape)
	op.Values["v_reset"] = model.Scalar(0)
	if !c.r.near(1) {
		r.note("r = %.6g is not read: the input counts so many times less", c.r[0])
	}
	if !c.leak.near(0) || !c.reset.near(0) {
		r.note("v_leak and v_reset are not read: both are 0")
	}
	return op, r
}
