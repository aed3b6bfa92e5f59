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
}
