package main

import (
	"context"
	"maps"
	"math"
	"path/filepath"

	"github.com/snntrain/snntrain/convert/onnx"
	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// ttfsOptions are the keys of `convert: {coding: ttfs}`.
type ttfsOptions struct {
	Calibration int     `yaml:"calibration" validate:"gte=1" doc:"training samples that show how large the activations of each layer get"`
	Margin      float64 `yaml:"margin" validate:"gte=1" doc:"length of a layer's window over its largest activation seen"`
	TimeBits    int     `yaml:"time_bits" validate:"gte=0,lte=32" doc:"bits of a spike's time within its window; 0 = exact times"`
	WeightBits  int     `yaml:"weight_bits" validate:"gte=0,lte=24" doc:"bits of a weight, sign included, on a grid for each output channel; 0 = weights as they are"`
}

func ttfsDefaults() *ttfsOptions { return &ttfsOptions{Calibration: 1000, Margin: 1.5} }

// ttfsReport is conversion.json.
type ttfsReport struct {
	Coding      string          `json:"coding"`
	Model       string          `json:"model"`
	Calibration int             `json:"calibration"` // samples
	Margin      float64         `json:"margin"`
	TimeBits    int             `json:"time_bits"`   // 0 = exact times
	WeightBits  int             `json:"weight_bits"` // 0 = as they are
	ANN         train.Score     `json:"ann"`
	SNN         train.Score     `json:"snn"`
	Compared    comparison      `json:"compared"`
	Time        float64         `json:"time"`              // when the last window ends
	Spikes      float64         `json:"spikes_per_neuron"` // and sample
	Operations  float64         `json:"synaptic_operations"`
	MACs        int             `json:"macs"`
	Saturated   int             `json:"saturated"` // activations longer than their window, over all samples
	Layers      []ttfsLayer     `json:"layers"`
	Mapping     []ttfs.Entry    `json:"mapping"`             // layer by layer: kept, folded, mapped or added
	Operators   []onnx.Operator `json:"operators,omitempty"` // of the ONNX file
	Version     string          `json:"version"`
}

// comparison is one network's scores beside another's, sample by sample.
type comparison struct {
	N       int     `json:"n"`
	Differ  int     `json:"predictions_differ"`
	Largest float64 `json:"largest_difference"` // of any score
	Scale   float64 `json:"largest_score"`
}

type ttfsLayer struct {
	Layer      string  `json:"layer"`
	Kind       string  `json:"kind"`
	Neurons    int     `json:"neurons,omitempty"`
	TMin       float64 `json:"t_min,omitzero"`
	TMax       float64 `json:"t_max,omitzero"`
	Spikes     float64 `json:"spikes_per_neuron,omitzero"`
	Saturated  int     `json:"saturated,omitempty"`
	Operations float64 `json:"synaptic_operations,omitzero"`
	MACs       int     `json:"macs,omitempty"`
}

// convertTimes converts to first spike times and judges both networks on the test part.
func (c *converting) convertTimes(ctx context.Context, s *streams, o convertOptions, pool *par.Pool) error {
	var samples *signal.Signal
	for _, x := range c.calibration.Samples {
		samples = ttfs.Samples(samples, x)
	}
	r, err := ttfs.Convert(c.float, ttfs.Options{Samples: samples, Margin: c.times.Margin, TimeBits: c.times.TimeBits, WeightBits: c.times.WeightBits, Pool: pool})
	if err != nil {
		return usage(err)
	}
	_, ann, err := c.compared(ctx, c.float, pool)
	if err != nil {
		return err
	}
	p, snn, err := c.compared(ctx, r.Network, pool)
	if err != nil {
		return err
	}
	report := &ttfsReport{
		Coding: "ttfs", Model: filepath.Base(o.model), Calibration: samples.B, Margin: c.times.Margin, TimeBits: c.times.TimeBits, WeightBits: c.times.WeightBits,
		ANN: ann.Score, SNN: snn.Score, Compared: compareScores(ann, snn), Mapping: r.Layers, Operators: c.operators, Version: version(),
	}
	report.count(p.(*spikeTimes).total, snn.N)
	c.recordTimes(r.Network, report)
	if err := c.write(o, r.Network, report, func() error { return report.page(o.out) }); err != nil {
		return err
	}
	if s.json {
		s.object(report)
		return nil
	}
	s.say("%s", report.text())
	s.say("\nwritten to %s: use it with: snntrain eval %s", o.out, o.out)
	return nil
}

// compared judges a network and keeps its scores.
func (c *converting) compared(ctx context.Context, n *model.Network, pool *par.Pool) (train.Network, train.Evaluation, error) {
	p, err := runnable(n, pool)
	if err != nil {
		return nil, train.Evaluation{}, usage(err)
	}
	e, err := train.Evaluate(ctx, p, c.test, train.EvalOptions{Encoder: c.encoder(1), Batch: batchFor(n, 256), Seed: c.seed, Pool: pool, Keep: true})
	return p, e, err
}

// recordTimes notes in the network what is needed to use it alone.
func (c *converting) recordTimes(n *model.Network, report *ttfsReport) {
	data := maps.Clone(c.data)
	data["encode"] = map[string]any{"kind": "constant", "steps": 1}
	n.Record = model.Record{
		Classes: c.test.Info().Classes, Preprocess: data, Readout: "last", Seed: c.seed,
		Training: map[string]any{"converted": report.Model, "coding": report.Coding, "margin": report.Margin, "time_bits": report.TimeBits, "weight_bits": report.WeightBits},
		Results:  map[string]float64{"test_accuracy": report.SNN.Accuracy, "ann_accuracy": report.ANN.Accuracy},
	}
}

// compareScores compares two evaluations on the same samples.
func compareScores(a, b train.Evaluation) comparison {
	c := comparison{N: len(a.Classes)}
	for i, class := range a.Classes {
		if class != b.Classes[i] {
			c.Differ++
		}
	}
	for i, v := range a.Logits {
		c.Largest = max(c.Largest, math.Abs(float64(v)-float64(b.Logits[i])))
		c.Scale = max(c.Scale, math.Abs(float64(v)))
	}
	return c
}

// count takes over what the layers did on n samples.
func (r *ttfsReport) count(did []ttfs.Activity, n int) {
	neurons := 0
	for _, a := range did {
		l := ttfsLayer{Layer: a.Layer, Kind: a.Kind, Neurons: a.Neurons, TMin: a.TMin, TMax: a.TMax, Saturated: a.Saturated, Operations: a.Operations / float64(n), MACs: a.MACs}
		l.Spikes = a.Spikes / float64(n*a.Neurons)
		r.Layers = append(r.Layers, l)
		r.Operations += l.Operations
		r.MACs += l.MACs
		r.Saturated += l.Saturated
		if a.Fires {
			r.Spikes += a.Spikes / float64(n)
			neurons += a.Neurons
			r.Time = max(r.Time, a.TMax)
		}
	}
	r.Spikes /= float64(max(neurons, 1))
}
