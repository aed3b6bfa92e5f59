package layers

import (
	"fmt"

	"github.com/snntrain/snntrain/autograd"
)

// Activity is how a spiking layer fired in the last run.
type Activity struct {
	Layer  string
	Rates  []float64 // spikes a step of every neuron, mean over steps and batch
	Mean   float64
	Silent float64 // share of neurons that did not fire at all
}

// Activities returns the activity of every spiking layer in the last run.
func (p *Program) Activities() []Activity {
	var out []Activity
	for _, name := range p.Spiking() {
		a := Activity{Layer: name, Rates: autograd.Rates(nil, p.Output(name))}
		for _, r := range a.Rates {
			a.Mean += r / float64(len(a.Rates))
			if r == 0 {
				a.Silent += 1 / float64(len(a.Rates))
			}
		}
		out = append(out, a)
	}
	return out
}

// The limits beyond which a layer is reported before training starts.
const (
	silentShare   = 0.99 // of neurons without a spike in the whole batch
	saturatedRate = 0.9  // mean spikes a step
)

// Complaint says what is wrong with an activity at the start of training, and
// what helps; "" when nothing is.
func (a Activity) Complaint() string {
	switch {
	case a.Silent >= silentShare:
		return fmt.Sprintf("layer %q is silent: %.0f %% of its neurons fire no spike in the first batch; raise the weights (init: {kind: fluctuation}), lower the threshold or normalize the input", a.Layer, 100*a.Silent)
	case a.Mean >= saturatedRate:
		return fmt.Sprintf("layer %q is saturated: its neurons fire %.2f spikes a step in the first batch; lower the weights (init: {kind: fluctuation}) or raise the threshold", a.Layer, a.Mean)
	}
	return ""
}
