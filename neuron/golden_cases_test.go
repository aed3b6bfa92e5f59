package neuron_test

import (
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
)

// spec is a framework's surrogate; an empty name is its default.
func spec(framework, name string, params map[string]float64) model.SurrogateSpec {
	s, err := surrogate.ForFramework(framework, name, params)
	if err != nil {
		panic(err)
	}
	return model.SurrogateSpec{Kind: s.Kind, Params: s.Params}
}

// goldenLayers expresses the recorded cases of the IF/LIF/LI/CuBa family.
func goldenLayers() map[string]goldenLayer {
	all := map[string]goldenLayer{}
	for _, add := range []func(map[string]goldenLayer){snntorchCases, spikingJellyCases, norseCases, sinabsCases, rockpoolCases, otherCases, recurrentCases, lanewiseCases} {
		add(all)
	}
	return all
}

func snntorchCases(all map[string]goldenLayer) {
	atan := spec("snntorch", "atan", nil)
	base := func(r *model.Rules) { r.Fire, r.DetachReset = model.FireAbove, true }
	rules := func(reset model.Reset, at model.ResetAt, detach bool, quirks ...string) func(r *model.Rules) {
		return func(r *model.Rules) {
			base(r)
			r.Reset, r.ResetAt, r.DetachReset, r.Quirks = reset, at, detach, quirks
		}
	}
	kinds := []struct {
		name, kind string
		values     map[string]float64
		zeroDelay  model.ResetAt
	}{
		{"leaky", "lif", map[string]float64{"beta": 0.9}, model.ResetAtLeak},
		{"synaptic", "cuba-lif", map[string]float64{"beta": 0.9, "alpha": 0.8}, model.ResetAtCharge},
	}
	for _, k := range kinds {
		for name, r := range map[string]func(*model.Rules){
			"subtract_delay":   rules(model.ResetSubtract, model.ResetAtCharge, true),
			"subtract_nodelay": rules(model.ResetSubtract, model.ResetAtSpike, false, model.QuirkHold),
			"zero_delay":       rules(model.ResetValue, k.zeroDelay, true),
			"zero_nodelay":     rules(model.ResetValue, model.ResetAtSpike, false),
			"none_delay":       rules(model.ResetNone, model.ResetAtSpike, true),
			"none_nodelay":     rules(model.ResetNone, model.ResetAtSpike, true),
		} {
			all["snntorch_"+k.name+"_"+name] = goldenLayer{
				kind: k.kind, rules: r, dt: 1, values: k.values, surrogate: atan, names: map[string]string{"threshold": "thr"},
			}
		}
	}
	all["snntorch_leaky_perneuron_graded_fastsigmoid"] = goldenLayer{
		kind: "lif", rules: rules(model.ResetSubtract, model.ResetAtCharge, true), dt: 1,
		surrogate: spec("snntorch", "fast_sigmoid", nil), names: map[string]string{"threshold": "thr"}, scale: "gsf",
	}
}

func spikingJellyCases(all map[string]goldenLayer) {
	sigmoid := spec("spikingjelly", "Sigmoid", nil)
	rules := func(soft, detach bool, form model.Decay, gain model.Gain) func(r *model.Rules) {
		return func(r *model.Rules) {
			r.Fire, r.DetachReset, r.Reset = model.FireAtLeast, detach, model.ResetValue
			r.MemDecay, r.Gain = form, gain
			if soft {
				r.Reset = model.ResetSubtract
			}
		}
	}
	for _, soft := range []bool{false, true} {
		reset := map[bool]string{false: "hard", true: "soft"}[soft]
		for _, detach := range []bool{false, true} {
			d := map[bool]string{false: "nodetach", true: "detach"}[detach]
			all["spikingjelly_if_"+reset+"_"+d] = goldenLayer{kind: "if", rules: rules(soft, detach, model.DecayNone, model.GainUnit), dt: 1, surrogate: sigmoid}
			tau := map[string]float64{"tau": 2}
			all["spikingjelly_lif_"+reset+"_decay_"+d] = goldenLayer{kind: "lif", rules: rules(soft, detach, model.DecayEuler, model.GainLeak), dt: 1, values: tau, surrogate: sigmoid}
			all["spikingjelly_lif_"+reset+"_nodecay_"+d] = goldenLayer{kind: "lif", rules: rules(soft, detach, model.DecayEuler, model.GainUnit), dt: 1, values: tau, surrogate: sigmoid}
		}
		names := map[string]string{"logit": "w"}
		all["spikingjelly_plif_"+reset+"_decay"] = goldenLayer{kind: "lif", rules: rules(soft, false, model.DecayLogit, model.GainLeak), dt: 1, surrogate: sigmoid, names: names}
		all["spikingjelly_plif_"+reset+"_nodecay"] = goldenLayer{kind: "lif", rules: rules(soft, false, model.DecayLogit, model.GainUnit), dt: 1, surrogate: sigmoid, names: names}
		all["spikingjelly_cubalif_"+reset] = goldenLayer{
			kind: "cuba-lif", rules: rules(soft, false, model.DecayBeta, model.GainUnit), dt: 1,
			values: map[string]float64{"alpha": 0.5, "beta": 0.75}, surrogate: spec("spikingjelly", "Rect", nil),
		}
	}
	all["spikingjelly_lif_negative_vreset_atan"] = goldenLayer{
		kind: "lif", rules: rules(false, false, model.DecayEuler, model.GainUnit), dt: 1,
		values:    map[string]float64{"tau": 4, "v_reset": -0.25, "v_leak": -0.25, "v_init": -0.25},
		surrogate: spec("spikingjelly", "ATan", nil),
	}
}

