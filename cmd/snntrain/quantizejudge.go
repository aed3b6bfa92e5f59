package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// judgment is how network and image did on the test part.
type judgment struct {
	Network   train.Score     `json:"network"` // as it was trained, in floats or in the target's integers
	Chip      train.Score     `json:"chip"`    // emulated
	Same      int             `json:"same_class"`
	Compared  int             `json:"compared"`  // samples of which every layer was compared with the emulator, value by value
	Identical int             `json:"identical"` // of these
	Events    float64         `json:"synaptic_events"`
	Outside   *int64          `json:"spikes_outside_windows,omitempty"` // of a network of first spike times
	First     *run.Difference `json:"first_difference,omitempty"`
}

// judgeImage runs network and image over the test part. The layers of a network
// that was trained in the image's integers are compared, value by value.
func judgeImage(ctx context.Context, s *streams, n *model.Network, im *chip.Image, d *calibrated, limit int, pool *par.Pool) (*judgment, error) {
	program, err := runnable(n, pool)
	if err != nil {
		return nil, err
	}
	source := d.test
	if limit > 0 {
		source = datasets.Limit(source, limit)
	}
	o := train.EvalOptions{Encoder: d.encoder, Batch: batchOver(n, d.encoder.Steps()), Seed: d.seed, Pool: pool, Keep: true}
	s.log("judging %d samples in floats or as trained, then emulated", source.Len())
	float, err := train.Evaluate(ctx, program, source, o)
	if err != nil {
		return nil, err
	}
	var compared *layers.Program
	if n.Record.Quantize != nil {
		compared, _ = program.(*layers.Program)
	}
	e, err := newEmulated(im, compared, pool)
	if err != nil {
		return nil, err
	}
	o.Encoder = d.ticks
	on, err := train.Evaluate(ctx, e, source, o)
	if err != nil {
		return nil, err
	}
	j := &judgment{Network: float.Score, Chip: on.Score, Compared: e.compared, Identical: e.identical, First: e.first}
	j.Events = float64(e.events()) / float64(max(on.N, 1))
	if outside := e.outside(); len(im.IO.Windows) > 0 {
		j.Outside = &outside
	}
	for i, c := range float.Classes {
		if c == on.Classes[i] {
			j.Same++
		}
	}
	if j.Identical < j.Compared {
		return nil, fmt.Errorf("quantize: %d of %d samples differ between training and emulator; the first: layer %q, tick %d, neuron %d: emulated %v, trained %v",
			j.Compared-j.Identical, j.Compared, j.First.Population, j.First.Tick, j.First.Neuron, j.First.Got, j.First.Want)
	}
	return j, nil
}

// describe is the result in words.
func (q *quantization) describe() string {
	rows := [][]string{{"LAYER", "WEIGHTS", "RANGE", "LEVELS", "CLIPPED", "ERROR", "THRESHOLD", "SHIFT"}}
	for _, l := range q.Account.Layers {
		rows = append(rows, []string{
			l.Layer, fmt.Sprint(l.Weights), fmt.Sprintf("%d..%d", l.Min, l.Max), fmt.Sprint(l.Levels),
			fmt.Sprintf("%.3g %%", 100*l.Clipped), fmt.Sprintf("%.3g %%", 100*l.Error), fmt.Sprint(l.Threshold), fmt.Sprint(l.Exponent),
		})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", table(rows))
	fmt.Fprintf(&b, "input %d..%d, %d ticks a sample, read from tick %d\n", q.Account.Input.Min, q.Account.Input.Max, q.IO.Ticks, q.IO.From)
	for _, note := range q.Account.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	for _, p := range q.Parts {
		fmt.Fprintf(&b, "%s: sums in 2 × %d parts, a tick later; a spike of a part stands for %d to %d\n", p.Layer, p.Parts, p.Least, p.Most)
	}
	for _, u := range q.Usage {
		fmt.Fprintf(&b, "%s: %d of %d\n", u.Resource, u.Used, u.Limit)
	}
	switch j := q.Judged; {
	case j == nil:
		fmt.Fprintf(&b, "not judged: %s\n", q.Unjudged)
	case q.Method == "qat":
		fmt.Fprintf(&b, "\ntrained in these integers: accuracy %.2f %%, emulated %.2f %% (%d of %d)\n%d of %d samples: every layer in every tick the same\n",
			100*j.Network.Accuracy, 100*j.Chip.Accuracy, j.Chip.Correct, j.Chip.N, j.Identical, j.Compared)
	default:
		fmt.Fprintf(&b, "\naccuracy in floats %.2f %%, emulated %.2f %% (%d of %d); the same class in %d\n",
			100*j.Network.Accuracy, 100*j.Chip.Accuracy, j.Chip.Correct, j.Chip.N, j.Same)
	}
	if j := q.Judged; j != nil && j.Outside != nil {
		fmt.Fprintf(&b, "spikes outside the window of their layer, or second of their neuron: %d in all\n", *j.Outside)
	}
	fmt.Fprintf(&b, "\nwritten to %s", q.File)
	return b.String()
}
