package surrogate

// lava lists the spike functions of lava-dl (SLAYER), read at 0.6.0: those of
// its neurons, whose width follows the threshold, and Spike, which they call
// with the width they came to.
func lava() []foreign {
	graded := flag("graded", 0, "1: spikes carry v")
	neuron := []Param{positive("tau_grad", 1, "width"), signed("scale_grad", 1, "scale"), graded}
	spec := func(width, scale, relative, graded float64) Spec {
		kind := "exponential"
		if graded != 0 {
			kind = "graded-exponential"
		}
		return Spec{kind, values{"width": width, "scale": scale, "relative": relative}}
	}
	cuba := func(p values) Spec { return spec(100*p["tau_grad"], 0.1*p["scale_grad"], 1, p["graded"]) }
	return []foreign{
		{"cuba", neuron, cuba},
		{"alif", neuron, cuba},
		{"Spike", []Param{positive("tau_rho", 1, "width"), signed("scale_rho", 1, "scale"), graded}, func(p values) Spec {
			return spec(p["tau_rho"], p["scale_rho"], 0, p["graded"])
		}},
	}
}