func norseCases(all map[string]goldenLayer) {
	super := spec("norse", "super", nil)
	rules := func(reset model.Reset, form model.Decay, gain model.Gain) func(r *model.Rules) {
		return func(r *model.Rules) {
			r.Fire, r.DetachReset, r.Reset, r.MemDecay, r.Gain = model.FireAbove, false, reset, form, gain
			if r.Synapse != model.SynapseNone {
				r.Synapse, r.SynDecay = model.SynapseAddUse, model.DecayRate
			}
		}
	}
	names := map[string]string{"threshold": "v_th", "rate": "tau_mem_inv", "rate_syn": "tau_syn_inv"}
	cuba := map[string]float64{"rate": 100, "rate_syn": 200, "v_leak": 0}
	all["norse_lif_feedforward"] = goldenLayer{kind: "cuba-lif", rules: rules(model.ResetValue, model.DecayRate, model.GainLeak), dt: 0.001, values: cuba, names: names, surrogate: super}
	all["norse_li"] = goldenLayer{kind: "cuba-li", rules: func(r *model.Rules) {
		r.MemDecay, r.Gain, r.Synapse, r.SynDecay = model.DecayRate, model.GainLeak, model.SynapseAddUse, model.DecayRate
	}, dt: 0.001, values: cuba, names: names}
	box := map[string]float64{"rate": 128, "v_leak": 0}
	all["norse_lif_box_value"] = goldenLayer{kind: "lif", rules: rules(model.ResetValue, model.DecayRate, model.GainLeak), dt: 1.0 / 1024, values: box, names: names, surrogate: super}
	all["norse_lif_box_subtract"] = goldenLayer{kind: "lif", rules: rules(model.ResetSubtract, model.DecayRate, model.GainLeak), dt: 1.0 / 1024, values: box, names: names, surrogate: super}
	all["norse_iaf"] = goldenLayer{kind: "if", rules: rules(model.ResetValue, model.DecayNone, model.GainUnit), dt: 1, names: names, surrogate: super}
}

func sinabsCases(all map[string]goldenLayer) {
	single := spec("sinabs", "SingleExponential", nil)
	rules := func(change func(r *model.Rules)) func(r *model.Rules) {
		return func(r *model.Rules) {
			r.Fire, r.DetachReset, r.MaxSpikes, r.Gain = model.FireAtLeast, false, 0, model.GainUnit
			if r.MemDecay != model.DecayNone {
				r.MemDecay = model.DecayExp
			}
			if r.Synapse != model.SynapseNone {
				r.Synapse, r.SynDecay = model.SynapseAddDecay, model.DecayExp
			}
			if change != nil {
				change(r)
			}
		}
	}
	tau := map[string]float64{"tau": 10}
	leak := func(r *model.Rules) { r.Gain = model.GainLeak }
	all["sinabs_lif_multi"] = goldenLayer{kind: "lif", rules: rules(leak), dt: 1, values: tau, surrogate: single}
	all["sinabs_lif_multi_nonorm"] = goldenLayer{kind: "lif", rules: rules(nil), dt: 1, values: tau, surrogate: single}
	all["sinabs_lif_syn"] = goldenLayer{kind: "cuba-lif", rules: rules(nil), dt: 1, values: map[string]float64{"tau": 10, "tau_syn": 4}, surrogate: single}
	all["sinabs_lif_train_alphas"] = goldenLayer{kind: "cuba-lif", rules: rules(func(r *model.Rules) {
		r.Gain, r.MemDecay, r.SynDecay = model.GainLeak, model.DecayBeta, model.DecayBeta
	}), dt: 1, names: map[string]string{"beta": "a", "alpha": "asyn"}, surrogate: single}
	all["sinabs_lif_single_reset_value"] = goldenLayer{kind: "lif", rules: rules(func(r *model.Rules) {
		r.MaxSpikes, r.Reset, r.DetachReset, r.Quirks = 1, model.ResetValue, true, []string{model.QuirkAddReset}
	}), dt: 1, values: map[string]float64{"tau": 10, "v_reset": 0.25, "v_min": -0.5}, surrogate: single}
	all["sinabs_lif_maxspike_periodic"] = goldenLayer{kind: "lif", rules: rules(func(r *model.Rules) { r.MaxSpikes = 2 }), dt: 1, values: tau, surrogate: spec("sinabs", "PeriodicExponential", nil)}
	all["sinabs_iaf_multi"] = goldenLayer{kind: "if", rules: rules(nil), dt: 1, surrogate: single}
	all["sinabs_iaf_multi_minv"] = goldenLayer{kind: "if", rules: rules(nil), dt: 1, values: map[string]float64{"v_min": -1}, surrogate: single}
}

