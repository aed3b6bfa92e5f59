package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/brainscales2"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/quant"
)

// chipsResult is the JSON of emulate --chips: the accuracy over sampled chips.
type chipsResult struct {
	Target    string                 `json:"target"`
	N         int                    `json:"n"`
	Meant     float64                `json:"meant"` // accuracy of the chip that all are meant to be
	Accuracy  brainscales2.Spread    `json:"accuracy"`
	Variation brainscales2.Variation `json:"variation"`
	Seed      uint64                 `json:"seed"`
}

// idleFlags refuses what has no effect with, or without, sampled chips.
func (o *judgeOptions) idleFlags(given []string) error {
	if o.chips == 0 {
		return idle("emulate", given, "no chips are sampled without --chips", "chip-seed")
	}
	return idle("emulate", given, "--chips gives the spread of accuracy alone", "predictions", "scores", "energy")
}

// onChips judges an image on sampled chips of an analog target. batches gives
// the samples again for each.
func (o *judgeOptions) onChips(ctx context.Context, s *streams, im *chip.Image, batches func() iter.Seq2[*datasets.Batch, error], pool *par.Pool, frames int) error {
	if im.Target.Name != brainscales2.New().Name() {
		return usagef("emulate: --chips: the image is for %s, whose chips are all alike; %s is analog", im.Target.Name, brainscales2.New().Name())
	}
	r := chipsResult{Target: im.Target.Name, Variation: brainscales2.Typical(), Seed: o.chipSeed}
	judge := func(net *quant.IntNet) (float64, error) {
		one := *im
		one.Net, one.Placement = net, nil
		j, err := o.judgeOn(ctx, &one, batches(), pool, frames)
		if err != nil {
			return 0, err
		}
		r.N = j.Result().N
		return float64(j.Result().Correct) / float64(r.N), nil
	}
	var err error
	if r.Meant, err = judge(im.Net); err != nil {
		return err
	}
	if r.Accuracy, err = r.Variation.Judge(im.Net, o.chips, o.chipSeed, judge); err != nil {
		return usage(err)
	}
	if s.json {
		s.object(r)
		return nil
	}
	a := r.Accuracy
	s.say("accuracy %.2f %% as meant, %.2f ± %.2f %% over %d chips, %.2f %% at the lowest", 100*r.Meant, 100*a.Mean, 100*a.Std, len(a.Chips), 100*a.Lowest)
	return nil
}

// judgeOn runs all batches on an image.
func (o *judgeOptions) judgeOn(ctx context.Context, im *chip.Image, batches iter.Seq2[*datasets.Batch, error], pool *par.Pool, frames int) (*run.Judge, error) {
	var j *run.Judge
	for b, err := range batches {
		if err != nil {
			return nil, err
		}
		if j == nil {
			if err := o.complete(im, b.X.T, frames); err != nil {
				return nil, err
			}
			if j, err = run.NewJudge(im, b.X.Shape, pool); err != nil {
				return nil, err
			}
		}
		if err := j.Batch(ctx, b.X, b.Labels); err != nil {
			return nil, err
		}
	}
	if j == nil {
		return nil, fmt.Errorf("emulate: the data has no sample")
	}
	return j, nil
}
