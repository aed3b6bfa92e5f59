package surrogate

import "math"

// spikingJelly lists those of spikingjelly.activation_based.surrogate, read at 2.0.0.
func spikingJelly() []foreign {
	alpha := func(def float64) []Param { return []Param{positive("alpha", def, "α")} }
	return []foreign{
		{"Sigmoid", alpha(4), func(p values) Spec { return Spec{"sigmoid", values{"slope": p["alpha"]}} }},
		{"ATan", alpha(2), func(p values) Spec { return Spec{"atan", values{"alpha": p["alpha"]}} }},
		{"PiecewiseQuadratic", alpha(1), func(p values) Spec {
			return Spec{"triangle", values{"width": 1 / p["alpha"], "height": p["alpha"]}}
		}},
		{"PiecewiseExp", alpha(1), func(p values) Spec {
			return Spec{"exponential", values{"width": 1 / p["alpha"]}}
		}},
		{"SoftSign", alpha(2), func(p values) Spec {
			return Spec{"fast-sigmoid", values{"slope": p["alpha"], "height": p["alpha"] / 2}}
		}},
		{"SuperSpike", alpha(1), func(p values) Spec {
			return Spec{"fast-sigmoid", values{"slope": 1, "height": p["alpha"]}}
		}},
		{"Erf", alpha(2), func(p values) Spec { return erf(p["alpha"], p["alpha"]/math.Sqrt(math.Pi)) }},
		{"NonzeroSignLogAbs", alpha(1), func(p values) Spec { return Spec{"log", values{"alpha": p["alpha"]}} }},
		{"PiecewiseLeakyReLU", []Param{positive("w", 1, "half width"), signed("c", 0.01, "outside")}, func(p values) Spec {
			return Spec{"boxcar", values{"width": 2 * p["w"], "height": 1 / (2 * p["w"]), "leak": p["c"]}}
		}},
		{"Rect", alpha(1), func(p values) Spec {
			return Spec{"boxcar", values{"width": 1 / p["alpha"], "height": p["alpha"]}}
		}},
		{"S2NN", []Param{positive("alpha", 4, "α"), signed("beta", 1, "β")}, func(p values) Spec {
			return Spec{"s2nn", values{"alpha": p["alpha"], "beta": p["beta"]}}
		}},
		{"QPseudoSpike", []Param{{Name: "alpha", Default: 2, Min: 1.001, Max: 1000, Doc: "α"}}, func(p values) Spec {
			return Spec{"q-pseudo-spike", values{"alpha": p["alpha"]}}
		}},
		{"LeakyKReLU", []Param{signed("leak", 0, "below"), signed("k", 1, "above")}, func(p values) Spec {
			return Spec{"leaky-relu", values{"leak": p["leak"], "slope": p["k"]}}
		}},
		{"LogTailedReLU", []Param{signed("alpha", 0, "below")}, func(p values) Spec {
			return Spec{"log-tailed-relu", values{"leak": p["alpha"]}}
		}},
		{"SquarewaveFourierSeries", []Param{
			{Name: "n", Default: 2, Min: 2, Max: 65, Whole: true, Doc: "one more than the cosines"}, positive("T_period", 8, "period"),
		}, func(p values) Spec {
			return Spec{"squarewave-fourier", values{"terms": p["n"] - 1, "period": p["T_period"]}}
		}},
		{"FakeNumericalGradient", alpha(0.3), func(p values) Spec {
			return Spec{"fake-numerical", values{"alpha": p["alpha"]}}
		}},
		{"DeterministicPass", nil, func(values) Spec { return Spec{Kind: "straight-through"} }},
		{"MultiLevelSpikeCount", []Param{
			{Name: "max_spike_count", Default: 4, Min: 1, Max: 65536, Whole: true, Doc: "most spikes"},
		}, func(p values) Spec {
			return Spec{"multi-level", values{"levels": p["max_spike_count"]}}
		}},
	}
}
