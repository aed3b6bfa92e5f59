package nir

import "github.com/snntrain/snntrain/model"

// spikingJellyProfile is import_from_nir of SpikingJelly 2.0.0: IFNode, LIFNode
// and CUBALIFNode with hard reset and ≥. v_reset is also what the membrane starts
// from and decays to. It wants one value of each parameter for a layer.
func spikingJellyProfile() Profile {
	return Profile{
		Name: "spikingjelly", Doc: "SpikingJelly: ≥, hard reset, one value of each parameter for a layer", Reader: "spikingjelly nir_exchange 2.0.0", Dt: 1e-4,
		neurons: spikingJellyNeurons,
		writes:  writing{gain: gainUnit, r: stepsOf, rIF: func(dt float64) float64 { return 1 / dt }},
		other:   only("SpikingJelly", "Affine", "Linear", "Conv1d", "Conv2d", "Flatten", "AvgPool2d"),
	}
}

// stepsOf is a time constant in steps.
func stepsOf(tau, dt float64) float64 { return tau / dt }

func spikingJellyNeurons(c *cell, o settings) (*model.Neuron, remarks) {
	var r remarks
	if !c.fires() {
		return readout("SpikingJelly", c, o)
	}
	for name, s := range map[string]series{"r": c.r, "w_in": c.in, "tau": c.tau, "tau_syn": c.syn, "v_leak": c.leak, "v_threshold": c.threshold, "v_reset": c.reset} {
		if s != nil && !s.uniform() {
			r.refuse("%s differs between neurons: SpikingJelly refuses it", name)
			return nil, r
		}
	}
	rules := hard()
	rules.Fire, rules.DetachReset = model.FireAtLeast, false
	op := newNeuron(c, rules)
	op.Values["threshold"], op.Values["v_reset"] = model.Scalar(c.threshold[0]), model.Scalar(c.reset[0])
	set(op, "v_init", c.reset, c.shape, 0)
	switch c.kind {
	case "IF":
		if !c.r.near(1 / o.dt) {
			r.refuse("r is %.6g, not 1/dt = %.6g: SpikingJelly refuses it", c.r[0], 1/o.dt)
		}
	case "LIF":
		spikingJellyLIF(op, c, o, &r)
	case "CubaLIF":
		spikingJellyCuba(op, c, o, &r)
	}
	return op, r
}

func spikingJellyLIF(op *model.Neuron, c *cell, o settings, r *remarks) {
	tau := c.tau[0] / o.dt
	op.Rules.MemDecay = model.DecayEuler
	op.Values["tau"] = model.Scalar(c.tau[0])
	set(op, "v_leak", c.reset, c.shape, 0)
	switch {
	case tau <= 1:
		r.refuse("τ/dt is %.6g, not above 1: SpikingJelly refuses it", tau)
	case c.r.near(1):
		op.Rules.Gain = model.GainLeak
	case !c.r.near(tau):
		r.refuse("r is %.6g, neither 1 nor τ/dt = %.6g: SpikingJelly refuses it", c.r[0], tau)
	}
	if !c.leak.nearTo(c.reset) {
		r.refuse("v_leak is %.6g, v_reset %.6g: SpikingJelly refuses two values", c.leak[0], c.reset[0])
	}
}

func spikingJellyCuba(op *model.Neuron, c *cell, o settings, r *remarks) {
	cubaRules(&op.Rules, c, model.DecayBeta)
	op.Rules.MemDecay = model.DecayBeta
	keep := func(tau float64) *model.Tensor { return model.Scalar(1 - o.dt/tau) }
	op.Values["beta"], op.Values["alpha"] = keep(c.tau[0]), keep(c.syn[0])
	if !c.r.near(c.tau[0]/o.dt) || !c.in.near(c.syn[0]/o.dt) {
		r.refuse("r and w_in are %.6g and %.6g, not τ_mem/dt and τ_syn/dt: SpikingJelly refuses them", c.r[0], c.in[0])
	}
	if !c.leak.near(0) {
		r.refuse("v_leak is not 0: SpikingJelly refuses it")
	}
}
