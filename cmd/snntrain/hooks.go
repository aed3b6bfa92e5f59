package main

import (
	"errors"

	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/report"
	"github.com/snntrain/snntrain/train"
)

// hooksOf are what watches a run: progress on standard error, and TensorBoard
// events. done ends them.
func hooksOf(s *streams, set *setup, o trainOptions, program *layers.Program) (hooks []train.Hook, done func() error, err error) {
	open := report.OpenEvents
	if o.resume {
		step, err := train.CheckpointStep(o.out)
		if err != nil {
			return nil, nil, err
		}
		open = func(dir string) (*report.Events, error) { return report.OpenEventsAt(dir, int64(step)) }
	}
	events, err := open(o.out)
	if err != nil {
		return nil, nil, err
	}
	p := newProgress(s)
	hooks = []train.Hook{p, &eventHook{events: events, every: set.Train.LogEvery, program: program}}
	return hooks, func() error { return errors.Join(p.close(), events.Close()) }, nil
}

// eventHook writes TensorBoard events.
type eventHook struct {
	events  *report.Events
	every   int
	program *layers.Program
}

// Step implements train.Hook.
func (h *eventHook) Step(r train.StepReport) error {
	if r.Step%h.every != 0 {
		return nil
	}
	step := int64(r.Step)
	return errors.Join(
		h.events.Scalar("batch/loss", step, r.Loss),
		h.events.Scalar("batch/gradient_norm", step, r.Norm),
		h.events.Scalar("batch/learning_rate", step, r.LR),
	)
}

// Epoch implements train.Hook.
func (h *eventHook) Epoch(e train.EpochReport) error {
	step := int64(e.Step)
	errs := []error{h.events.Scalar("train/loss", step, e.Train.Loss), h.events.Scalar("train/accuracy", step, e.Train.Accuracy)}
	if e.Validation != nil {
		errs = append(errs, h.events.Scalar("validation/loss", step, e.Validation.Loss), h.events.Scalar("validation/accuracy", step, e.Validation.Accuracy))
	}
	for _, a := range h.program.Activities() {
		rates := make([]float32, len(a.Rates))
		for i, r := range a.Rates {
			rates[i] = float32(r)
		}
		errs = append(errs, h.events.Scalar("rate/"+a.Layer, step, a.Mean), h.events.Histogram("rate/"+a.Layer+"/neurons", step, rates))
	}
	for _, p := range h.program.Params() {
		errs = append(errs, h.events.Histogram("weights/"+p.Name, step, p.Value))
	}
	return errors.Join(errs...)
}

// Warn implements train.Hook.
func (h *eventHook) Warn(string) {}
