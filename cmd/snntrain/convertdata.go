package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/convert/onnx"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// convertConfig is a conversion config, top level.
type convertConfig struct {
	Seed    uint64         `yaml:"seed" doc:"decides everything random"`
	Data    config.Section `yaml:"data" plug:"dataset,by=name" doc:"what to calibrate with and judge on"`
	Convert config.Section `yaml:"convert" plug:"coding,by=coding" doc:"how to convert"`
}

// converting is a conversion config turned into what the conversion takes.
type converting struct {
	options     *convert.RateOptions
	times       *ttfsOptions // instead, of coding: ttfs
	float       *model.Network
	operators   []onnx.Operator
	notes       []string // of the ONNX file
	calibration *convert.Calibration
	heldOut     *convert.Calibration // nil = none
	test        datasets.Source
	seed        uint64
	resolved    []byte
	data        map[string]any // the resolved data section
}

// openConversion reads config, data and network. Nothing is written.
func openConversion(o convertOptions, pool *par.Pool) (*converting, error) {
	top := &convertConfig{Seed: 42, Convert: config.Default("rate")}
	doc, err := config.Load(config.Options{Files: o.config, Sets: o.sets, Env: os.Environ()}, top)
	if err != nil {
		return nil, usage(err)
	}
	doc.Root().Decode(top)
	c := &converting{options: convert.RateDefaults(), seed: top.Seed}
	d := decodeData(top.Data)
	c.decode(top.Convert)
	if d == nil || doc.Err() != nil {
		return nil, usage(doc.Err())
	}
	if kind := d.encode.Kind(datasets.EncoderKinds().Names()...); kind != "constant" {
		top.Data.Fault("encode", fmt.Sprintf("is %s; conversion shows a sample as a constant input", kind), "leave it out")
	}
	d.encode.Decode(&datasets.ConstantOptions{Steps: 1})
	if err := doc.Err(); err != nil {
		return nil, usage(err)
	}
	if c.resolved, err = doc.Resolved(top); err != nil {
		return nil, err
	}
	var sections map[string]any
	if err := yaml.Unmarshal(c.resolved, &sections); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	c.data, _ = sections["data"].(map[string]any)
	return c, c.open(o, d, pool)
}

// decode reads the section convert:.
func (c *converting) decode(s config.Section) {
	coding := &struct {
		Coding string `yaml:"coding,omitempty" doc:"what spikes stand for: rate or ttfs"`
	}{}
	if s.Kind("rate", "ttfs") == "ttfs" {
		c.times = ttfsDefaults()
		s.Decode(coding, c.times)
		c.options.Calibration, c.options.Steps = c.times.Calibration, 1
		return
	}
	s.Decode(coding, c.options)
	if _, err := convert.Methods().Get(c.options.Method); err != nil && c.options.Method != "auto" {
		s.Fault("method", err.Error(), "auto chooses one")
	}
	for _, name := range c.options.Compare {
		if _, err := convert.AllDynamics().Get(name); err != nil {
			s.Fault("compare", err.Error(), "")
		}
	}
}

// open opens the data and reads the network.
func (c *converting) open(o convertOptions, d *data, pool *par.Pool) error {
	training, err := datasets.Open(d.kind, d.options, d.common, datasets.Train)
	if err != nil {
		return asUsage(err)
	}
	if c.test, err = datasets.Open(d.kind, d.options, d.common, datasets.Test); err != nil {
		return asUsage(err)
	}
	c.test = datasets.Limit(c.test, o.limit)
	enc, err := constantEncoder(1, training.Info())
	if err != nil {
		return usage(err)
	}
	if err := c.network(o, enc.OutShape(training.Info().Shape)); err != nil {
		return err
	}
	if err := fits(c.float, training.Info(), enc); err != nil {
		return err
	}
	return c.samples(training, enc, pool)
}

// autoHeldOut is the number of samples by which auto judges unless the config says
// how many: a loss of half a point is 10 of them.
const autoHeldOut = 2000

