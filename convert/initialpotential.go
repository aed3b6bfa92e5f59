package convert

// initialPotentialMethod starts the membrane at v₀ = θ/2, which makes the
// expected difference of rate and activation zero (Bu et al. 2022, "Optimized
// Potential Initialization", arXiv 2202.01440). It holds for any T.
func initialPotentialMethod() Method {
	return Method{
		Name: "initial-potential", Doc: "percentile, and a membrane that starts at half the threshold (Bu et al. 2022)",
		keys: []string{"percentile", "share"},
		decide: func(w *walk, s Stage) (*Cell, error) {
			theta := w.percentile(s, w.options.Percentile)
			return &Cell{Threshold: theta, Initial: times(theta, 0.5)}, nil
		},
	}
}
