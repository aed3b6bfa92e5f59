package neuron

import "github.com/snntrain/snntrain/model"

// defaultRules are those of a spiking model when nothing else is said: a
// strict comparison (as NIR, snnTorch, Norse), one spike a step, the
// threshold subtracted in the step of the spike, and no gradient through the
// reset (Zenke & Vogels 2021).
func defaultRules() model.Rules {
	return model.Rules{
		Fire: model.FireAbove, MaxSpikes: 1,
		Reset: model.ResetSubtract, ResetAt: model.ResetAtSpike, DetachReset: true,
		MemDecay: model.DecayBeta, Gain: model.GainUnit,
	}
}

// lifKind is the leaky integrate-and-fire neuron.
func lifKind() Kind {
	return Kind{
		Name: "lif", Spiking: true, Feedback: true,
		Doc:      "leaky integrate-and-fire neuron",
		Equation: "u = β·v + G·x + (1−β)·v_leak + bias; s = [u > θ]; v = u − s·θ",
		Rules:    defaultRules(),
		Params:   spikingParams,
		New:      newSpiking,
	}
}

// spikingParams are the parameters of a spiking model of the family.
func spikingParams(r model.Rules) []Param {
	params := append(leakyParams(r), pThreshold)
	if r.Reset == model.ResetValue {
		params = append(params, pReset)
	}
	return append(params, pMin, pInit)
}

// leakyParams are those that spiking and non-spiking models share.
func leakyParams(r model.Rules) []Param {
	var params []Param
	if p, ok := decayParam(r.MemDecay, true); ok {
		params = append(params, p)
	}
	if p, ok := decayParam(r.SynDecay, false); ok && r.Synapse != model.SynapseNone {
		params = append(params, p)
	}
	return append(params, pGain, pLeak, pBias)
}
