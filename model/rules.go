package model

import (
	"fmt"
	"math"
	"strings"
)

// Rules say what one time step of a spiking neuron means, so that no name of
// a framework has to. In one step, in this order:
//
//	syn:    i from the input x, j what reaches the membrane   (Synapse)
//	leak:   w = v, or v after the last spike's reset           (ResetAt = "leak")
//	charge: u = A·w + G·j + C
//	        u after the last spike's reset                     (ResetAt = "charge")
//	fire:   s = [u > θ] or [u ≥ θ], or a count                 (Fire, MaxSpikes)
//	reset:  v = u after this spike's reset                     (ResetAt = "spike")
//	clamp:  v = max(v, v_min)
//	output: s, one step later when Delay is 1
type Rules struct {
	Fire        Compare  `json:"fire"`
	MaxSpikes   int      `json:"max_spikes"` // 1 = binary; n = up to n in a step; 0 = no limit
	Reset       Reset    `json:"reset"`
	ResetAt     ResetAt  `json:"reset_at"`
	DetachReset bool     `json:"detach_reset"` // no gradient through the reset
	Delay       int      `json:"delay"`        // steps between deciding a spike and sending it: 0 or 1
	Synapse     Synapse  `json:"synapse,omitempty"`
	MemDecay    Decay    `json:"mem_decay,omitempty"`
	SynDecay    Decay    `json:"syn_decay,omitempty"`
	Gain        Gain     `json:"gain"`
	Quirks      []string `json:"quirks,omitempty"` // QuirkHold, QuirkAddReset
}

// Compare is the comparison that decides a spike.
type Compare string

// The comparisons of potential and threshold.
const (
	FireAbove   Compare = ">"
	FireAtLeast Compare = ">="
)

// Reset is what a spike does to the membrane potential.
type Reset string

// The resets.
const (
	ResetNone     Reset = "none"
	ResetSubtract Reset = "subtract" // v − s·θ
	ResetValue    Reset = "value"    // v_reset where s
)

// ResetAt is when the reset happens.
type ResetAt string

// The times of reset: in the step of the spike, or in the next step before
// its leak or after its charge.
const (
	ResetAtSpike  ResetAt = "spike"
	ResetAtLeak   ResetAt = "leak"
	ResetAtCharge ResetAt = "charge"
)

// Synapse is the order of input and decay in a synaptic current.
type Synapse string

// The orders: i = αi + x, j = i · i = α(i + x), j = i · j = i + x, i = αj.
const (
	SynapseNone     Synapse = ""
	SynapseDecayAdd Synapse = "decay-add"
	SynapseAddDecay Synapse = "add-decay"
	SynapseAddUse   Synapse = "add-use-decay"
)

// Decay is the parameter p that a decay factor A per step is stored as.
type Decay string

// The forms: A = p · A = e^(−dt/p) · A = 1 − dt/p · A = 1 − p·dt · A = 1 − σ(p) ·
// A = 1 + ln p (Euler with the time constant whose exact decay is p) · A = 1.
const (
	DecayBeta  Decay = "beta"
	DecayExp   Decay = "exp"
	DecayEuler Decay = "euler"
	DecayRate  Decay = "rate"
	DecayLogit Decay = "logit"
	DecayLog   Decay = "log"
	DecayNone  Decay = ""
)

// Gain is the factor G that the input enters the membrane with.
type Gain string

// The gains: G = r, and G = r·(1 − A), which keeps the mean potential at r times the mean input.
const (
	GainUnit Gain = "unit"
	GainLeak Gain = "leak"
)

// The quirks of single frameworks.
const (
	// QuirkHold is snnTorch's reset_delay=False: a potential that is still
	// above threshold after its reset counts one threshold less while the
	// next spike is decided.
	QuirkHold = "hold"
	// QuirkAddReset is Sinabs' MembraneReset: the reset value is added to
	// every neuron in every step, spike or not.
	QuirkAddReset = "add-reset"
)

// Has reports whether the rules include a quirk.
func (r Rules) Has(quirk string) bool {
	for _, q := range r.Quirks {
		if q == quirk {
			return true
		}
	}
	return false
}

// Validate names every field whose value is unknown or cannot be combined.
func (r Rules) Validate() error {
	var bad []string
	check := func(field string, ok bool, value any) {
		if !ok {
			bad = append(bad, fmt.Sprintf("%s %v", field, value))
		}
	}
	check("fire", r.Fire == FireAbove || r.Fire == FireAtLeast, r.Fire)
	check("max_spikes", r.MaxSpikes >= 0, r.MaxSpikes)
	check("reset", r.Reset == ResetNone || r.Reset == ResetSubtract || r.Reset == ResetValue, r.Reset)
	check("reset_at", r.ResetAt == ResetAtSpike || r.ResetAt == ResetAtLeak || r.ResetAt == ResetAtCharge, r.ResetAt)
	check("delay", r.Delay == 0 || r.Delay == 1, r.Delay)
	check("synapse", r.Synapse == SynapseNone || r.Synapse == SynapseDecayAdd || r.Synapse == SynapseAddDecay || r.Synapse == SynapseAddUse, r.Synapse)
	check("mem_decay", r.MemDecay.known(), r.MemDecay)
	check("syn_decay", r.SynDecay.known(), r.SynDecay)
	check("gain", r.Gain == GainUnit || r.Gain == GainLeak, r.Gain)
	for _, q := range r.Quirks {
		check("quirk", q == QuirkHold || q == QuirkAddReset, q)
	}
	check("several spikes a step with reset", r.MaxSpikes == 1 || r.Reset != ResetValue, r.Reset)
	check("hold with reset", !r.Has(QuirkHold) || (r.Reset == ResetSubtract && r.ResetAt == ResetAtSpike), r.Reset)
	if len(bad) > 0 {
		return fmt.Errorf("neuron rules cannot be: %s", strings.Join(bad, ", "))
	}
	return nil
}

// Factor returns the factor A per step and the leak 1 − A, free of
// cancellation, for the stored parameter p. β is held to 0..1, as snnTorch does.
func (d Decay) Factor(p, dt float64) (a, leak float64) {
	switch d {
	case DecayBeta:
		p = min(max(p, 0), 1)
		return p, 1 - p
	case DecayExp:
		return math.Exp(-dt / p), -math.Expm1(-dt / p)
	case DecayEuler:
		return 1 - dt/p, dt / p
	case DecayRate:
		return 1 - p*dt, p * dt
	case DecayLog:
		return 1 + math.Log(p), -math.Log(p)
	case DecayLogit:
		q := 1 / (1 + math.Exp(-p))
		return 1 - q, q
	}
	return 1, 0
}

func (d Decay) known() bool {
	switch d {
	case DecayNone, DecayBeta, DecayExp, DecayEuler, DecayRate, DecayLogit, DecayLog:
		return true
	}
	return false
}
