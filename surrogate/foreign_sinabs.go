package surrogate

// sinabs lists those of sinabs.activation, read at 3.1.3.
func sinabs() []foreign {
	width, scale := positive("grad_width", 0.5, "width"), signed("grad_scale", 1, "factor")
	mu, sigma := signed("mu", 0, "μ"), positive("sigma", 0.5, "σ")
	return []foreign{
		{"SingleExponential", []Param{width, scale}, func(p values) Spec {
			return Spec{"exponential", values{"width": p["grad_width"], "scale": 2 * p["grad_scale"], "relative": 1}}
		}},
		{"PeriodicExponential", []Param{width, scale}, func(p values) Spec {
			return Spec{"periodic-exponential", values{
				"width": p["grad_width"], "height": p["grad_scale"], "stretch": 2, "per_threshold": 0,
			}}
		}},
		{"Heaviside", []Param{positive("window", 1, "below threshold")}, func(p values) Spec {
			return Spec{"step-window", values{"window": p["window"]}}
		}},
		{"Gaussian", []Param{mu, sigma, scale}, func(p values) Spec {
			return Spec{"gaussian", values{"mu": p["mu"], "sigma": p["sigma"], "scale": p["grad_scale"]}}
		}},
		{"MultiGaussian", []Param{mu, sigma, signed("h", 0.15, "h"), positive("s", 6, "s"), scale}, func(p values) Spec {
			return Spec{"multi-gaussian", values{
				"mu": p["mu"], "sigma": p["sigma"], "h": p["h"], "s": p["s"], "scale": p["grad_scale"],
			}}
		}},
	}
}
