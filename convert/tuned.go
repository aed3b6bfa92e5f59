package convert

import (
	"context"
	"fmt"
)

// The settings of tuned.
const (
	tuneBatch  = 50
	tunePasses = 30
	tuneWork   = 2e12  // multiply-adds, over all samples, steps and passes and back, that it takes unless told more
	tuneLeast  = 4     // passes, fewer of which are not worth it
	tuneJudged = 1000  // of the samples that it trained with, by which it sees whether it has helped
	tuneLost   = 2     // points of accuracy on these with which training is undone
	tuneRate   = 0.005 // of Adam, in units of the root mean square of an array; falls to 0 as a half cosine
)

// tunedMethod is advanced, and then trains all synapses at once: the scores of
// the spiking network come close to those of the float network on calibration
// samples and what augmenter makes of them, with the loss of
// autograd.Distillation at temperature 1. Gradients go back through time; the
// derivative of a spike is 1/θ for a potential between θ/2 and 3θ/2, so that an
// input counts at the first step after it whose potential is near the threshold.
// Thresholds and potentials stay. With options.Labels = λ above 0 the target is
//
//	(1 − λ)·softmax(scores of the float network) + λ·(labels in the sample, by their share)
func tunedMethod() Method {
	m := advancedMethod()
	m.Name, m.Doc = "tuned", "advanced, then all weights at once with surrogate gradients, towards the float network's scores (Hinton et al. 2015)"
	m.keys = append(m.keys, "tuning", "epochs", "flip", "shift", "mix", "labels", "rate_penalty")
	m.finish = func(ctx context.Context, r *RateResult, cal *Calibration, o *RateOptions) error {
		samples := cal.tuning().Len()
		n := r.passes(o, samples)
		r.Why += trained(n, samples, o)
		if n == 0 {
			return nil
		}
		return r.tune(ctx, cal, o)
	}
	return m
}

// tune trains. A price on spikes may cost accuracy; without one training is
// undone where it does: an array of which one value is far larger than the others
// gets steps in which these are lost.
func (r *RateResult) tune(ctx context.Context, cal *Calibration, o *RateOptions) error {
	t, err := newTuner(r, cal, o)
	if err != nil {
		return err
	}
	if o.RatePenalty > 0 {
		return t.run(ctx)
	}
	judged := cal.tuning().first(tuneJudged)
	before, err := r.Judge(ctx, judged)
	if err != nil {
		return err
	}
	advanced := r.Network
	if err := t.run(ctx); err != nil {
		return err
	}
	after, err := r.Judge(ctx, judged)
	if err != nil {
		return err
	}
	if lost := after.Drop - before.Drop; lost > tuneLost {
		r.Network = advanced
		r.Why += fmt.Sprintf("; undone, since %.2f points of these were lost", lost)
	}
	return nil
}

// trained says what the weights of a network come from.
func trained(passes, samples int, o *RateOptions) string {
	if passes == 0 && o.Epochs == nil {
		return fmt.Sprintf("; weights as of advanced, %d passes would take more than 2e12 multiply-adds", tuneLeast)
	}
	text := fmt.Sprintf("; %d passes over %d samples", passes, samples)
	if o.Labels > 0 && passes > 0 {
		text += fmt.Sprintf(", labels %g", o.Labels)
	}
	if o.RatePenalty > 0 && passes > 0 {
		text += fmt.Sprintf(", rate_penalty %g", o.RatePenalty)
	}
	if passes < tunePasses && o.Epochs == nil {
		text += ", no more than 2e12 multiply-adds"
	}
	return text
}

// passes is the number of passes that the options ask for, else what tuneWork
// allows: none where that is fewer than tuneLeast.
func (r *RateResult) passes(o *RateOptions, samples int) int {
	if o.Epochs != nil {
		return *o.Epochs
	}
	shapes, err := r.Canonical.Shapes()
	if err != nil {
		return 0
	}
	macs := 0.0
	for _, n := range r.Canonical.Nodes {
		macs += multiplications(n, shapes)
	}
	allowed := int(tuneWork / max(1, 3*macs*float64(o.Steps*samples)))
	if allowed < tuneLeast {
		return 0
	}
	return min(tunePasses, allowed)
}
