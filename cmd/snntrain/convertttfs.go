package main

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/snntrain/snntrain/convert/onnx"
	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/train"
)

// ttfsOptions are the keys of `convert: {coding: ttfs}`.
type ttfsOptions struct {
	Calibration int     `yaml:"calibration" validate:"gte=1" doc:"training samples that show how large the activations of each layer get"`
	Margin      float64 `yaml:"margin" validate:"gte=1" doc:"length of a layer's window over its largest activation seen"`
	TimeBits    int     `yaml:"time_bits" validate:"gte=0,lte=32" doc:"bits of a spike's time within its window; 0 = exact times"`
}

func ttfsCoding() coding {
	return coding{
		name: "ttfs", doc: "one spike a neuron at most, whose time is the activation: the same predictions",
		options: func() any { return &ttfsOptions{Calibration: 1000, Margin: 1.5} },
		run:     convertTTFS,
	}
}

// ttfsReport is conversion.json.
type ttfsReport struct {
	Coding      string          `json:"coding"`
	Model       string          `json:"model"`
	Calibration int             `json:"calibration"` // samples
	Margin      float64         `json:"margin"`
	TimeBits    int             `json:"time_bits"` // 0 = exact times
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
	Out         string          `json:"out"`
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

func convertTTFS(ctx context.Context, s *streams, j *conversionJob, options any) error {
	o := options.(*ttfsOptions)
	samples, err := j.samples(o.Calibration)
	if err != nil {
		return err
	}
	r, err := ttfs.Convert(j.network, ttfs.Options{Samples: samples, Margin: o.Margin, TimeBits: o.TimeBits, Pool: j.pool})
	if err != nil {
		return usage(err)
	}
	_, ann, err := j.judge(ctx, j.network)
	if err != nil {
		return err
	}
	p, snn, err := j.judge(ctx, r.Network)
	if err != nil {
		return err
	}
	report := &ttfsReport{
		Coding: "ttfs", Model: j.model, Calibration: samples.B, Margin: o.Margin, TimeBits: o.TimeBits, ANN: ann.Score, SNN: snn.Score,
		Compared: compareScores(ann, snn), Mapping: r.Layers, Operators: j.operators, Out: j.out,
	}
	if p, ok := p.(*spikeTimes); ok { // a network without rectifiers has spikes at its input
		report.count(p.total, snn.N)
	}
	if err := j.save(r.Network, report, map[string]float64{"ann_accuracy": ann.Accuracy, "test_accuracy": snn.Accuracy}); err != nil {
		return err
	}
	report.print(s)
	return nil
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

func (r *ttfsReport) print(s *streams) {
	if s.json {
		s.object(r)
		return
	}
	rows := [][]string{{"LAYER", "KIND", "NEURONS", "WINDOW", "SPIKES/NEURON", "SATURATED", "OPERATIONS", "MACS"}}
	for _, l := range r.Layers {
		row := []string{l.Layer, l.Kind, strconv.Itoa(l.Neurons), "", "", "", strconv.FormatFloat(l.Operations, 'f', 0, 64), strconv.Itoa(l.MACs)}
		if l.TMax > 0 {
			row[3], row[4], row[5] = fmt.Sprintf("%.4g to %.4g", l.TMin, l.TMax), fmt.Sprintf("%.3f", l.Spikes), strconv.Itoa(l.Saturated)
		}
		rows = append(rows, row)
	}
	s.say("%s\n", table(rows))
	for _, m := range r.Mapping {
		if m.Outcome != ttfs.Kept {
			s.say("  %s (%s): %s %s", m.Layer, m.Kind, m.Outcome, m.Reason)
		}
	}
	s.say("\nwithout spikes %.2f %% (%d of %d), with spike times %.2f %% (%d of %d)", 100*r.ANN.Accuracy, r.ANN.Correct, r.ANN.N, 100*r.SNN.Accuracy, r.SNN.Correct, r.SNN.N)
	s.say("%d of %d predictions differ; largest difference of a score %.2g, of scores up to %.3g", r.Compared.Differ, r.Compared.N, r.Compared.Largest, r.Compared.Scale)
	s.say("%.3f spikes a neuron, one at most; %.0f synaptic operations a sample against %d MACs", r.Spikes, r.Operations, r.MACs)
	if r.Saturated > 0 {
		s.say("%d activations were longer than their window, %.2g a sample: more calibration samples or a larger margin make the mapping exact there", r.Saturated, float64(r.Saturated)/float64(r.SNN.N))
	}
	s.say("written to %s; use it with: snntrain eval %s", r.Out, r.Out)
}
