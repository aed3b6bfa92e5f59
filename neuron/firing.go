package neuron

import (
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
)

// firing decides spikes and resets the potential in the step of the spike, for
// one neuron, by Rules.Fire, Rules.Reset and Rules.DetachReset.
type firing struct {
	rules     model.Rules
	surrogate surrogate.Func
}

// fire: s = [u > θ], or [u ≥ θ].
func (f *firing) fire(u, theta float32) float32 {
	if u > theta || u == theta && f.rules.Fire == model.FireAtLeast {
		return 1
	}
	return 0
}

// slope is the surrogate derivative ∂s/∂u.
func (f *firing) slope(u, theta float32) float32 {
	return float32(f.surrogate.At(float64(u-theta), float64(theta)))
}

// after: v = u − s·θ, or v_reset where s.
func (f *firing) after(u, s, theta, reset float32) float32 {
	switch {
	case f.rules.Reset == model.ResetSubtract:
		return u - float32(s*theta)
	case f.rules.Reset == model.ResetValue && s != 0:
		return reset
	}
	return u
}

// adjoints of a decision and the reset behind it.
type fired struct{ du, theta, reset float32 }

// back is the adjoint of s = fire(u, θ) and v = after(u, s, θ, v_reset): gv is
// dL/dv, ds what else depends on s.
func (f *firing) back(u, s, theta, reset, gv, ds float32) fired {
	out := fired{du: gv}
	switch f.rules.Reset {
	case model.ResetSubtract:
		out.theta = -s * gv
		if !f.rules.DetachReset {
			ds -= theta * gv
		}
	case model.ResetValue:
		out.du, out.reset = (1-s)*gv, s*gv
		if !f.rules.DetachReset {
			ds += (reset - u) * gv
		}
	}
	g := f.slope(u, theta) * ds
	out.du += g
	out.theta -= g
	return out
}

// laneRules are those of a model that resets in the step of its spike.
func laneRules(mem model.Decay) model.Rules {
	r := defaultRules()
	r.MemDecay = mem
	return r
}

// bare takes out of the rules what a model of one value a spike, without
// synaptic filter, does not have.
func bare(r *model.Rules) {
	r.MaxSpikes, r.ResetAt, r.Delay, r.Quirks = 1, model.ResetAtSpike, 0, nil
	r.Synapse, r.SynDecay, r.Gain = model.SynapseNone, model.DecayNone, model.GainUnit
	if r.MemDecay == model.DecayNone || r.MemDecay == model.DecayBeta {
		r.MemDecay = model.DecayEuler
	}
}

// filtered is bare, for a model with a synaptic current of its own.
func filtered(r *model.Rules) {
	syn := r.SynDecay
	bare(r)
	r.Synapse, r.SynDecay = model.SynapseAddUse, syn
	if syn == model.DecayNone || syn == model.DecayBeta {
		r.SynDecay = r.MemDecay
	}
}
