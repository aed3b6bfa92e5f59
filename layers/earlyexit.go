package layers

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/signal"
)

// Exits says when the samples of a batch were decided.
type Exits struct {
	Scores *signal.Signal // of each sample after its last step; valid until the next call
	Steps  []int          // of each sample, from 1
}

// InferUntil runs the network step by step, and stops the time loop of a
// sample after the first step t at which
//
//	s₁(t) − s₂(t) ≥ margin,
//
// s₁ and s₂ being the largest and second largest score under the readout, of
// the steps 1…t (ScoresAt). This is the Top-K cutoff of Wu et al.
// (arXiv:2301.09522) with a fixed gap. It is a rule of thumb, not a proof: a
// class that is behind by margin may still overtake, so accuracy can fall, and
// the margin is to be chosen on validation data. Only for a spike-count readout
// of neurons with one spike a step at most, a margin of all T steps excludes
// that. Margin is in the unit of the scores: spikes for spike-count, potential
// for sum, mean, last and max over a membrane.
func (p *Program) InferUntil(in Input, margin float64) (Exits, error) {
	if !(margin > 0) {
		return Exits{}, fmt.Errorf("layers: early exit: margin is %v, must be above 0", margin)
	}
	if in.Carry || in.Watch {
		return Exits{}, fmt.Errorf("layers: early exit: samples stop at different steps, so nothing can be carried on or watched")
	}
	if err := p.set(in, false); err != nil {
		return Exits{}, err
	}
	e := Exits{Steps: make([]int, in.X.B)}
	err := p.machine.Until(func(done int, samples []int) []int {
		scores := p.machine.Value(p.scores).Signal
		if e.Scores == nil {
			e.Scores = signal.NewAnalog(1, in.X.B, slices.Clone(scores.Shape), true)
		}
		var next []int
		for i, sample := range samples {
			row := scores.Row(i)
			copy(e.Scores.Row(sample), row)
			e.Steps[sample] = done
			if lead(row) < margin {
				next = append(next, sample)
			}
		}
		return next
	})
	return e, err
}

// lead is how far the largest score is ahead of the second largest; −1 when there is only one.
func lead(row []float32) float64 {
	if len(row) < 2 {
		return -1
	}
	best, second := row[0], row[1]
	if second > best {
		best, second = second, best
	}
	for _, v := range row[2:] {
		if v > best {
			best, second = v, best
		} else if v > second {
			second = v
		}
	}
	return float64(best) - float64(second)
}
