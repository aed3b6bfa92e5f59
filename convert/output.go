package convert

import (
	"math"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// outputDecay is β of the output's membrane.
func (o *RateOptions) outputDecay() float64 {
	if o.OutputDecay != nil {
		return *o.OutputDecay
	}
	m, err := Methods().Get(o.Method)
	if err != nil {
		return 0
	}
	return m.decay
}

// outputWindow is what the current of step t counts in scores that are the mean
// over T steps of a leaky membrane v ← βv + r·x, with r such that the mean of
// the window is 1:
//
//	w(t) = r(1 − β^(T−t))/(1 − β),  t = 0 … T−1
//
// The last spikes count less. The sum of θs(t) over T steps differs from that
// of the current by the membrane at the end, (v(0) − v(T)); a window that falls
// to zero turns this term into a mean over the last steps, which varies less, as
// a second-order filter does behind a first-order sigma-delta modulator. β = 0
// is the plain mean, nil.
func outputWindow(beta float64, steps int) []float32 {
	if beta == 0 {
		return nil
	}
	w, sum := make([]float64, steps), 0.0
	for t := range w {
		w[t] = 1 - math.Pow(beta, float64(steps-t))
		sum += w[t]
	}
	out := make([]float32, steps)
	for t, v := range w {
		out[t] = float32(v * float64(steps) / sum)
	}
	return out
}

// leakyOutput puts a leaky integrator behind the last synapse.
func (r *RateResult) leakyOutput(beta float64, steps int) error {
	kind, err := neuron.Builtin().Get("li")
	if err != nil {
		return err
	}
	op := &model.Neuron{
		Model: "li", Rules: kind.Rules, Output: model.OutputMembrane,
		Values: map[string]*model.Tensor{"beta": model.Scalar(beta), "r": model.Scalar(float64(outputWindow(beta, steps)[steps-1]))},
	}
	op.Rules.Gain = model.GainUnit
	last := r.Network.Output()
	r.Network.Nodes = append(r.Network.Nodes, model.Node{Name: last + ".membrane", Op: op, Inputs: []string{last}})
	return nil
}
