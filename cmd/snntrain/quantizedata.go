package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
	"github.com/snntrain/snntrain/train"
)

// calibrated is the data of a network, looked at.
type calibrated struct {
	test    datasets.Source
	train   datasets.Source // the samples that calibrate
	data    map[string]any  // section that says so
	pool    *par.Pool
	encoder datasets.Encoder
	ticks   datasets.Encoder // the same for the ticks of the chip: more of them where steps are stretched
	seed    uint64
	scores  [2]float64 // see model.Quantization
	input   string     // spikes, counts, values
	values  []float32
	hash    string // of the training samples looked at
}

// openData opens the data that calibrates and judges. Data that is not there
// is no error when nobody asked for it: the reason comes back instead.
func (o *quantizeOptions) openData(ctx context.Context, n *model.Network, pool *par.Pool) (*calibrated, string, error) {
	if len(o.calibrate) == 0 && n.Record.Preprocess == nil {
		return nil, "the network does not record its data; give --calibrate CONFIG", nil
	}
	where := config.Options{Files: o.calibrate, Sets: o.sets}
	training, _, _, err := openRecorded(n, where, datasets.Train)
	if err == nil {
		c := &calibrated{}
		if c.test, c.encoder, c.seed, err = openRecorded(n, where, datasets.Test); err == nil {
			if err = fits(n, training.Info(), c.encoder); err != nil {
				return nil, "", err
			}
			training = datasets.Limit(training, o.calibration)
			c.train, c.pool, c.hash = training, pool, datasets.Hash(training)
			if c.data, err = resolvedData(n, where, datasets.Test); err == nil {
				err = c.look(ctx, training, pool)
			}
			if c.ticks = c.encoder; err == nil && o.options.Stretch > 1 {
				where.Sets = append(where.Sets, fmt.Sprintf("data.encode.steps=%d", o.options.Stretch*c.encoder.Steps()))
				_, c.ticks, _, err = openRecorded(n, where, datasets.Test)
			}
			if _, neurons := n.Nodes[len(n.Nodes)-1].Op.(*model.Neuron); err == nil && !neurons {
				err = c.spread(ctx, training, n, pool)
			}
			n.Record.Preprocess, n.Record.Seed = c.data, c.seed // an image says what it was judged on
			return c, "", err
		}
	}
	var f fault.Fault
	if len(o.calibrate) == 0 && len(o.sets) == 0 && errors.As(err, &f) {
		return nil, fmt.Sprintf("the data is not there: %v", f), nil
	}
	return nil, "", err
}

// look keeps the input values of some training samples.
func (c *calibrated) look(ctx context.Context, training datasets.Source, pool *par.Pool) error {
	var err error
	if c.input, err = inputKind(c.encoder, encoderIn(c.data), training.Info()); err != nil || c.input == model.InputSpikes {
		return err
	}
	for b, err := range datasets.Batches(training, datasets.BatchOptions{Size: 64, Seed: c.seed, Encoder: c.encoder, Pool: pool}) {
		if err != nil {
			return err
		}
		c.values = append(c.values, b.X.F...)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	for _, v := range c.values {
		if v != float32(math.Trunc(float64(v))) {
			c.input = model.InputValues // no counts
		}
	}
	return nil
}

// spread finds the scores that output spikes must tell apart: from a tenth of
// the range below the least score of a winner to the greatest.
func (c *calibrated) spread(ctx context.Context, training datasets.Source, n *model.Network, pool *par.Pool) error {
	program, err := compile(n, layers.Options{Pool: pool, Readout: "mean"})
	if err != nil {
		return err
	}
	o := train.EvalOptions{Encoder: c.encoder, Batch: batchOver(n, c.encoder.Steps()), Seed: c.seed, Pool: pool, Keep: true}
	e, err := train.Evaluate(ctx, program, training, o)
	if err != nil {
		return err
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for i, class := range e.Classes {
		winner := float64(e.Logits[i*e.PerSample+int(class)])
		lo, hi = min(lo, winner), max(hi, winner)
	}
	c.scores = [2]float64{lo - (hi-lo)/10, hi}
	return nil
}

// largest is the input value that the largest integer stands for.
func (c *calibrated) largest(o model.Quantization) float64 {
	if o.InputMax > 0 {
		return o.InputMax
	}
	most := 0.0
	for _, v := range c.values {
		most = max(most, math.Abs(float64(v)))
	}
	return most
}

// over is the share of input values beyond the grid by half a step or more.
func (c *calibrated) over(in quant.Input) float64 {
	if in.Scale == 0 || len(c.values) == 0 {
		return 0
	}
	beyond := 0
	for _, v := range c.values {
		if q := float64(v) / in.Scale; q < float64(in.Min)-0.5 || q >= float64(in.Max)+0.5 {
			beyond++
		}
	}
	return float64(beyond) / float64(len(c.values))
}

// encoderName and recordedSteps are what a network's record says of its encoder.
func encoderName(n *model.Network) string { return encoderIn(n.Record.Preprocess) }

// encoderIn is the encoder of a data section.
func encoderIn(data map[string]any) string {
	encode, _ := data["encode"].(map[string]any)
	kind, _ := encode["kind"].(string)
	return kind
}

func recordedSteps(n *model.Network) int {
	encode, _ := n.Record.Preprocess["encode"].(map[string]any)
	switch v := encode["steps"].(type) {
	case float64:
		return max(int(v), 1)
	case int:
		return max(v, 1)
	}
	return 1
}

func recordedInput(n *model.Network) string {
	switch encoderName(n) {
	case "rate", "latency", "delta":
		return model.InputSpikes
	case "bins":
		return model.InputCounts
	}
	return model.InputValues
}
