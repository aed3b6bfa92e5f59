package neuron

import "github.com/snntrain/snntrain/model"

// cubaLIFKind is the current-based LIF: an exponential synaptic current feeds the membrane.
func cubaLIFKind() Kind {
	rules := defaultRules()
	rules.Synapse, rules.SynDecay = model.SynapseDecayAdd, model.DecayBeta
	return Kind{
		Name: "cuba-lif", Spiking: true, Feedback: true,
		Doc:      "current-based leaky integrate-and-fire neuron with an exponential synapse",
		Equation: "i = α·i + x; u = β·v + G·i + (1−β)·v_leak + bias; s = [u > θ]; v = u − s·θ",
		Rules:    rules,
		Adjust:   filter,
		Params:   spikingParams,
		New:      newSpiking,
	}
}

// cubaLIKind is the current-based leaky integrator.
func cubaLIKind() Kind {
	return Kind{
		Name:     "cuba-li",
		Doc:      "current-based leaky integrator without spikes",
		Equation: "i = α·i + x; v = β·v + G·i + (1−β)·v_leak + bias",
		Rules:    silentRules(model.SynapseDecayAdd),
		Adjust: func(r *model.Rules) {
			silence(r)
			filter(r)
		},
		Params: func(r model.Rules) []Param { return append(leakyParams(r), pInit) },
		New:    func(l Layer) (Cell, error) { return newScan(l, false) },
	}
}

// filter makes sure that there is a synaptic filter.
func filter(r *model.Rules) {
	if r.Synapse == model.SynapseNone {
		r.Synapse = model.SynapseDecayAdd
	}
	if r.SynDecay == model.DecayNone {
		r.SynDecay = model.DecayBeta
	}
}
