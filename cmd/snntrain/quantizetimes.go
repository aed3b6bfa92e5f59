package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
	"github.com/snntrain/snntrain/train"
)

// timedTarget is the target of a network of first spike times.
func (o *quantizeOptions) timedTarget() (chip.Timed, error) {
	targets := all.Targets()
	var able []string
	for _, name := range targets.Names() {
		t, err := targets.Get(name)
		if timed, ok := t.(chip.Timed); ok && err == nil {
			if name == o.target {
				return timed, nil
			}
			able = append(able, name)
		}
	}
	fact := "names no chip that first spike times can be laid out for"
	if o.target != "" {
		fact = fmt.Sprintf("%s has no form for first spike times", o.target)
	}
	return nil, fault.Fault{Pkg: "quantize", Subject: "--target", Fact: fact, Hint: "possible: " + strings.Join(able, ", ") + "; or convert to rates (convert: {coding: rate})"}
}

// checkTimes refuses options that have no meaning for first spike times.
func (o *quantizeOptions) checkTimes() error {
	return idle("quantize", o.given, "a slope is found for each layer of first spike times, and the network says when an input fires",
		"stretch", "per", "range", "percentile", "input-bits", "input-max")
}

// timedVector is the most input values, of all ticks, of a sample that an image carries.
const timedVector = 1 << 18

// runQuantizeTimes lays a network of first spike times out for a chip, and judges both.
func runQuantizeTimes(ctx context.Context, s *streams, n *model.Network, o quantizeOptions, began time.Time) error {
	if err := o.checkTimes(); err != nil {
		return err
	}
	target, err := o.timedTarget()
	if err != nil {
		return usage(err)
	}
	pool := par.New(0)
	where := config.Options{Files: o.calibrate, Sets: o.sets}
	if len(where.Files) == 0 && n.Record.Preprocess == nil {
		return usagef("quantize: the network does not record its data, and slopes come from samples; give --calibrate CONFIG")
	}
	samples, hash, err := o.timedSamples(ctx, n, where, pool)
	if err != nil {
		return err
	}
	out, err := target.FirstSpikes(n, chip.TimedOptions{TimeBits: o.timeBits, Bits: o.options.Bits, Samples: samples})
	if err != nil {
		return usage(err)
	}
	im, err := chip.Make(target, out.Net, "snntrain "+version())
	if err != nil {
		return usage(err)
	}
	im.IO = timedIO(n, out)
	im.Conversion = &chip.Conversion{Method: "ttfs", Calibration: hash, Scales: map[string]float64{}}
	for _, l := range out.Account.Layers {
		im.Conversion.Scales[l.Layer] = l.Scale
	}
	d := &calibrated{}
	if d.test, d.encoder, d.seed, err = openRecorded(n, where, datasets.Test); err != nil {
		return err
	}
	where.Sets = append(slices.Clone(where.Sets), encodeSets(im.IO)...)
	if _, d.ticks, _, err = openRecorded(n, where, datasets.Test); err != nil {
		return err
	}
	o.options.Target = target.Name()
	r := &quantization{Target: target.Name(), Method: "ttfs", Options: o.options, Account: out.Account, IO: im.IO, Usage: im.Placement.Usage}
	if r.Judged, err = judgeImage(ctx, s, n, im, d, o.limit, pool); err != nil {
		return err
	}
	if out.Ticks*quant.Len(out.Net.Input.Shape) <= timedVector {
		if err := addVector(im, d.test, datasets.BatchOptions{Seed: d.seed, Epoch: train.EvalEpoch, Encoder: d.ticks}); err != nil {
			return err
		}
	}
	im.Conversion.Accuracy = map[string]float64{"snn": r.Judged.Network.Accuracy, "chip": r.Judged.Chip.Accuracy}
	return o.save(s, im, r, began)
}

// timedSamples are training samples in (C, H, W) order, and their hash.
func (o *quantizeOptions) timedSamples(ctx context.Context, n *model.Network, where config.Options, pool *par.Pool) ([][]float32, string, error) {
	training, enc, seed, err := openRecorded(n, where, datasets.Train)
	if err != nil {
		return nil, "", err
	}
	if err := fits(n, training.Info(), enc); err != nil {
		return nil, "", err
	}
	if enc.Steps() != 1 {
		return nil, "", usagef("quantize: the data is encoded to %d steps; a network of first spike times reads values shown once (encode: {kind: constant, steps: 1})", enc.Steps())
	}
	training = datasets.Limit(training, o.calibration)
	place := signal.ChannelLast(n.Input)
	var out [][]float32
	for b, err := range datasets.Batches(training, datasets.BatchOptions{Size: 64, Seed: seed, Encoder: enc, Pool: pool}) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, "", err
		}
		for i := range b.X.B {
			x := make([]float32, n.Input.Size())
			for chw, at := range place {
				x[chw] = b.X.Row(i)[at]
			}
			out = append(out, x)
		}
	}
	return out, datasets.Hash(training), nil
}

// timedIO says how an image of first spike times is shown samples and read.
func timedIO(n *model.Network, t *chip.TimedNet) chip.IO {
	io := chip.IO{
		Coding: chip.FirstSpike, Data: maps.Clone(n.Record.Preprocess), Seed: n.Record.Seed, Steps: t.Steps, Ticks: t.Ticks,
		Windows: t.Windows, Readout: t.Readout, Potential: t.Potential, Classes: n.Record.Classes,
	}
	if io.Potential != 0 { // potentials are complete in the last tick
		io.From = io.Ticks - 1
	}
	if io.Data == nil {
		io.Data = map[string]any{}
	}
	// A value fires k ticks before the end for k = round(x·Steps); the step behind the last is that of k = 0.
	io.Data["encode"] = map[string]any{
		"kind": "latency", "curve": "linear", "steps": t.Steps + 1, "low": t.Low, "span": t.Span,
		"threshold": math.Nextafter(0.5/float64(t.Steps), 1) * (1 + 1e-7),
	}
	return io
}

// encodeSets are the keys of an image's own encoder, for data that is named by a config.
func encodeSets(io chip.IO) []string {
	encode, ok := io.Data["encode"].(map[string]any)
	if !ok || io.Coding != chip.FirstSpike {
		return nil
	}
	var sets []string
	for _, key := range slices.Sorted(maps.Keys(encode)) {
		sets = append(sets, fmt.Sprintf("data.encode.%s=%v", key, encode[key]))
	}
	return sets
}
