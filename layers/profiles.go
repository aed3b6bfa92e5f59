package layers

import (
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
)

// Profile is what a neuron means in a framework: rules, parameters and the
// surrogate that hold for a model when the config does not say otherwise.
// Versions: data/golden/README.md of the recordings they are tested against.
type Profile struct {
	Name string
	// Apply changes the rules and returns default parameters and surrogate.
	Apply func(a Asked, r *model.Rules) defaults
}

// Asked is what a config asks of a neuron layer, as far as profiles differ in it.
type Asked struct {
	Neuron    string
	Reset     string // "" when none is asked for
	Recurrent bool
}

// defaults of a profile for one neuron model.
type defaults struct {
	values    map[string]float64
	surrogate model.SurrogateSpec
}

// Profiles lists the named profiles.
func Profiles() *registry.Registry[Profile] {
	r := registry.New[Profile]("profile")
	for _, p := range []Profile{
		{"native", nativeProfile},
		{"snntorch", snntorchProfile},
		{"spikingjelly", spikingJellyProfile},
		{"norse", norseProfile},
		{"lava", lavaProfile},
		{"sinabs", sinabsProfile},
		{"rockpool", rockpoolProfile},
		{"spyx", spyxProfile},
	} {
		r.Add(p.Name, p)
	}
	return r
}

// surrogateOf is a surrogate of a framework; its default when name is empty.
// The names are ours to get right: a test asks for every one.
func surrogateOf(framework, name string) model.SurrogateSpec {
	spec, err := surrogate.ForFramework(framework, name, nil)
	if err != nil {
		panic(err)
	}
	return model.SurrogateSpec{Kind: spec.Kind, Params: spec.Params}
}

// cuba reports whether the model filters its input.
func (a Asked) cuba() bool { return a.Neuron == "cuba-lif" || a.Neuron == "cuba-li" }

// nativeProfile is this project's own meaning: neuron.Kind.Rules.
func nativeProfile(Asked, *model.Rules) defaults {
	spec := surrogate.Default()
	return defaults{surrogate: model.SurrogateSpec{Kind: spec.Kind, Params: spec.Params}}
}

// snntorchProfile: Leaky, Synaptic, RLeaky, RSynaptic. The reset comes one
// step late and is detached; "zero" clears the old potential of Leaky before
// the leak, but the whole new one of the others.
func snntorchProfile(a Asked, r *model.Rules) defaults {
	r.Fire, r.DetachReset, r.ResetAt = model.FireAbove, true, model.ResetAtCharge
	if a.Reset == "zero" && !a.cuba() && !a.Recurrent {
		r.ResetAt = model.ResetAtLeak
	}
	return defaults{values: map[string]float64{"beta": 0.9, "alpha": 0.9}, surrogate: surrogateOf("snntorch", "")}
}

// spikingJellyProfile: IFNode, LIFNode, CUBALIFNode, with decay_input=True.
// v_reset is initial value, leak target and reset value in one.
func spikingJellyProfile(a Asked, r *model.Rules) defaults {
	r.Fire, r.DetachReset, r.ResetAt = model.FireAtLeast, false, model.ResetAtSpike
	if a.Reset == "" {
		r.Reset = model.ResetValue
	}
	d := defaults{values: map[string]float64{}, surrogate: surrogateOf("spikingjelly", "")}
	switch {
	case a.cuba():
		d.values = map[string]float64{"alpha": 0.5, "beta": 0.5}
		d.surrogate = surrogateOf("spikingjelly", "Rect")
	case a.Neuron != "if":
		r.MemDecay, r.Gain = model.DecayEuler, model.GainLeak
		d.values["tau"] = 2
	}
	return d
}

// norseProfile: LIFCell is the current-based model, LIFBoxCell the plain one,
// IAFCell the one without leak; recurrent cells detach the reset, others do not.
func norseProfile(a Asked, r *model.Rules) defaults {
	r.Fire, r.DetachReset, r.ResetAt = model.FireAbove, a.Recurrent, model.ResetAtSpike
	if a.Reset == "" && a.Neuron != "li" && a.Neuron != "cuba-li" {
		r.Reset = model.ResetValue
	}
	d := defaults{values: map[string]float64{}, surrogate: surrogateOf("norse", "")}
	if a.Neuron == "if" {
		return d
	}
	r.MemDecay, r.Gain = model.DecayRate, model.GainLeak
	d.values["rate"] = 0.1 // 100 Hz at dt = 1 ms
	if a.cuba() {
		r.Synapse, r.SynDecay = model.SynapseAddUse, model.DecayRate
		d.values["rate_syn"] = 0.2
	}
	return d
}

// lavaProfile: slayer.neuron.cuba in lava-dl, as the model slayer-cuba.
func lavaProfile(Asked, *model.Rules) defaults {
	return defaults{surrogate: surrogateOf("lava", "")}
}

// sinabsProfile: IAF, LIF with several spikes a step, time constants in steps, normalized input.
func sinabsProfile(a Asked, r *model.Rules) defaults {
	r.Fire, r.DetachReset, r.ResetAt = model.FireAtLeast, false, model.ResetAtSpike
	if a.Reset == "" || a.Reset == "subtract" {
		r.MaxSpikes = 0
	}
	d := defaults{values: map[string]float64{}, surrogate: surrogateOf("sinabs", "")}
	if a.Neuron != "if" {
		r.MemDecay, r.Gain = model.DecayExp, model.GainLeak
		d.values["tau"] = 10
	}
	if a.cuba() {
		r.Synapse, r.SynDecay = model.SynapseAddDecay, model.DecayExp
		d.values["tau_syn"] = 10
	}
	return d
}

// rockpoolProfile: LIFTorch, the current-based model with several spikes a step.
func rockpoolProfile(a Asked, r *model.Rules) defaults {
	r.Fire, r.DetachReset, r.ResetAt = model.FireAtLeast, false, model.ResetAtSpike
	if a.Reset == "" || a.Reset == "subtract" {
		r.MaxSpikes = 31
	}
	d := defaults{values: map[string]float64{}, surrogate: surrogateOf("rockpool", "")}
	if a.Neuron != "if" {
		r.MemDecay = model.DecayExp
		d.values["tau"] = 20
	}
	if a.cuba() {
		r.Synapse, r.SynDecay = model.SynapseAddDecay, model.DecayExp
		d.values["tau_syn"] = 20
	}
	return d
}

// spyxProfile: IF, LIF, CuBaLIF; a spike is sent one step after the potential
// crossed the threshold, and the reset is not detached.
func spyxProfile(a Asked, r *model.Rules) defaults {
	r.Fire, r.DetachReset, r.ResetAt = model.FireAbove, false, model.ResetAtCharge
	if a.cuba() {
		r.ResetAt = model.ResetAtLeak
	}
	if a.Neuron != "li" && a.Neuron != "cuba-li" {
		r.Delay = 1
	}
	return defaults{surrogate: surrogateOf("spyx", "")}
}
