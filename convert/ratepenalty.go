package convert

import "github.com/snntrain/snntrain/layers"

// ratedSamples is how many samples show the rates before training.
const ratedSamples = 200

// ratePenalties are the terms of the loss that keep spikes few: with r the rate
// of a neuron (spikes a step, mean over a batch) and r₀ what it was before training,
//
//	weight · Σr²/Σr₀²
//
// over all neurons of all spiking layers, so that it starts at weight whatever the
// network, its size and T.
func (t *tuner) ratePenalties(weight float64) ([]layers.RatePenalty, error) {
	if weight == 0 {
		return nil, nil
	}
	p, err := layers.Compile(t.net, layers.Options{Pool: t.cal.Pool, Readout: "mean"})
	if err != nil {
		return nil, err
	}
	var list []layers.RatePenalty
	sizes := map[string]int{}
	sum, batches := 0.0, t.cal.first(ratedSamples).Samples
	for i, x := range batches {
		if _, err := p.Infer(layers.Input{X: t.result.shown.show(x, uint64(i), t.options.Steps)}); err != nil {
			return nil, err
		}
		for _, a := range p.Activities() {
			sizes[a.Layer] = len(a.Rates)
			for _, r := range a.Rates {
				sum += r * r
			}
		}
	}
	if sum == 0 {
		return nil, nil
	}
	for _, name := range p.Spiking() {
		list = append(list, layers.RatePenalty{Layers: []string{name}, Weight: weight * float64(sizes[name]*len(batches)) / sum})
	}
	return list, nil
}
