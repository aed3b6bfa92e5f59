package neuron

import "github.com/snntrain/snntrain/model"

// ifKind is the integrate-and-fire neuron: a LIF that does not leak.
func ifKind() Kind {
	rules := defaultRules()
	rules.MemDecay = model.DecayNone
	return Kind{
		Name: "if", Spiking: true, Feedback: true,
		Doc:      "integrate-and-fire neuron, without leak",
		Equation: "u = v + r·x + bias; s = [u > θ]; v = u − s·θ",
		Rules:    rules,
		Adjust:   func(r *model.Rules) { r.MemDecay, r.Gain = model.DecayNone, model.GainUnit },
		Params:   spikingParams,
		New:      newSpiking,
	}
}
