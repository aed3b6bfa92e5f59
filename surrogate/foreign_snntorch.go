package surrogate

// snnTorch lists those of snntorch.surrogate, read at 1.0.0.
func snnTorch() []foreign {
	slope := positive("slope", 25, "k")
	return []foreign{
		{"atan", []Param{positive("alpha", 2, "α")}, func(p values) Spec {
			return Spec{"atan", values{"alpha": p["alpha"]}}
		}},
		{"fast_sigmoid", []Param{slope}, func(p values) Spec {
			return Spec{"fast-sigmoid", values{"slope": p["slope"]}}
		}},
		{"sigmoid", []Param{slope}, func(p values) Spec {
			return Spec{"sigmoid", values{"slope": p["slope"]}}
		}},
		{"straight_through_estimator", nil, func(values) Spec { return Spec{Kind: "straight-through"} }},
		{"triangular", []Param{signed("threshold", 1, "height of the step")}, func(p values) Spec {
			return Spec{"leaky-relu", values{"leak": p["threshold"], "slope": -p["threshold"]}}
		}},
		{"heaviside", nil, func(values) Spec {
			return Spec{"leaky-relu", values{"leak": 0, "slope": 1, "strict": 1}}
		}},
		{"spike_rate_escape", []Param{positive("beta", 1, "β"), slope}, func(p values) Spec {
			return Spec{"exponential", values{"width": 1 / p["beta"], "scale": 2 * p["slope"] / p["beta"], "mu": 1}}
		}},
		{"SFS", []Param{slope, signed("B", 1, "where it begins")}, func(p values) Spec {
			return Spec{"sparse-fast-sigmoid", values{"slope": p["slope"], "bound": p["B"]}}
		}},
		{"LSO", []Param{signed("slope", 0.1, "below threshold")}, func(p values) Spec {
			return Spec{"leaky-relu", values{"leak": p["slope"], "slope": 1, "strict": 1}}
		}},
		{"SSO", []Param{signed("mean", 0, "μ"), signed("variance", 0.2, "σ²")}, func(p values) Spec {
			return Spec{"stochastic", values{"mean": p["mean"], "variance": p["variance"]}}
		}},
	}
}
