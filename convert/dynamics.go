package convert

import (
	"math"

	"github.com/snntrain/snntrain/internal/registry"
)

// Dynamics is a way to run a converted network that plain integrate-and-fire
// neurons of single-bit spikes cannot: it needs other spikes, or runs of the same
// sample before the one that counts. Such a run is simulated beside the
// network, to compare with; it is not what is saved.
type Dynamics struct {
	Name, Doc string
	// runs is the number of runs before the last, each of Options.ExtraSteps steps.
	runs func(o *RateOptions) int
	// count is the number of spikes of a step, for potential u, threshold θ and the spikes so far.
	count func(u, theta float32, so int) int
	// between changes how a neuron starts the next run: v0, or silence, from its residual potential and its spikes.
	between func(residual, theta float32, fired int, n *neuronStart)
	analog  bool // spikes are not single bits
	holds   bool // a neuron sends in every step from its first spike on, and that is one spike; no reset
	revokes bool // holds, until its potential falls below the threshold: a second spike ends it
}

// neuronStart is how a neuron begins a run.
type neuronStart struct {
	initial float32
	shift   float32 // of initial, by cos
	silent  bool
}

// burstMost is the largest number Γ of spikes a step of burst.
const burstMost = 5

// residualFloor is the potential, in θ, at and below which srp silences a neuron.
const residualFloor = 1e-3

// AllDynamics lists them.
func AllDynamics() *registry.Registry[Dynamics] {
	r := registry.New[Dynamics]("dynamics")
	for _, d := range []Dynamics{signedDynamics(), burstDynamics(), srpDynamics(), cosDynamics(), firstDynamics(), correctiveDynamics()} {
		r.Add(d.Name, d)
	}
	return r
}

func single(u, theta float32, _ int) int {
	if u >= theta {
		return 1
	}
	return 0
}

func noRuns(*RateOptions) int { return 0 }

// signedDynamics takes spikes back (Wang et al. 2022, "Signed neuron with memory",
// 10.24963/ijcai.2022/347): −1 where u ≤ −θ and the neuron has fired more than it
// took back.
func signedDynamics() Dynamics {
	return Dynamics{
		Name: "signed", Doc: "spikes of −1 take back what was fired too much (Wang et al. 2022)", runs: noRuns, analog: true,
		count: func(u, theta float32, so int) int {
			switch {
			case u >= theta:
				return 1
			case u <= -theta && so > 0:
				return -1
			}
			return 0
		},
	}
}

// burstDynamics fires up to Γ = 5 spikes a step (Li & Zeng 2022, arXiv 2204.13271):
// clip(⌊u/θ⌋, 0, Γ).
func burstDynamics() Dynamics {
	return Dynamics{
		Name: "burst", Doc: "up to 5 spikes a step (Li & Zeng 2022)", runs: noRuns, analog: true,
		count: func(u, theta float32, _ int) int {
			return int(min(max(math.Floor(float64(u)/float64(theta)), 0), burstMost))
		},
	}
}

// srpDynamics is SRP (Hao et al. 2023a, arXiv 2302.02091): after τ steps a neuron
// whose residual potential is at most 1e-3θ is silent in the run that counts, in
// which all others start at θ/2.
func srpDynamics() Dynamics {
	return Dynamics{
		Name: "srp", Doc: "a run of τ steps before silences neurons that should not have fired (Hao et al. 2023)", count: single,
		runs: func(*RateOptions) int { return 1 },
		between: func(residual, theta float32, _ int, n *neuronStart) {
			n.silent = residual <= residualFloor*theta
			n.initial = theta / 2
		},
	}
}

// cosDynamics is COS (Hao et al. 2023b, arXiv 2302.10685): after each of four runs of ρ
// steps the initial potential moves by θ, down where the residual potential is
// below 0 and it fired (a spike too many), up where it is at least θ (one too few). All layers
// move after each run of the whole network.
func cosDynamics() Dynamics {
	return Dynamics{
		Name: "cos", Doc: "runs of ρ steps before shift initial potentials by the spikes too many or too few (Hao et al. 2023)", count: single,
		runs: func(*RateOptions) int { return 4 },
		between: func(residual, theta float32, fired int, n *neuronStart) {
			by := float32(0)
			switch missing := residual - n.shift; { // as if it had started where it did at first
			case missing < 0 && fired > 0:
				by = -theta
			case missing >= theta:
				by = theta
			}
			n.initial += by
			n.shift += by
		},
	}
}

// firstDynamics is the time-to-first-spike code of Rueckauer & Liu 2018
// (10.1109/ISCAS.2018.8351295): a neuron fires once, when u ≥ θ, and from then on
// its synapses inject their weights in every step. An early spike stands for a
// large activation, and the output whose integrated current first reaches the
// largest score of calibration samples is the class. What comes after a neuron's spike no longer counts, so
// the mapping is not exact; that of convert/ttfs is.
func firstDynamics() Dynamics {
	return Dynamics{Name: "ttfs-slope", Doc: "one spike, after which synapses inject their weight in every step (Rueckauer & Liu 2018)", runs: noRuns, holds: true}
}

// correctiveDynamics is the same with corrective spikes: a neuron whose
// potential falls below θ again takes its spike back.
func correctiveDynamics() Dynamics {
	return Dynamics{Name: "ttfs-corrective", Doc: "ttfs-slope, and a second spike ends the first when the potential falls below the threshold (Rueckauer & Liu 2018)", runs: noRuns, holds: true, revokes: true}
}
