package surrogate

func tanhKind() Kind {
	return Kind{
		Name:    "tanh",
		Formula: "height·(1 − tanh²(slope·x)) + offset",
		Source: "Norse tanh and Spyx tanh, both without the factor slope of the true derivative; " +
			"stork TanhSpike (slope 100, offset 1)",
		Params: []Param{
			positive("slope", 1, "1/θ"),
			signed("height", 1, "peak above the offset"),
			signed("offset", 0, "far from threshold"),
		},
		New: func(p map[string]float64) Func { // 1 − tanh²(u) = 4·σ(2u)·(1 − σ(2u))
			return logistic{slope: 2 * p["slope"], amp: 4 * p["height"], offset: p["offset"]}
		},
	}
}
