package layers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// neuronOptions are the keys of every neuron layer. What is left out comes
// from the profile, then from the model.
type neuronOptions struct {
	Profile string `yaml:"profile,omitempty" doc:"the framework whose meaning the layer has: native, snntorch, spikingjelly, norse, lava, sinabs, rockpool, spyx"`

	Beta         *float64 `yaml:"beta,omitempty" doc:"membrane decay factor per step"`
	Tau          *float64 `yaml:"tau,omitempty" validate:"omitempty,gt=0" doc:"membrane time constant, in the unit of dt (steps when dt is 1)"`
	Rate         *float64 `yaml:"rate,omitempty" doc:"inverse membrane time constant"`
	Logit        *float64 `yaml:"logit,omitempty" doc:"w of the leak 1/τ = σ(w), the parametric LIF"`
	Alpha        *float64 `yaml:"alpha,omitempty" doc:"synaptic decay factor per step (cuba models)"`
	TauSyn       *float64 `yaml:"tau_syn,omitempty" validate:"omitempty,gt=0" doc:"synaptic time constant (cuba models)"`
	RateSyn      *float64 `yaml:"rate_syn,omitempty" doc:"inverse synaptic time constant (cuba models)"`
	Discretize   string   `yaml:"discretize,omitempty" validate:"omitempty,oneof=exp euler" doc:"decay of a time constant: exp e^(−dt/τ), euler 1 − dt/τ"`
	CurrentDecay *float64 `yaml:"current_decay,omitempty" doc:"12-bit current decay (slayer-cuba, slayer-alif)"`
	VoltageDecay *float64 `yaml:"voltage_decay,omitempty" doc:"12-bit voltage decay (slayer-cuba, slayer-alif)"`

	Threshold *float64 `yaml:"threshold,omitempty" doc:"membrane potential at which a spike is fired"`
	R         *float64 `yaml:"r,omitempty" doc:"input gain"`
	VLeak     *float64 `yaml:"v_leak,omitempty" doc:"potential that the membrane decays to"`
	Bias      *float64 `yaml:"bias,omitempty" doc:"constant added to the potential in every step"`
	VReset    *float64 `yaml:"v_reset,omitempty" doc:"potential after a spike when reset is value"`
	VMin      *float64 `yaml:"v_min,omitempty" doc:"lower bound of the potential"`
	VInit     *float64 `yaml:"v_init,omitempty" doc:"potential before the first step"`

	modelOptions `yaml:",inline"`

	Reset       string   `yaml:"reset,omitempty" validate:"omitempty,oneof=subtract zero value none" doc:"what a spike does to the potential"`
	ResetAt     string   `yaml:"reset_at,omitempty" validate:"omitempty,oneof=spike leak charge" doc:"when: in the spike's step, or in the next before its leak or after its charge"`
	DetachReset *bool    `yaml:"detach_reset,omitempty" doc:"no gradient through the reset"`
	Fire        string   `yaml:"fire,omitempty" validate:"omitempty,oneof=> >=" doc:"comparison of potential and threshold"`
	MaxSpikes   *int     `yaml:"max_spikes,omitempty" validate:"omitempty,gte=0" doc:"spikes a step: 1, n, or 0 for no limit"`
	Delay       *int     `yaml:"delay,omitempty" validate:"omitempty,gte=0,lte=1" doc:"steps between deciding a spike and sending it"`
	Synapse     string   `yaml:"synapse,omitempty" validate:"omitempty,oneof=decay-add add-decay add-use-decay" doc:"order of decay and input in the current (cuba models)"`
	NormInput   *bool    `yaml:"norm_input,omitempty" doc:"scale the input by 1 − β, so that its mean keeps the potential's mean"`
	Quirks      []string `yaml:"quirks,omitempty" doc:"hold (snnTorch reset_delay=False), add-reset (Sinabs MembraneReset)"`

	Learn     []string       `yaml:"learn,omitempty" doc:"parameters to train: beta, tau, alpha, tau_syn, threshold, v_leak, bias, v_reset, r"`
	Share     string         `yaml:"share" validate:"oneof=layer channel neuron" doc:"one value of each learned parameter for the layer, a channel or a neuron"`
	Output    string         `yaml:"output,omitempty" validate:"omitempty,oneof=spikes membrane" doc:"what the layer hands on"`
	Surrogate config.Section `yaml:"surrogate,omitempty" plug:"surrogate" doc:"derivative of the spike in the backward pass"`
	Recurrent config.Section `yaml:"recurrent,omitempty" plug:"recurrence" doc:"connections of the layer to itself, one step late: dense, one-to-one"`
}

// neuronKind is the layer kind of a neuron model.
func neuronKind(k neuron.Kind) Kind {
	return Kind{
		Name: k.Name, Doc: k.Doc + ": " + k.Equation,
		Options: func() any { return &neuronOptions{Share: "layer"} },
		Build: func(b *Builder, s config.Section, options any, in []model.Shape) (model.Op, error) {
			return buildNeuron(b, k, s, options.(*neuronOptions), in[0])
		},
	}
}

