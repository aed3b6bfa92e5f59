package surrogate

// stork lists those of stork.activations, read at 37f78c0. Left out are
// SuperSpike_norm, which divides by a norm over the batch, MultiSpike,
// SuperSpike_MemClamp, and MultilayerSpiker, which multiplies by x.
func stork() []foreign {
	beta := func(def float64) []Param { return []Param{positive("beta", def, "β")} }
	superSpike := func(p values) Spec { return Spec{"fast-sigmoid", values{"slope": p["beta"]}} }
	return []foreign{
		{"SuperSpike", beta(20), superSpike},
		{"SuperSpike_rescaled", beta(20), func(p values) Spec {
			return Spec{"fast-sigmoid", values{"slope": p["beta"], "height": (p["beta"] + 1) * (p["beta"] + 1)}}
		}},
		{"SuperSpike_asymptote", beta(100), func(p values) Spec {
			return Spec{"fast-sigmoid", values{"slope": p["beta"], "height": p["beta"]}}
		}},
		{"TanhSpike", beta(100), func(p values) Spec {
			return Spec{"tanh", values{"slope": p["beta"], "offset": 1}}
		}},
		{"EsserSpike", beta(1), func(p values) Spec { return Spec{"triangle", values{"width": 1 / p["beta"]}} }},
		{"HardTanhSpike", beta(100), func(p values) Spec { return Spec{"hard-tanh", values{"slope": p["beta"]}} }},
		{"CustomSpike.SuperSpike", beta(10), superSpike},
		{"CustomSpike.sigmoid", beta(10), func(p values) Spec { return Spec{"sigmoid", values{"slope": p["beta"]}} }},
		{"CustomSpike.scaled_sigmoid", beta(10), func(p values) Spec {
			return Spec{"sigmoid", values{"slope": p["beta"], "scale": 1 / p["beta"]}}
		}},
		{"CustomSpike.exponential", []Param{
			{Name: "p0", Default: 0.01, Min: least, Max: 1, Doc: "rate"}, {Name: "delta_u", Default: 0.133, Min: 1e-3, Max: most, Doc: "width"},
		}, func(p values) Spec {
			return Spec{"escape-rate", values{"p0": p["p0"], "delta": p["delta_u"]}}
		}},
	}
}
