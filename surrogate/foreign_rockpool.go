package surrogate

// rockpool lists those of rockpool.nn.modules.torch.lif_torch, read at 3.1.0.
func rockpool() []foreign {
	window := []Param{positive("window", 0.5, "window")}
	return []foreign{
		{"StepPWL", window, func(p values) Spec { return Spec{"step-window", values{"window": p["window"]}} }},
		{"PeriodicExponential", window, func(p values) Spec {
			return Spec{"periodic-exponential", values{"width": p["window"]}}
		}},
	}
}
