package neuron

import (
	"github.com/snntrain/snntrain/model"
)

// decayParam is the parameter that a decay factor is stored as.
func decayParam(form model.Decay, membrane bool) (Param, bool) {
	name := func(mem, syn string) string {
		if membrane {
			return mem
		}
		return syn
	}
	switch form {
	case model.DecayBeta, model.DecayLog:
		return Param{Name: name("beta", "alpha"), Unit: "1", Default: 0.9, Min: 0, Max: 1, Doc: "decay factor per step; held to 0..1 while learning"}, true
	case model.DecayExp, model.DecayEuler:
		return Param{Name: name("tau", "tau_syn"), Unit: "dt", Default: 10, Min: 0, Max: inf, Doc: "time constant"}, true
	case model.DecayRate:
		return Param{Name: name("rate", "rate_syn"), Unit: "1/dt", Default: 0.1, Min: 0, Max: inf, Doc: "inverse time constant"}, true
	case model.DecayLogit:
		return Param{Name: name("logit", "logit_syn"), Unit: "1", Default: 0, Min: -inf, Max: inf, Doc: "w of the leak 1/τ = σ(w) (Fang et al. 2021, PLIF)"}, true
	}
	return Param{}, false
}

// decay returns the factor A per step, the leak K = 1 − A free of
// cancellation, and dA/dp, for the stored parameter p.
func decay(form model.Decay, p, dt float64) (a, k, da float64) {
	a, k = form.Factor(p, dt)
	switch form {
	case model.DecayBeta:
		if p < 0 || p > 1 { // held to the range: no gradient outside
			return a, k, 0
		}
		return a, k, 1
	case model.DecayExp:
		return a, k, a * dt / (p * p)
	case model.DecayEuler:
		return a, k, dt / (p * p)
	case model.DecayRate:
		return a, k, -dt
	case model.DecayLog:
		return a, k, 1 / p
	case model.DecayLogit:
		return a, k, -k * (1 - k)
	}
	return a, k, 0
}

// Factor is the decay factor A per step, and the leak 1 − A free of
// cancellation, of a parameter p stored in a form.
func Factor(form model.Decay, p, dt float64) (a, leak float64) {
	a, leak, _ = decay(form, p, dt)
	return a, leak
}
