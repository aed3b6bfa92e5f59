package nir

import "github.com/snntrain/snntrain/model"

// spyxProfile is from_nir of Spyx 1.0.0: IF, LIF, CuBaLIF and their recurrent
// forms; a spike is decided from the potential before the input and leaves one
// step late, the threshold is subtracted. dt is an argument of it. It reads
// neither r nor w_in, v_leak and v_reset.
func spyxProfile() Profile {
	return Profile{
		Name: "spyx", Doc: "Spyx: spikes one step late, subtraction, r and w_in not read", Reader: "spyx.nir 1.0.0", Dt: 1,
		neurons: spyxNeurons, writes: writing{gain: gainUnit, r: stepsOf}, last: true,
		other: spyxOther,
	}
}

func spyxOther(p Primitive) remarks {
	r := only("Spyx", "Affine", "Linear", "Conv2d", "Flatten", "SumPool2d")(p)
	switch p := p.(type) {
	case *Conv2d:
		if p.Groups != 1 || p.Dilation != [2]int{1, 1} {
			r.refuse("Spyx ignores groups and dilation")
		}
	case *SumPool2d:
		if p.Padding != [2]int{} {
			r.refuse("Spyx ignores the padding of SumPool2d: the shapes behind it would differ")
		}
	}
	return r
}

func spyxNeurons(c *cell, o settings) (*model.Neuron, remarks) {
	var r remarks
	if !c.fires() {
		return readout("Spyx", c, o)
	}
	rules := hard()
	rules.Reset, rules.ResetAt, rules.DetachReset, rules.Delay = model.ResetSubtract, model.ResetAtCharge, false, 1
	keep := func(v ...float64) float64 { return min(max(1-o.dt/v[0], 0), 1) }
	if c.tau != nil {
		rules.MemDecay = model.DecayBeta
	}
	cubaRules(&rules, c, model.DecayBeta)
	if c.cuba() {
		rules.ResetAt = model.ResetAtLeak
	}
	op := newNeuron(c, rules)
	if c.tau != nil {
		always(op, "beta", mapSeries(keep, c.tau).round(true), c.shape)
		spyxNotes(c, o, &r)
	}
	if c.cuba() {
		always(op, "alpha", mapSeries(keep, c.syn).round(true), c.shape)
	}
	always(op, "threshold", c.threshold, c.shape)
	if !c.reset.near(0) {
		r.note("v_reset is not read: the threshold is subtracted")
	}
	if c.back != nil {
		if a, ok := c.back.weight.(*Affine); ok {
			if !seriesOf(a.Bias).near(0) {
				r.note("the bias of %q is not read", c.back.through)
			}
			c.back = &feedback{c.back.through, &Linear{a.Weight}}
		}
	}
	return op, r
}

func spyxNotes(c *cell, o settings, r *remarks) {
	gain := mapSeries(func(v ...float64) float64 { return v[0] * o.dt / v[1] }, c.r, c.tau)
	if c.cuba() {
		gain = mapSeries(func(v ...float64) float64 { return v[0] * v[1] * o.dt / v[2] }, gain, c.in, c.syn)
	}
	if !gain.near(1) {
		r.note("the input gain %.6g is not read: the input counts once", gain[0])
	}
	if !c.leak.near(0) {
		r.note("v_leak is not read: the potential decays to 0")
	}
	if keep := 1 - o.dt/c.tau[0]; keep < 0 {
		r.note("1 − dt/τ is %.6g and taken for 0: give the dt of the file", keep)
	}
}
