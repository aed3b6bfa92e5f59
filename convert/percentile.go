package convert

// percentileMethod is the robust normalization of Rueckauer et al. 2017
// (10.3389/fnins.2017.00682): θ = a percentile of the activations above zero.
// The few activations above it are clipped, all others get finer steps.
func percentileMethod() Method {
	return Method{
		Name: "percentile", Doc: "threshold = a percentile of the activations (Rueckauer et al. 2017)",
		keys: []string{"percentile", "share"},
		decide: func(w *walk, s Stage) (*Cell, error) {
			return &Cell{Threshold: w.percentile(s, w.options.Percentile)}, nil
		},
	}
}
