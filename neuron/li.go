package neuron

import "github.com/snntrain/snntrain/model"

// liKind is the leaky integrator: a membrane that never fires, for readouts.
func liKind() Kind {
	return Kind{
		Name:     "li",
		Doc:      "leaky integrator without spikes; its output is the membrane potential",
		Equation: "v = β·v + G·x + (1−β)·v_leak + bias",
		Rules:    silentRules(model.SynapseNone),
		Adjust:   silence,
		Params:   func(r model.Rules) []Param { return append(leakyParams(r), pInit) },
		New:      func(l Layer) (Cell, error) { return newScan(l, false) },
	}
}

// silentRules are those of a membrane without spikes.
func silentRules(s model.Synapse) model.Rules {
	r := defaultRules()
	r.Synapse = s
	if s != model.SynapseNone {
		r.SynDecay = model.DecayBeta
	}
	silence(&r)
	return r
}

// silence takes out of the rules what only spikes have.
func silence(r *model.Rules) {
	r.Fire, r.MaxSpikes, r.Reset, r.ResetAt, r.Delay, r.Quirks = model.FireAbove, 1, model.ResetNone, model.ResetAtSpike, 0, nil
}
