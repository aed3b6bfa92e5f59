package nir

import (
	"slices"

	"github.com/snntrain/snntrain/model"
)

// plainProfile is the plain reading of NIR's equations: forward Euler, the new
// synaptic current into the membrane, v > v_threshold, reset in the step of
// the spike, recurrent spikes one step late.
//
//	I ← (1 − dt/τ_syn)·I + (dt/τ_syn)·w_in·S
//	v ← v + (dt/τ)(v_leak − v + r·I)      I, IF: v ← v + dt·r·I
func plainProfile() Profile {
	return Profile{
		Name: "nir", Doc: "NIR's equations as they stand, by forward Euler", Reader: "none", Dt: 1e-4,
		neurons: plainNeurons, writes: writing{gain: gainR, in: true},
	}
}

func plainNeurons(c *cell, o settings) (*model.Neuron, remarks) {
	rules := hard()
	if o.subtract {
		rules.Reset = model.ResetSubtract
	}
	if c.tau != nil {
		rules.MemDecay, rules.Gain = model.DecayEuler, model.GainLeak
	}
	cubaRules(&rules, c, model.DecayEuler)
	op := newNeuron(c, rules)
	gain := c.r
	switch {
	case c.cuba(): // linear until the membrane: one gain holds both
		gain = mapSeries(func(v ...float64) float64 { return v[0] * v[1] * o.dt / v[2] }, c.r, c.in, c.syn)
		always(op, "tau_syn", c.syn, c.shape)
	case c.tau == nil:
		gain = mapSeries(func(v ...float64) float64 { return v[0] * o.dt }, c.r)
	}
	set(op, "r", gain, c.shape, 1)
	if c.tau != nil {
		always(op, "tau", c.tau, c.shape)
		set(op, "v_leak", c.leak, c.shape, 0)
	}
	if c.fires() {
		always(op, "threshold", c.threshold, c.shape)
		if !o.subtract {
			always(op, "v_reset", c.reset, c.shape)
		}
	}
	return op, plainNotes(c, o)
}

// plainNotes says where the time step seems to be in another unit than the file's.
func plainNotes(c *cell, o settings) (r remarks) {
	for _, tau := range []series{c.tau, c.syn} {
		if len(tau) > 0 && slices.Min(tau) < o.dt {
			r.note("τ = %.6g is shorter than a step of %g: is the time step in the unit of the file?", slices.Min(tau), o.dt)
		}
	}
	if c.tau == nil && o.dt < 1 && c.r.near(1) {
		r.note("r is 1 and dt %g: an input of 1 adds %g to the potential; files that count steps want dt 1", o.dt, o.dt)
	}
	return r
}
