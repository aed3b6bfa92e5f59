package main

import (
	"context"
	"fmt"
	"math"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// floatQuantization is the JSON of quantize for a network without spikes.
type floatQuantization struct {
	Target string     `json:"target"`
	Bits   int        `json:"bits"`
	N      int        `json:"n"` // test samples that were judged
	Float  float64    `json:"float"`
	Chip   float64    `json:"chip"` // accuracy in integers
	Usage  []chip.Use `json:"usage"`
	File   string     `json:"file"`
}

// runQuantizeFloat brings a trained ReLU network of an ONNX file onto
// NorthPole's integers. Training samples show how large values get.
func runQuantizeFloat(ctx context.Context, s *streams, o quantizeOptions) error {
	if err := o.checkFloat(); err != nil {
		return err
	}
	bits := o.options.Bits
	if bits == 0 {
		bits = 8
	}
	pool := par.New(0)
	open := evalOptions{model: o.model, data: o.calibrate, sets: o.sets, split: string(datasets.Train)}
	n, training, enc, seed, err := openFloat(open)
	if err != nil {
		return err
	}
	p, err := layers.Compile(n, layers.Options{Pool: pool})
	if err != nil {
		return usage(err)
	}
	c, err := largestValues(ctx, p, n, datasets.Limit(training, o.calibration), datasets.BatchOptions{Size: batchFor(n, 128), Seed: seed, Encoder: enc, Pool: pool})
	if err != nil {
		return err
	}
	net, err := northpole.Quantize(n, bits, c)
	if err != nil {
		return usage(err)
	}
	im, err := chip.Make(northpole.New(), net, "snntrain "+version())
	if err != nil {
		return usage(err)
	}
	im.IO = chip.IO{Coding: "constant", Steps: 1, Ticks: 1, Readout: "sum"}
	open.split = string(datasets.Test)
	_, test, enc, seed, err := openFloat(open)
	if err != nil {
		return err
	}
	r := floatQuantization{Target: northpole.New().Name(), Bits: bits, Usage: im.Placement.Usage, File: o.out}
	test = datasets.Limit(test, o.limit)
	judged := datasets.BatchOptions{Size: batchFor(n, 128), Seed: seed, Epoch: train.EvalEpoch, Encoder: enc, Pool: pool}
	if err := r.judge(ctx, p, im, test, judged); err != nil {
		return err
	}
	if err := addVector(im, test, judged); err != nil {
		return err
	}
	im.Conversion = &chip.Conversion{Method: "ptq", Accuracy: map[string]float64{"ann": r.Float, "chip": r.Chip}}
	if err := im.Save(o.out); err != nil {
		return err
	}
	if s.json {
		s.object(r)
		return nil
	}
	for _, u := range r.Usage {
		s.say("%d of %d %s", u.Used, u.Limit, u.Resource)
	}
	s.say("accuracy %.2f %% in floats, %.2f %% in integers of %d bits, %d samples\n\nwritten to %s", 100*r.Float, 100*r.Chip, r.Bits, r.N, r.File)
	return nil
}

// checkFloat checks what a network without spikes needs.
func (o *quantizeOptions) checkFloat() error {
	switch name := northpole.New().Name(); {
	case o.target != name:
		return usagef("quantize: %s: an ONNX network has no spikes; --target %s takes it, or convert it first", o.model, name)
	case len(o.calibrate) == 0:
		return usagef("quantize: %s: an ONNX file does not say what data it is for; give --calibrate CONFIG", o.model)
	}
	return idle("quantize", o.given, "weights have a scale for each channel, by its greatest weight", "per", "range", "percentile", "input-bits", "input-max", "stretch")
}

// largestValues runs the float network and keeps the greatest value of the input and of every rectifier.
func largestValues(ctx context.Context, p *layers.Program, n *model.Network, source datasets.Source, o datasets.BatchOptions) (northpole.Calibration, error) {
	c := northpole.Calibration{Layers: map[string]float64{}}
	for b, err := range datasets.Batches(source, o) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return c, err
		}
		for _, x := range b.X.F {
			c.Input, c.Negative = max(c.Input, math.Abs(float64(x))), c.Negative || x < 0
		}
		if _, err := p.Infer(layers.Input{X: b.X}); err != nil {
			return c, err
		}
		for _, node := range n.Nodes {
			out := p.Output(node.Name)
			if _, rectifier := node.Op.(*model.Rectifier); !rectifier || out == nil {
				continue
			}
			for _, x := range out.F {
				c.Layers[node.Name] = max(c.Layers[node.Name], float64(x))
			}
		}
	}
	return c, nil
}

// judge compares the float network and the image on labeled samples.
func (r *floatQuantization) judge(ctx context.Context, p *layers.Program, im *chip.Image, test datasets.Source, o datasets.BatchOptions) error {
	var j *run.Judge
	right := 0
	for b, err := range datasets.Batches(test, o) {
		if err != nil {
			return err
		}
		if j == nil {
			if j, err = run.NewJudge(im, b.X.Shape, o.Pool); err != nil {
				return err
			}
		}
		if err := j.Batch(ctx, b.X, b.Labels); err != nil {
			return err
		}
		scores, err := p.Infer(layers.Input{X: b.X})
		if err != nil {
			return err
		}
		for i, label := range b.Labels {
			if signal.ArgMax(scores.Row(i)) == label {
				right++
			}
		}
	}
	if j == nil {
		return fmt.Errorf("quantize: the test part has no sample")
	}
	r.N = j.Result().N
	r.Float, r.Chip = float64(right)/float64(r.N), float64(j.Result().Correct)/float64(r.N)
	return nil
}