// samples reads the training samples to calibrate with, and to tune with, and those behind them to judge by.
func (c *converting) samples(training datasets.Source, enc datasets.Encoder, pool *par.Pool) error {
	var err error
	if c.calibration, err = c.read(datasets.Limit(training, c.options.Calibration), enc, pool); err != nil || c.times != nil {
		return err
	}
	if c.options.Tuning > 0 {
		if c.calibration.Tuning, err = c.read(datasets.Limit(training, c.options.Tuning), enc, pool); err != nil {
			return err
		}
	}
	first := max(c.options.Calibration, c.options.Tuning)
	auto, held, left := c.options.Method == "auto", c.options.HeldOut, training.Len()-first
	switch {
	case held > 0 && left <= 0:
		return usagef("convert: held_out: %d training samples are there, and calibration and tuning take %d; nothing is left", training.Len(), first)
	case auto && c.options.Tuning > 0 && left <= 0:
		return usagef("convert: tuning: %d training samples are there, and calibration and tuning take all; auto needs some that tuned has not seen; lower tuning", training.Len())
	case held == 0 && auto:
		held = autoHeldOut
	}
	if held = min(held, left); held <= 0 {
		return nil
	}
	aside, err := c.read(datasets.Limit(datasets.Skip(training, first), held), enc, pool)
	if auto {
		c.calibration.Aside = aside
	}
	if c.options.HeldOut > 0 {
		c.heldOut = aside
	}
	return err
}

// read takes samples as constant input of one step.
func (c *converting) read(from datasets.Source, enc datasets.Encoder, pool *par.Pool) (*convert.Calibration, error) {
	steps := c.options.Steps
	if c.options.Method == "auto" {
		steps = c.options.MaxSteps
	}
	out := &convert.Calibration{Pool: pool, Seed: c.seed}
	batches := datasets.Batches(from, datasets.BatchOptions{Size: min(64, batchOver(c.float, steps)), Seed: c.seed, Encoder: enc, Pool: pool})
	for b, err := range batches {
		if err != nil {
			return nil, err
		}
		x := signal.NewAnalog(1, b.X.B, b.X.Shape, true)
		copy(x.F, b.X.F)
		out.Samples = append(out.Samples, x)
		out.Labels = append(out.Labels, append([]int(nil), b.Labels...))
	}
	return out, nil
}

// network reads the network that is converted, for samples of a shape.
func (c *converting) network(o convertOptions, sample model.Shape) error {
	if isONNX(o.model) {
		r, err := importONNX(o.model, o.inputShape, sample)
		if err != nil {
			return err
		}
		c.float, c.operators, c.notes = r.Network, r.Operators, r.Notes
		return nil
	}
	var err error
	c.float, err = loadModel(o.model)
	return err
}

// spiking shows a sample for a number of steps as the options say, and how a record names it.
func (c *converting) spiking(steps int) (datasets.Encoder, map[string]any) {
	if c.options.Input != convert.InputRate {
		return c.encoder(steps), map[string]any{"kind": "constant", "steps": steps}
	}
	kind, err := datasets.EncoderKinds().Get("rate")
	if err != nil {
		panic(err)
	}
	options := kind.Options().(*datasets.RateOptions)
	options.Steps = steps
	enc, err := kind.New(options, c.test.Info())
	if err != nil { // its values were checked
		panic(err)
	}
	return enc, map[string]any{"kind": "rate", "steps": steps, "gain": options.Gain, "process": options.Process}
}

// encoder shows a sample for a number of steps.
func (c *converting) encoder(steps int) datasets.Encoder {
	enc, err := constantEncoder(steps, c.test.Info())
	if err != nil { // it was made before, for one step
		panic(err)
	}
	return enc
}

// asUsage makes faults of what the user gave wrong usage; what was interrupted, or failed to be read, is not.
func asUsage(err error) error {
	var f fault.Fault
	if errors.Is(err, context.Canceled) || !errors.As(err, &f) {
		return err
	}
	return usage(err)
}
