package neuron_test

import "github.com/snntrain/snntrain/model"

// recurrentCases are the recorded layers whose spikes come back to them.
func recurrentCases(all map[string]goldenLayer) {
	snntorchRecurrentCases(all)
	dense := func(name, like string, change func(l *goldenLayer)) {
		l := all[like]
		l.recurrence, l.weight = model.RecurrenceDense, "W"
		change(&l)
		all[name] = l
	}
	dense("norse_lif_recurrent", "norse_lif_feedforward", func(l *goldenLayer) {
		rules := l.rules
		l.rules = func(r *model.Rules) { rules(r); r.DetachReset = true }
		l.input = "Win"
	})
	dense("sinabs_lif_recurrent", "sinabs_lif_multi_nonorm", func(*goldenLayer) {})
	dense("rockpool_lif_recurrent", "rockpool_lif_steppwl", func(l *goldenLayer) { l.byPre = true })
	dense("spyx_rlif", "spyx_lif", func(l *goldenLayer) { l.byPre = true })
}

func snntorchRecurrentCases(all map[string]goldenLayer) {
	zero := func(at model.ResetAt, detach bool) func(r *model.Rules) {
		return func(r *model.Rules) {
			r.Fire, r.Reset, r.ResetAt, r.DetachReset = model.FireAbove, model.ResetValue, at, detach
		}
	}
	for name, like := range map[string]string{
		"rleaky_subtract_delay": "leaky_subtract_delay", "rleaky_subtract_nodelay": "leaky_subtract_nodelay",
		"rleaky_zero_delay": "leaky_zero_delay", "rleaky_zero_nodelay": "leaky_zero_nodelay", "rleaky_onetoone": "leaky_subtract_delay",
		"rsynaptic_subtract_delay": "synaptic_subtract_delay", "rsynaptic_zero_delay": "synaptic_zero_delay",
		"rsynaptic_subtract_nodelay": "synaptic_subtract_delay", // the setting has no effect there
	} {
		l := all["snntorch_"+like]
		l.recurrence, l.weight, l.bias = model.RecurrenceDense, "W", "bw"
		switch name {
		case "rleaky_zero_delay": // unlike Leaky, RLeaky clears the whole new potential
			l.rules = zero(model.ResetAtCharge, true)
		case "rleaky_onetoone":
			l.recurrence, l.weight, l.bias = model.RecurrenceOneToOne, "w", ""
		}
		all["snntorch_"+name] = l
	}
}
