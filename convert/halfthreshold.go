package convert

// halfThresholdMethod is the shift of Deng & Gu 2021 (arXiv 2103.00476):
// θ/(2T) is added to the current in every step, so that the number of spikes
// after T steps is a rounded one, where without it is a floor.
func halfThresholdMethod() Method {
	return Method{
		Name: "half-threshold", Doc: "percentile, and θ/(2T) added in every step (Deng & Gu 2021)",
		keys: []string{"percentile", "share"},
		decide: func(w *walk, s Stage) (*Cell, error) {
			theta := w.percentile(s, w.options.Percentile)
			return &Cell{Threshold: theta, Bias: times(theta, 0.5/float64(w.steps))}, nil
		},
	}
}
