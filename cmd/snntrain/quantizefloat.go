package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/registry"
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

// rectifieds are the targets without spikes that float networks are rounded for.
func rectifieds() *registry.Registry[chip.Rectified] {
	r, targets := registry.New[chip.Rectified]("target"), all.Targets()
	for _, name := range targets.Names() {
		t, err := targets.Get(name)
		if q, ok := t.(chip.Rectified); ok && err == nil {
			r.Add(name, q)
		}
	}
	return r
}

// width is the number of bits that are asked for, else the widest.
func (o *quantizeOptions) width(t chip.Rectified) (int, error) {
	widths := t.Widths()
	switch {
	case o.options.Bits == 0:
		return widths[0], nil
	case !slices.Contains(widths, o.options.Bits):
		return 0, usagef("quantize: --bits %d: %s takes %v", o.options.Bits, t.Name(), widths)
	}
	return o.options.Bits, nil
}

// runQuantizeFloat rounds a trained ReLU network, of an ONNX file or a run, for a
// target without spikes. Training samples show how large values get.
func runQuantizeFloat(ctx context.Context, s *streams, o quantizeOptions) error {
	if err := idle("quantize", o.given, "weights have a scale for each channel, by its greatest weight", "per", "range", "percentile", "input-bits", "input-max", "stretch", "time-bits"); err != nil {
		return err
	}
	target, err := rectifieds().Get(o.target)
	if err != nil {
		return usagef("quantize: %s: an ONNX network has no spikes; --target %s takes it, or convert it first", o.model, strings.Join(rectifieds().Names(), ", "))
	}
	bits, err := o.width(target)
	if err != nil {
		return err
	}
	pool := par.New(0)
	n, training, enc, seed, err := o.openFloat(datasets.Train, s.warn)
	if err != nil {
		return err
	}
	if !target.TakesNorm() {
		if n, _, err = convert.Canonical(n); err != nil {
			return usage(err)
		}
	}
	p, err := layers.Compile(n, layers.Options{Pool: pool})
	if err != nil {
		return usage(err)
	}
	batch := datasets.BatchOptions{Size: batchFor(n, 128), Seed: seed, Encoder: enc, Pool: pool}
	c, err := largestValues(ctx, p, n, datasets.Limit(training, o.calibration), batch)
	if err != nil {
		return err
	}
	net, err := target.Quantize(n, bits, c)
	if err != nil {
		return usage(err)
	}
	im, err := chip.Make(target, net, "snntrain "+version())
	if err != nil {
		return usage(err)
	}
	im.IO = chip.IO{Coding: "constant", Steps: 1, Ticks: 1, Readout: "sum", Classes: n.Record.Classes, Seed: seed}
	if im.IO.Data, err = resolvedData(n, o.floatData(), datasets.Test); err != nil {
		return err
	}
	_, test, _, _, err := o.openFloat(datasets.Test, func(string) {}) // it was warned before
	if err != nil {
		return err
	}
	r := floatQuantization{Target: target.Name(), Bits: bits, Usage: im.Placement.Usage, File: o.out}
	test = datasets.Limit(test, o.limit)
	judged := datasets.BatchOptions{Size: batchFor(n, 128), Seed: seed, Epoch: train.EvalEpoch, Encoder: enc, Pool: pool}
	if err := r.judge(ctx, p, im, test, judged); err != nil {
		return err
	}
	if err := addVector(im, test, judged); err != nil {
		return err
	}
	return r.save(s, im)
}

// save writes the image with what was found, and says it.
func (r *floatQuantization) save(s *streams, im *chip.Image) error {
	im.Conversion = &chip.Conversion{Method: "ptq", Accuracy: map[string]float64{"ann": r.Float, "chip": r.Chip}}
	if err := im.Save(r.File); err != nil {
		return err
	}
	r.say(s)
	return nil
}

// openFloat reads the float network and opens a part of the data: that of
// --calibrate, or what a run records.
func (o *quantizeOptions) openFloat(split datasets.Split, warn func(string)) (*model.Network, datasets.Source, datasets.Encoder, uint64, error) {
	if isONNX(o.model) {
		if len(o.calibrate) == 0 {
			return nil, nil, nil, 0, usagef("quantize: %s: an ONNX file does not say what data it is for; give --calibrate CONFIG", o.model)
		}
		return openFloat(evalOptions{model: o.model, data: o.calibrate, sets: o.sets, split: string(split)}, warn)
	}
	n, err := loadModel(o.model)
	if err != nil {
		return nil, nil, nil, 0, err
	}
	if len(o.calibrate) == 0 && n.Record.Preprocess == nil {
		return nil, nil, nil, 0, usagef("quantize: %s: does not record its data; give --calibrate CONFIG", o.model)
	}
	source, enc, seed, err := openRecorded(n, o.floatData(), split)
	if err == nil {
		err = fits(n, source.Info(), enc)
	}
	return n, source, enc, seed, err
}

// floatData says where the data of a network without spikes is.
func (o *quantizeOptions) floatData() config.Options {
	return config.Options{Files: o.calibrate, Sets: append(slices.Clone(o.sets), "data.encode={kind: constant, steps: 1}")}
}

// say prints the result.
func (r *floatQuantization) say(s *streams) {
	if s.json {
		s.object(*r)
		return
	}
	for _, u := range r.Usage {
		s.say("%d of %d %s", u.Used, u.Limit, u.Resource)
	}
	s.say("accuracy %.2f %% in floats, %.2f %% in integers of %d bits, %d samples\n\nwritten to %s", 100*r.Float, 100*r.Chip, r.Bits, r.N, r.File)
}

// keptValues is how many values of an activation say how they are spread.
const keptValues = 1 << 16

// largestValues runs the float network and keeps the greatest value of the
// input, of every activation and of the output, and some of the activations' values.
func largestValues(ctx context.Context, p *layers.Program, n *model.Network, source datasets.Source, o datasets.BatchOptions) (chip.Calibration, error) {
	c := chip.Calibration{Layers: map[string]float64{}, Values: map[string][]float64{}}
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
			if out := p.Output(node.Name); out != nil && (node.Name == n.Output() || rectifies(node.Op)) {
				stride := max(len(out.F)*source.Len()/(b.X.B*keptValues), 1)
				for i, x := range out.F {
					c.Layers[node.Name] = max(c.Layers[node.Name], math.Abs(float64(x)))
					if i%stride == 0 {
						c.Values[node.Name] = append(c.Values[node.Name], float64(x))
					}
				}
			}
		}
	}
	return c, nil
}

func rectifies(op model.Op) bool {
	switch op.(type) {
	case *model.Rectifier, *model.QCFS:
		return true
	}
	return false
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