func rockpoolCases(all map[string]goldenLayer) {
	rules := func(most int) func(r *model.Rules) {
		return func(r *model.Rules) {
			r.Fire, r.DetachReset, r.MaxSpikes = model.FireAtLeast, false, most
			r.MemDecay, r.Synapse, r.SynDecay = model.DecayExp, model.SynapseAddDecay, model.DecayExp
		}
	}
	names := map[string]string{"threshold": "thr", "tau": "tau_mem"}
	window := spec("rockpool", "StepPWL", nil)
	all["rockpool_lif_steppwl"] = goldenLayer{kind: "cuba-lif", rules: rules(0), dt: 0.001, names: names, surrogate: window}
	all["rockpool_lif_maxspikes1"] = goldenLayer{kind: "cuba-lif", rules: rules(1), dt: 0.001, names: names, surrogate: window}
	all["rockpool_lif_periodic"] = goldenLayer{kind: "cuba-lif", rules: rules(0), dt: 0.001, names: names, surrogate: spec("rockpool", "PeriodicExponential", nil)}
}

func otherCases(all map[string]goldenLayer) {
	rules := func(at model.ResetAt) func(r *model.Rules) {
		return func(r *model.Rules) { r.Fire, r.DetachReset, r.ResetAt, r.Delay = model.FireAbove, false, at, 1 }
	}
	super := spec("spyx", "superspike", nil)
	all["spyx_if"] = goldenLayer{kind: "if", rules: rules(model.ResetAtCharge), dt: 1, surrogate: super}
	all["spyx_lif"] = goldenLayer{kind: "lif", rules: rules(model.ResetAtCharge), dt: 1, surrogate: super}
	all["spyx_cubalif"] = goldenLayer{kind: "cuba-lif", rules: rules(model.ResetAtLeak), dt: 1, surrogate: super}
	all["lava_cuba"] = goldenLayer{
		kind: "slayer-cuba", dt: 1, names: map[string]string{"current_decay": "cd", "voltage_decay": "vd"},
		values:    map[string]float64{"current_decay": 2048, "voltage_decay": 409.6},
		surrogate: spec("lava", "", nil),
	}
	lapicque := func(reset model.Reset, form model.Decay) func(r *model.Rules) {
		return func(r *model.Rules) {
			r.Fire, r.DetachReset, r.Reset, r.ResetAt = model.FireAbove, true, reset, model.ResetAtCharge
			r.MemDecay, r.Gain = form, model.GainLeak
		}
	}
	names := map[string]string{"threshold": "thr"}
	atan := spec("snntorch", "atan", nil)
	for name, r := range map[string]func(*model.Rules){
		"beta_subtract": lapicque(model.ResetSubtract, model.DecayLog),
		"beta_zero":     lapicque(model.ResetValue, model.DecayLog),
		"beta_none":     lapicque(model.ResetNone, model.DecayLog),
	} {
		all["snntorch_lapicque_"+name] = goldenLayer{kind: "lif", rules: r, dt: 1, names: names, surrogate: atan}
	}
	all["snntorch_lapicque_RC_zero"] = goldenLayer{
		kind: "lif", rules: lapicque(model.ResetValue, model.DecayEuler), dt: 0.5, names: names, surrogate: atan,
		values: map[string]float64{"tau": 7.5, "r": 5},
	}
}
