package main

import (
	"context"
	"fmt"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/train"
)

// compared is the same network run in a way that plain neurons cannot.
type compared struct {
	Dynamics string      `json:"dynamics"`
	Steps    int         `json:"steps"`
	Extra    int         `json:"extra_steps"` // of the runs before
	Score    train.Score `json:"score"`
	Spikes   float64     `json:"spikes_per_neuron"` // of all runs
}

// compare simulates what convert.compare lists on the test part.
func (c *converting) compare(ctx context.Context, r *convert.RateResult, report *conversion, pool *par.Pool) error {
	for _, name := range c.options.Compare {
		d, err := r.Dynamic(name, c.calibration, c.options)
		if err != nil {
			return asUsage(err)
		}
		out := compared{Dynamics: name, Steps: d.Steps, Extra: d.Extra}
		size := max(1, batchOver(r.Network, max(d.Steps, c.options.ExtraSteps))/4)
		for b, err := range datasets.Batches(c.test, datasets.BatchOptions{Size: size, Seed: c.seed, Epoch: train.EvalEpoch, Encoder: c.encoder(1), Pool: pool}) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
			rows, err := d.Scores(b.X)
			if err != nil {
				return err
			}
			for i, row := range rows {
				if signal.ArgMax(row) == b.Labels[i] {
					out.Score.Correct++
				}
			}
			out.Score.N += len(rows)
		}
		out.Score.Accuracy = float64(out.Score.Correct) / float64(max(1, out.Score.N))
		out.Spikes = float64(d.Spikes) / float64(max(1, d.Samples*d.Neurons))
		report.Compared = append(report.Compared, out)
	}
	return nil
}

// comparedLines are the lines of the table.
func (r *conversion) comparedLines() string {
	text := ""
	for _, c := range r.Compared {
		text += fmt.Sprintf("  %-15s %6.2f %%  %+.2f  T = %d", c.Dynamics, 100*c.Score.Accuracy, 100*(c.Score.Accuracy-r.ANN.Accuracy), c.Steps)
		if c.Extra > 0 {
			text += fmt.Sprintf(" after %d steps of other runs", c.Extra)
		}
		text += fmt.Sprintf(", %.2f spikes per neuron (simulated, not saved)\n", c.Spikes)
	}
	return text
}
