package nir

import (
	"math"
	"slices"

	"github.com/snntrain/snntrain/model"
)

// rockpoolProfile is from_nir of Rockpool: LIFTorch with up to 31 spikes a
// step, the threshold subtracted for each, dt = min τ/(1 + r) of each node,
// v_leak as a constant current. It reads no w_in.
//
//	i ← i + x; v ← e^(−dt/τ_mem)·v; i ← e^(−dt/τ_syn)·i; v ← v + i + v_leak
func rockpoolProfile() Profile {
	return Profile{
		Name: "rockpool", Doc: "Rockpool: several spikes a step, subtraction, dt guessed as min τ/(1 + r)", Reader: "rockpool.nn.modules.torch.nir", Fixed: true,
		neurons: rockpoolNeurons, guess: rockpoolDt,
		writes: writing{exp: true, gain: gainUnit, r: func(tau, dt float64) float64 { return tau/dt - 1 }, late: true, bias: true},
		other:  only("Rockpool", "Affine", "Linear"),
	}
}

// maxSpikesRockpool is LIFTorch's default of max_spikes_per_dt.
const maxSpikesRockpool = 31

func rockpoolNeurons(c *cell, _ settings) (*model.Neuron, remarks) {
	var r remarks
	if c.tau == nil || !c.fires() {
		r.refuse("Rockpool does not read %s (of LI it makes a whole number of τ in seconds, which is 0)", c.kind)
		return nil, r
	}
	rules := hard()
	rules.Fire, rules.MaxSpikes, rules.Reset, rules.DetachReset = model.FireAtLeast, maxSpikesRockpool, model.ResetSubtract, false
	rules.MemDecay = model.DecayBeta
	cubaRules(&rules, c, model.DecayBeta)
	if c.cuba() {
		rules.Synapse = model.SynapseAddDecay
	}
	op := newNeuron(c, rules)
	dt := rockpoolDt(c)
	keep := func(v ...float64) float64 { return math.Exp(-dt / v[0]) }
	always(op, "beta", mapSeries(keep, c.tau), c.shape)
	if c.cuba() {
		always(op, "alpha", mapSeries(keep, c.syn), c.shape)
		if !c.in.near(1) {
			r.note("w_in = %.6g is not read: the input counts once", c.in[0])
		}
	}
	always(op, "threshold", c.threshold, c.shape)
	set(op, "bias", c.leak, c.shape, 0)
	r.note("dt is taken for min τ/(1 + r) = %.6g; the input counts once", dt)
	if !c.reset.near(0) {
		r.note("v_reset is not read: the threshold is subtracted")
	}
	if c.back != nil {
		if a, ok := c.back.weight.(*Affine); ok && !seriesOf(a.Bias).near(0) {
			r.note("the bias of %q is not read", c.back.through)
			c.back = &feedback{c.back.through, &Linear{a.Weight}}
		}
	}
	return op, r
}

// rockpoolDt is the time step that Rockpool guesses for a node.
func rockpoolDt(c *cell) float64 {
	if c.tau == nil {
		return 0
	}
	return slices.Min(mapSeries(func(v ...float64) float64 { return v[0] / (1 + v[1]) }, c.tau, c.r))
}
