package convert

import (
	"cmp"
	"context"
	"fmt"

	"github.com/snntrain/snntrain/internal/signal"
)

// Trial is one method and number of steps that auto tried, judged on the samples kept aside.
type Trial struct {
	Method     string  `json:"method"`
	Steps      int     `json:"steps"`
	Drop       float64 `json:"drop"`       // points of accuracy lost
	Divergence float64 `json:"divergence"` // mean Σ p·ln(p/q) of the float network's and this one's class probabilities
}

// searched are the methods that auto chooses from, cheapest first, beside qcfs where activations are that.
func searched() []string { return []string{"initial-potential", "light", "advanced", "tuned"} }

// tried are the methods that auto chooses from at T steps: tuned only where it takes a pass.
func (r *RateResult) tried(o *RateOptions, samples int) []string {
	list := searched()
	if r.passes(o, samples) == 0 {
		list = list[:len(list)-1]
	}
	for _, s := range r.Stages {
		if s.Kind == StageReLU && s.QCFS == nil {
			return list
		}
	}
	return append([]string{"qcfs"}, list...)
}

// search tries numbers of steps, doubled from 4, and at each all methods.
// Samples beside those of calibration judge, or a fifth of these. Of the methods that lose no
// more than allowed at the fewest steps it takes the one whose class
// probabilities are closest to the float network's (accuracy on so few
// samples tells methods apart less well): as it is, or fitted once more with the samples that judged.
func (r *RateResult) search(ctx context.Context, cal *Calibration, o RateOptions) (*RateResult, error) {
	fit, aside := cal, cal.Aside
	if aside == nil {
		fit, aside = cal.parted(5)
	}
	j, err := newJury(ctx, r.Canonical, aside)
	if err != nil {
		return nil, err
	}
	var best, least *trial // of those that lose little at this T, and of all
	for o.Steps = min(4, o.MaxSteps); best == nil; o.Steps = min(2*o.Steps, o.MaxSteps) {
		for _, o.Method = range r.tried(&o, fit.tuning().Len()) {
			t, err := r.try(ctx, fit, o, j)
			if err != nil {
				return nil, err
			}
			if t.Drop <= o.MaxDrop && (best == nil || t.Divergence < best.Divergence) {
				best = t
			}
			if least == nil || cmp.Or(cmp.Compare(t.Drop, least.Drop), cmp.Compare(t.Divergence, least.Divergence)) < 0 {
				least = t
			}
		}
		if o.Steps >= o.MaxSteps {
			break
		}
	}
	var why string
	if best != nil {
		why = fmt.Sprintf("the fewest steps, then the class probabilities closest to the float network's (divergence %.2g), that lose at most %g points: %+.2f on %d training samples kept aside", best.Divergence, o.MaxDrop, 0-best.Drop, aside.Len())
	} else {
		best = least
		why = fmt.Sprintf("none lost at most %g points within %d steps; this lost least: %+.2f points on %d training samples kept aside", o.MaxDrop, o.MaxSteps, 0-best.Drop, aside.Len())
	}
	tried := r.Tried
	if fit == cal { // it is converted already
		*r = best.result
		r.Tried, r.Why = tried, why+r.Why
		return r, nil
	}
	o.Method, o.Steps, r.Why = best.Method, best.Steps, why
	return r, r.convert(ctx, cal, o)
}

// trial is a Trial and what it left.
type trial struct {
	Trial
	result RateResult
}

// try converts and judges.
func (r *RateResult) try(ctx context.Context, fit *Calibration, o RateOptions, j *jury) (*trial, error) {
	r.Why = ""
	if err := r.convert(ctx, fit, o); err != nil {
		return nil, err
	}
	v, err := j.judge(ctx, r)
	if err != nil {
		return nil, err
	}
	t := Trial{o.Method, o.Steps, v.Drop, v.Divergence}
	r.Tried = append(r.Tried, t)
	return &trial{t, *r}, nil
}

// parted keeps one sample of n aside; of few samples all are used for both.
func (c *Calibration) parted(n int) (fit, judge *Calibration) {
	if c.Len() < 2*n {
		return c, c
	}
	fit, judge = &Calibration{Pool: c.Pool, Seed: c.Seed, Progress: c.Progress}, &Calibration{Pool: c.Pool}
	at := 0
	for i, x := range c.Samples {
		var rows [2][]int
		for b := range x.B {
			part := 0
			if at%n == n-1 {
				part = 1
			}
			rows[part] = append(rows[part], b)
			at++
		}
		fit.take(x, c.Labels[i], rows[0])
		judge.take(x, c.Labels[i], rows[1])
	}
	return fit, judge
}

// take adds some samples of a batch.
func (c *Calibration) take(x *signal.Signal, labels []int, rows []int) {
	if len(rows) == 0 {
		return
	}
	part := signal.NewAnalog(1, len(rows), x.Shape, true)
	var own []int
	for i, b := range rows {
		copy(part.Row(i), x.Row(b))
		own = append(own, labels[b])
	}
	c.Samples, c.Labels = append(c.Samples, part), append(c.Labels, own)
}