func buildNeuron(b *Builder, k neuron.Kind, s config.Section, o *neuronOptions, in model.Shape) (model.Op, error) {
	name := o.Profile
	if name == "" {
		name = b.Profile
	}
	if name == "" {
		name = "native"
	}
	profile, err := Profiles().Get(name)
	if err != nil {
		return nil, err
	}
	op := &model.Neuron{Model: k.Name, Rules: k.Rules, Output: model.OutputSpikes, Values: map[string]*model.Tensor{}, Learn: o.Learn}
	def := profile.Apply(Asked{k.Name, o.Reset, o.Recurrent.Given()}, &op.Rules)
	o.rules(&op.Rules)
	if k.Adjust != nil {
		k.Adjust(&op.Rules)
	}
	if !k.Spiking || o.Output == string(model.OutputMembrane) {
		op.Output = model.OutputMembrane
	}
	if err := op.Rules.Validate(); err != nil {
		return nil, err
	}
	op.Surrogate = surrogateSection(o.Surrogate, def.surrogate)
	o.fill(k, op, def.values, in)
	o.unused(k, op, s)
	b.recurrent(o.Recurrent, k, op, name, in.Size())
	if err := checkParams(k, op); err != nil {
		s.Fault("", err.Error(), "")
	}
	return op, nil
}

// rules lays the options over the rules of model and profile.
func (o *neuronOptions) rules(r *model.Rules) {
	set(&r.DetachReset, o.DetachReset)
	set(&r.MaxSpikes, o.MaxSpikes)
	set(&r.Delay, o.Delay)
	if o.Fire != "" {
		r.Fire = model.Compare(o.Fire)
	}
	if o.ResetAt != "" {
		r.ResetAt = model.ResetAt(o.ResetAt)
	}
	switch o.Reset {
	case "zero":
		r.Reset = model.ResetValue
	case "":
	default:
		r.Reset = model.Reset(o.Reset)
	}
	if o.Synapse != "" {
		r.Synapse = model.Synapse(o.Synapse)
	}
	if o.NormInput != nil {
		r.Gain = map[bool]model.Gain{true: model.GainLeak, false: model.GainUnit}[*o.NormInput]
	}
	if len(o.Quirks) > 0 {
		r.Quirks = o.Quirks
	}
	r.MemDecay = o.form(r.MemDecay, o.Beta, o.Tau, o.Rate, o.Logit)
	r.SynDecay = o.form(r.SynDecay, o.Alpha, o.TauSyn, o.RateSyn, nil)
}

// form is the decay form that the given keys call for.
func (o *neuronOptions) form(now model.Decay, beta, tau, rate, logit *float64) model.Decay {
	switch {
	case logit != nil:
		return model.DecayLogit
	case rate != nil:
		return model.DecayRate
	case tau != nil && o.Discretize == "euler" || tau != nil && o.Discretize == "" && now == model.DecayEuler:
		return model.DecayEuler
	case tau != nil:
		return model.DecayExp
	case beta != nil:
		return model.DecayBeta
	}
	return now
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// given are the parameters that the config sets, by the names of package neuron.
func (o *neuronOptions) given() map[string]*float64 {
	all := map[string]*float64{
		"beta": o.Beta, "tau": o.Tau, "rate": o.Rate, "logit": o.Logit,
		"alpha": o.Alpha, "tau_syn": o.TauSyn, "rate_syn": o.RateSyn,
		"current_decay": o.CurrentDecay, "voltage_decay": o.VoltageDecay,
		"threshold": o.Threshold, "r": o.R, "v_leak": o.VLeak, "bias": o.Bias,
		"v_reset": o.VReset, "v_min": o.VMin, "v_init": o.VInit,
	}
	maps.Copy(all, o.all())
	for name, v := range all {
		if v == nil {
			delete(all, name)
		}
	}
	return all
}

// fill gives the layer its parameters: those of the config, the profile, and
// the model's defaults for the ones that it always stores.
func (o *neuronOptions) fill(k neuron.Kind, op *model.Neuron, profile map[string]float64, in model.Shape) {
	given := o.given()
	for _, p := range k.Params(op.Rules) {
		value, ok := p.Default, false
		if v, has := profile[p.Name]; has {
			value, ok = v, true
		}
		if v := given[p.Name]; v != nil {
			value, ok = *v, true
		}
		learned := slices.Contains(o.Learn, p.Name)
		if !ok && !learned && !essential(p.Name) {
			continue
		}
		share := "layer"
		if learned {
			share = o.Share
		}
		op.Values[p.Name] = shared(share, in).Fill(float32(value))
	}
}

// essential parameters are stored even when they have their default value.
func essential(name string) bool {
	switch name {
	case "r", "v_leak", "bias", "v_min", "v_init":
		return false
	}
	return true
}

// unused records parameters that are given, but that the model does not have under its rules.
func (o *neuronOptions) unused(k neuron.Kind, op *model.Neuron, s config.Section) {
	var known []string
	for _, p := range k.Params(op.Rules) {
		known = append(known, p.Name)
	}
	for name := range o.given() {
		if !slices.Contains(known, name) {
			s.Fault(name, fmt.Sprintf("has no effect on %s with these rules", k.Name), "it has "+strings.Join(known, ", "))
		}
	}
	for _, name := range o.Learn {
		if !slices.Contains(known, name) {
			s.Fault("learn", fmt.Sprintf("%q is no parameter of %s with these rules", name, k.Name), nearest(name, known))
		}
	}
}

// surrogateSection decodes the surrogate of a layer, or takes the profile's.
func surrogateSection(s config.Section, def model.SurrogateSpec) model.SurrogateSpec {
	if !s.Given() {
		return def
	}
	spec := model.SurrogateSpec{Params: map[string]float64{}}
	decodeSurrogate(s, &spec)
	return spec
}
