package neuron_test

import "github.com/snntrain/snntrain/model"

// lanewiseCases are the recorded neurons outside the IF/LIF/CuBa family.
func lanewiseCases(all map[string]goldenLayer) {
	sigmoid, super := spec("spikingjelly", "Sigmoid", nil), spec("norse", "super", nil)
	jelly := func(reset model.Reset) func(r *model.Rules) {
		return func(r *model.Rules) { r.Fire, r.DetachReset, r.Reset = model.FireAtLeast, false, reset }
	}
	norse := func(r *model.Rules) {
		r.Fire, r.DetachReset, r.Reset = model.FireAbove, false, model.ResetValue
	}
	with := func(base map[string]float64, more map[string]float64) map[string]float64 {
		out := map[string]float64{}
		for _, m := range []map[string]float64{base, more} {
			for k, v := range m {
				out[k] = v
			}
		}
		return out
	}
	quadratic := map[string]float64{"tau": 2, "v_c": 0.8, "a0": 1}
	exponential := map[string]float64{"tau": 2, "delta_t": 1, "v_t": 0.8}
	hard := map[string]float64{"v_reset": -0.1, "v_init": -0.1}
	all["spikingjelly_qif_hard"] = goldenLayer{kind: "qif", rules: jelly(model.ResetValue), dt: 1, values: with(quadratic, hard), surrogate: sigmoid}
	all["spikingjelly_qif_soft"] = goldenLayer{kind: "qif", rules: jelly(model.ResetSubtract), dt: 1, values: quadratic, surrogate: sigmoid}
	all["spikingjelly_eif_hard"] = goldenLayer{kind: "eif", rules: jelly(model.ResetValue), dt: 1, values: with(exponential, hard), surrogate: sigmoid}
	all["spikingjelly_eif_soft"] = goldenLayer{kind: "eif", rules: jelly(model.ResetSubtract), dt: 1, values: exponential, surrogate: sigmoid}
	all["spikingjelly_izhikevich"] = goldenLayer{
		kind: "adaptive-qif", rules: jelly(model.ResetValue), dt: 1, surrogate: sigmoid,
		values: with(quadratic, map[string]float64{"v_leak": -0.1, "tau_adapt": 2, "adapt_gain": 0.2, "adapt_step": 0.3}),
	}
	all["spikingjelly_klif"] = goldenLayer{kind: "klif", rules: jelly(model.ResetValue), dt: 1, values: map[string]float64{"tau": 2}, surrogate: sigmoid}
	all["spikingjelly_raf"] = goldenLayer{
		kind: "raf", rules: jelly(model.ResetValue), dt: 1, surrogate: sigmoid,
		values: map[string]float64{"damping": -0.2, "omega": 1, "threshold": 0.75},
	}
	all["norse_izhikevich"] = goldenLayer{kind: "izhikevich", rules: norse, dt: 0.001, values: map[string]float64{"rate": 250}, surrogate: super}
	names := map[string]string{"threshold": "v_th", "rate": "tau_mem_inv", "rate_syn": "tau_syn_inv", "rate_adapt": "tau_adapt_inv"}
	rates := map[string]float64{"rate": 100, "rate_syn": 200, "v_leak": 0}
	all["norse_lif_refractory"] = goldenLayer{kind: "refractory-lif", rules: norse, dt: 0.001, values: with(rates, map[string]float64{"refractory": 5}), names: names, surrogate: super}
	all["norse_lsnn_feedforward"] = goldenLayer{kind: "lsnn", rules: norse, dt: 0.001, values: rates, names: renamed(names, "adapt_step", "beta"), surrogate: super}
	all["norse_lsnn_recurrent"] = goldenLayer{
		kind: "lsnn", rules: func(r *model.Rules) { norse(r); r.DetachReset = true }, dt: 0.001, values: rates, surrogate: super,
		names: renamed(names, "adapt_step", "beta"), recurrence: model.RecurrenceDense, weight: "W", input: "Win",
	}
	all["norse_lif_adex"] = goldenLayer{
		kind: "adex", rules: norse, dt: 0.001, values: rates, surrogate: super,
		names: renamed(names, "adapt_gain", "adaptation_current", "adapt_step", "adaptation_spike", "delta_t", "delta_T", "rate_adapt", "tau_ada_inv"),
	}
	sinabs := func(most int, synapse bool) func(r *model.Rules) {
		return func(r *model.Rules) {
			r.Fire, r.DetachReset, r.MaxSpikes, r.Gain, r.MemDecay = model.FireAtLeast, false, most, model.GainLeak, model.DecayExp
			if synapse {
				r.Synapse, r.SynDecay = model.SynapseAddDecay, model.DecayExp
			}
		}
	}
	single, adaptive := spec("sinabs", "SingleExponential", nil), map[string]float64{"adapt_scale": 1.8}
	all["sinabs_alif_single"] = goldenLayer{kind: "alif", rules: sinabs(1, false), dt: 1, values: adaptive, surrogate: single}
	all["sinabs_alif_multi"] = goldenLayer{kind: "alif", rules: sinabs(0, false), dt: 1, values: adaptive, surrogate: single}
	all["sinabs_alif_syn_single"] = goldenLayer{kind: "alif", rules: sinabs(1, true), dt: 1, values: adaptive, surrogate: single}
	all["spyx_alif"] = goldenLayer{kind: "alif", rules: func(r *model.Rules) {
		r.Fire, r.DetachReset, r.ResetAt = model.FireAbove, false, model.ResetAtCharge
	}, dt: 1, surrogate: spec("spyx", "superspike", nil)}
	all["lava_alif"] = goldenLayer{kind: "slayer-alif", dt: 1, values: map[string]float64{"current_decay": 2048, "voltage_decay": 409.6}, surrogate: spec("lava", "", nil)}
	all["lava_rf"] = goldenLayer{kind: "slayer-rf", dt: 1, values: map[string]float64{"threshold": 0.75}, surrogate: spec("lava", "", nil)}
	for name, reset := range map[string]model.Reset{"subtract": model.ResetSubtract, "zero": model.ResetValue, "none": model.ResetNone} {
		all["snntorch_alpha_"+name] = goldenLayer{kind: "alpha", rules: func(r *model.Rules) {
			r.Fire, r.DetachReset, r.Reset = model.FireAbove, true, reset
		}, dt: 1, values: map[string]float64{"alpha": 0.9}, names: map[string]string{"threshold": "thr"}, surrogate: spec("snntorch", "atan", nil)}
	}
}

// renamed adds pairs to a map of names.
func renamed(names map[string]string, pairs ...string) map[string]string {
	out := map[string]string{}
	for k, v := range names {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}
