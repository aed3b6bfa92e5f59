package nir

import "github.com/snntrain/snntrain/model"

// norseProfile is from_nir of Norse 1.1.0: LIFBoxCell, IAFCell, and an LIBoxCell
// before a LIFBoxCell for CubaLIF. dt is an argument of it. It reads no v_reset,
// and r and w_in of CubaLIF only.
func norseProfile() Profile {
	return Profile{
		Name: "norse", Doc: "Norse: reset to 0, r of LIF and IF not read", Reader: "norse.torch.from_nir 1.1.0", Dt: 1e-3,
		neurons: norseNeurons, writes: writing{gain: gainLeak, in: true},
		other: norseOther,
	}
}

func norseOther(p Primitive) remarks {
	r := only("Norse", "Affine", "Linear", "Conv2d", "Flatten", "SumPool2d")(p)
	if pool, ok := p.(*SumPool2d); ok && pool.Padding != [2]int{} {
		r.refuse("Norse ignores the padding of SumPool2d: the shapes behind it would differ")
	}
	if f, ok := p.(*Flatten); ok && f.StartDim == 0 {
		r.note("Norse takes the axes of a sample for those of a batch: give it one sample at a time")
	}
	return r
}

func norseNeurons(c *cell, o settings) (*model.Neuron, remarks) {
	var r remarks
	if !c.fires() {
		return readout("Norse", c, o)
	}
	rules := hard()
	rules.DetachReset = false
	if c.kind != "IF" {
		rules.MemDecay, rules.Gain = model.DecayRate, model.GainLeak
	}
	cubaRules(&rules, c, model.DecayRate)
	op := newNeuron(c, rules)
	op.Values["v_reset"] = model.Scalar(0)
	always(op, "threshold", c.threshold, c.shape)
	rate := func(tau series) series {
		return mapSeries(func(v ...float64) float64 { return 1 / v[0] }, tau.round(true)).round(true)
	}
	if c.kind != "IF" {
		always(op, "rate", rate(c.tau), c.shape)
		set(op, "v_leak", c.leak, c.shape, 0)
	}
	if !c.reset.near(0) {
		r.note("v_reset is not read: the potential is reset to 0")
	}
	if c.cuba() {
		norseSynapse(op, c, rate(c.syn), o.dt, &r)
	} else if !c.r.near(1) {
		r.note("r = %.6g is not read: the input counts so many times less", c.r[0])
	}
	return op, r
}

// norseSynapse is the LIBoxCell before the membrane: its current is r·w_in·dt/τ_syn
// for a spike.
func norseSynapse(op *model.Neuron, c *cell, rate series, dt float64, r *remarks) {
	if !c.leak.near(0) {
		r.refuse("v_leak is not 0: Norse lets the synapse leak towards it as well, which no network here does")
	}
	always(op, "rate_syn", rate, c.shape)
	op.Rules.Synapse = model.SynapseDecayAdd
	gain := mapSeries(func(v ...float64) float64 { return v[0] * v[1] * v[2] * dt }, c.r, c.in, rate)
	always(op, "r", gain, c.shape)
}
