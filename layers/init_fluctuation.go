package layers

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// fluctuationOptions are the targets of the fluctuation-driven initialization.
type fluctuationOptions struct {
	Rate      float64 `yaml:"rate" validate:"gt=0" doc:"expected spikes a step of an input (mean value of an analog input)"`
	Mean      float64 `yaml:"mean" doc:"target mean of the membrane potential, in thresholds"`
	Deviation float64 `yaml:"deviation" validate:"gt=0" doc:"target standard deviation of the membrane potential, in thresholds"`
}

// fluctuationInit draws weights so that the free membrane potential (without
// spikes) has a given mean and deviation when n inputs fire as independent
// Poisson trains of rate ν a step:
//
//	μ_w = μ_U/(n·ν·ε̄),  σ_w² = σ_U²/(n·ν·ε̂) − μ_w²
//
// with ε̄ and ε̂ the sums of the membrane's response to one input spike and of
// its square (Rossbroich, Gygax & Zenke 2022, equations 7 to 9, in steps).
func fluctuationInit() Init {
	return Init{
		Name: "fluctuation", Doc: "membrane potentials start with a target mean and deviation (Rossbroich et al. 2022)",
		Options: func() any { return &fluctuationOptions{Rate: 0.05, Mean: 0, Deviation: 1.0 / 3} },
		Draw: func(options any, r *rand.Rand, f fan, w []float32) error {
			o := options.(*fluctuationOptions)
			if f.post == nil {
				return fmt.Errorf("fluctuation needs a neuron layer behind %q", f.name)
			}
			sum, squares, err := response(f.post, f.dt)
			if err != nil {
				return err
			}
			theta := mean(f.post.Values["threshold"])
			inputs := float64(f.in) * o.Rate
			mu := o.Mean * theta / (inputs * sum)
			variance := o.Deviation*o.Deviation*theta*theta/(inputs*squares) - mu*mu
			if variance <= 0 {
				return fmt.Errorf("fluctuation: mean %v is too high for deviation %v at rate %v and fan-in %d", o.Mean, o.Deviation, o.Rate, f.in)
			}
			for i := range w {
				w[i] = float32(mu + math.Sqrt(variance)*r.NormFloat64())
			}
			return nil
		},
	}
}

// response returns the sum and the sum of squares of the membrane's response
// to an input of 1 in one step, until it has died away or 10 000 steps have passed.
func response(n *model.Neuron, dt float64) (sum, squares float64, err error) {
	kind, err := neuron.Builtin().Get(n.Model)
	if err != nil {
		return 0, 0, err
	}
	curve, err := neuron.Impulse(kind, n, dt, 10_000)
	if err != nil {
		return 0, 0, err
	}
	for _, v := range curve {
		sum += v
		squares += v * v
	}
	if sum <= 0 {
		return 0, 0, fmt.Errorf("fluctuation: the membrane of %s does not respond to its input", n.Model)
	}
	return sum, squares, nil
}

// mean of an array; 1 when there is none.
func mean(t *model.Tensor) float64 {
	if t == nil || len(t.Data) == 0 {
		return 1
	}
	s := 0.0
	for _, v := range t.Data {
		s += float64(v)
	}
	return s / float64(len(t.Data))
}
