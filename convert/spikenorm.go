package convert

// spikeNormMethod is SpikeNorm (Sengupta et al. 2019,
// 10.3389/fnins.2019.00095): layer by layer, θ = the largest current
// Σ_j w_j s_j(t) that the spikes of the layers before cause in any step.
func spikeNormMethod() Method {
	return Method{
		Name: "spike-norm", Doc: "threshold = largest current that spikes cause in a step (Sengupta et al. 2019)",
		keys: []string{"share"},
		decide: func(w *walk, s Stage) (*Cell, error) {
			theta, err := w.largestCurrent(s)
			return &Cell{Threshold: theta}, err
		},
	}
}
