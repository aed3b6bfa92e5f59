package convert

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// OutputErrors is the mean difference of the scores from those of the float
// network, in units of a score.
type OutputErrors struct {
	Input  float64 `json:"input"`  // of what the last synapse gives, mean over the steps: brought by the layers before
	Window float64 `json:"window"` // of the leaky membrane that scores are read from (RateOptions.OutputDecay), over that mean
	Total  float64 `json:"total"`  // the sum of the two
}

// output compares the scores of one batch.
func (a *account) output(want, got *signal.Signal) {
	n := a.result.Network
	last := n.Node(n.Output())
	current := a.spiking.Output(last.Name)
	if _, membrane := last.Op.(*model.Neuron); membrane {
		current = a.spiking.Output(last.Inputs[0])
	}
	for b := range got.B {
		mean := make([]float64, got.N())
		for t := range current.Steps() {
			for i, v := range current.Row(t*current.B + b) {
				mean[i] += float64(v) / float64(current.Steps())
			}
		}
		float, spiking := want.Row(b), got.Row(b)
		for i, m := range mean {
			a.scores.Input += m - float64(float[i])
			a.scores.Window += float64(spiking[i]) - m
			a.scores.Total += float64(spiking[i]) - float64(float[i])
		}
	}
}
