package convert

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// RateOptions are the keys of `convert:` with `coding: rate`.
type RateOptions struct {
	Method      string    `yaml:"method" doc:"how thresholds, potentials and biases are found; auto tries methods and numbers of steps"`
	Steps       int       `yaml:"steps" validate:"min=1,max=4096" doc:"time steps T that the network is converted for; with auto ignored"`
	Percentile  float64   `yaml:"percentile" validate:"gt=0,lte=100" doc:"of the non-zero activations, in percent: the threshold, for methods that take one"`
	Share       string    `yaml:"share" validate:"oneof=layer channel" doc:"one threshold for a layer or for each channel, for methods that leave that open"`
	Calibration int       `yaml:"calibration" validate:"min=1" doc:"training samples to calibrate with"`
	OutputDecay *float64  `yaml:"output_decay,omitempty" validate:"omitempty,gte=0,lt=1" doc:"decay factor a step of the membrane that scores are read from; 0 = scores are the mean of what the last synapse gives; left out: what the method says"`
	Tuning      int       `yaml:"tuning" validate:"min=0" doc:"tuned trains with the first so many training samples; 0 = those of calibration"`
	HeldOut     int       `yaml:"held_out" validate:"min=0" doc:"training samples behind those of calibration and tuning, to judge the conversion by as well; 0 = none, and for auto 2000, or as many as there are"`
	Epochs      *int      `yaml:"epochs,omitempty" validate:"omitempty,min=0,max=1000" doc:"passes over the samples, for tuned; left out: 30, or fewer, or none, where they would take more than 2e12 multiply-adds"`
	Flip        bool      `yaml:"flip" doc:"mirror calibration images at random, for tuned"`
	Shift       int       `yaml:"shift" validate:"min=0,max=64" doc:"pixels that calibration images are moved by at most, for tuned"`
	Mix         float64   `yaml:"mix" validate:"gte=0,lte=1" doc:"share of the calibration images that get a part of another (CutMix), and of the samples that are averaged with another (mixup), for tuned"`
	Labels      float64   `yaml:"labels" validate:"gte=0,lte=1" doc:"share of the labels in what tuned trains towards, the rest being the float network's class probabilities; above 0 the network may leave the float one, for better or worse"`
	RatePenalty float64   `yaml:"rate_penalty" validate:"gte=0" doc:"weight of the squared firing rates, against those before training, in the loss of tuned: fewer spikes, and less exact"`
	Rounds      int       `yaml:"rounds" validate:"min=0,max=8" doc:"corrections of the weights a layer, for advanced and tuned"`
	Input       string    `yaml:"input" validate:"oneof=constant rate" doc:"constant: values are a current; rate: spikes drawn in every step with the probability of the value, which must lie between 0 and 1"`
	Compare     []string  `yaml:"compare,omitempty" doc:"ways to run that plain neurons cannot, simulated to compare with: signed, burst, srp, cos, ttfs-slope, ttfs-corrective"`
	ExtraSteps  int       `yaml:"extra_steps" validate:"min=1,max=4096" doc:"steps of each run before the one that counts, for compare: srp (one run) and cos (four)"`
	MaxDrop     float64   `yaml:"max_drop" validate:"gte=0,lte=100" doc:"points of accuracy that auto may lose"`
	MaxSteps    int       `yaml:"max_steps" validate:"min=1,max=4096" doc:"steps that auto may use"`
	InputRange  []float64 `yaml:"input_range,omitempty" doc:"[low, high] that the input of the target can hold; calibration samples outside are a fault"`
}

// RateDefaults are the options of a config that names none.
func RateDefaults() *RateOptions {
	return &RateOptions{
		Method: "advanced", Input: InputConstant, Steps: 16, Percentile: 99.9, Share: "layer", Calibration: 1000, Rounds: 1, Shift: 1, Mix: 0.2, ExtraSteps: 4, MaxDrop: 0.5, MaxSteps: 64,
	}
}

// Calibration is what a conversion is fitted to: samples as constant input of
// one step, in batches, and their labels.
type Calibration struct {
	Samples []*signal.Signal
	Labels  [][]int
	Pool    *par.Pool
	Seed    uint64 // of what is drawn at random

	// Tuning are the samples that tuned trains with; nil = these.
	Tuning *Calibration

	// Aside are other samples, by which auto judges; nil = a fifth of these, and
	// tuned is then tried with the other four.
	Aside *Calibration

	// Progress, where it is set, is told how far tuned is.
	Progress func(Progress)
}

// Progress is where tuned stands in its passes over the samples.
type Progress struct {
	Pass, Passes    int     // passes from 1
	Sample, Samples int     // of the pass, shown so far
	Loss            float64 // mean over these
}

// tuning are the samples that tuned trains with.
func (c *Calibration) tuning() *Calibration {
	if c.Tuning != nil {
		return c.Tuning
	}
	return c
}

// Len is the number of samples.
func (c *Calibration) Len() int { return samplesIn(c.Samples) }

// first are the batches up to one that n samples are reached with.
func (c *Calibration) first(n int) *Calibration {
	part, seen, i := *c, 0, 0
	for ; i < len(c.Samples) && seen < n; i++ {
		seen += c.Samples[i].B
	}
	part.Samples, part.Labels = c.Samples[:i], c.Labels[:i]
	return &part
}

func samplesIn(batches []*signal.Signal) int {
	n := 0
	for _, x := range batches {
		n += x.B
	}
	return n
}

// check refuses samples that the network cannot be calibrated with.
func (c *Calibration) check(in model.Shape, o *RateOptions) error {
	subject := "calibration data"
	if c.Len() == 0 {
		return fault.Fault{Pkg: "convert", Subject: subject, Fact: "has no sample", Hint: "thresholds come from the activations of training samples"}
	}
	low, high := c.Samples[0].F[0], c.Samples[0].F[0]
	for _, x := range append(c.Samples[:len(c.Samples):len(c.Samples)], c.tuning().Samples...) {
		if !model.Shape(x.Shape).Equal(in) {
			return fault.Fault{Pkg: "convert", Subject: subject, Fact: fmt.Sprintf("has samples of %v, the network reads %v", model.Shape(x.Shape), in)}
		}
		for _, v := range x.F {
			if v-v != 0 {
				return fault.Fault{Pkg: "convert", Subject: subject, Fact: fmt.Sprintf("holds %v", v)}
			}
			low, high = min(low, v), max(high, v)
		}
	}
	if err := checkInput(o, low, high); err != nil {
		return err
	}
	switch r := o.InputRange; {
	case len(r) == 0:
	case len(r) != 2 || !(r[0] < r[1]):
		return fault.Fault{Pkg: "convert", Subject: "input_range", Fact: fmt.Sprintf("is %v, expected [low, high]", r)}
	case float64(low) < r[0] || float64(high) > r[1]:
		return fault.Fault{Pkg: "convert", Subject: subject, Fact: fmt.Sprintf("goes from %g to %g, input_range from %g to %g", low, high, r[0], r[1]), Hint: "change data.normalize, or the range"}
	}
	return nil
}
