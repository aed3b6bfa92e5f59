package convert

import (
	"context"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// RateResult is a converted network and what is known about it.
type RateResult struct {
	Network   *model.Network
	Canonical *model.Network // the network without spikes that it stands for
	Stages    []Stage
	Cells     map[string]*Cell
	Changes   []Change
	Method    string
	Steps     int
	Tried     []Trial // by auto
	Why       string

	shown presenter
}

// Rate converts a network of rectifiers to spiking neurons whose rates stand
// for activations: in T steps a neuron of threshold θ that fires N spikes
// stands for θN/T. The input is a constant current, or spikes (RateOptions.Input).
// Scores are the mean over time of what the last synapse gives, or of a leaky
// membrane behind it (RateOptions.OutputDecay); they make no spikes.
func Rate(ctx context.Context, n *model.Network, cal *Calibration, o RateOptions) (*RateResult, error) {
	if err := cal.check(n.Input, &o); err != nil {
		return nil, err
	}
	c, changes, err := Canonical(n)
	if err != nil {
		return nil, err
	}
	stages, err := Stages(c)
	if err != nil {
		return nil, err
	}
	r := &RateResult{Canonical: c, Stages: stages, Changes: changes, Method: o.Method, Steps: o.Steps, shown: presenter{o.Input, cal.Seed}}
	if o.Method == "auto" {
		return r.search(ctx, cal, o)
	}
	r.Why = "asked for"
	return r, r.convert(ctx, cal, o)
}

// convert runs one method.
func (r *RateResult) convert(ctx context.Context, cal *Calibration, o RateOptions) error {
	m, err := Methods().Get(o.Method)
	if err != nil {
		return err
	}
	own := *r.Canonical
	own.Nodes = append([]model.Node(nil), own.Nodes...)
	w := &walk{
		ctx: ctx, float: r.Canonical, net: &own, stages: r.Stages, cells: map[string]*Cell{}, options: &o, steps: o.Steps, pool: cal.Pool, shown: r.shown,
		samples: cal.Samples, values: map[string][]*signal.Signal{}, spikes: map[string][]*signal.Signal{},
	}
	for i, s := range r.Stages {
		if s.Kind == StageOutput {
			if err := w.output(s, m); err != nil {
				return err
			}
			break
		}
		if err := w.stage(s, m); err != nil {
			return err
		}
		w.forget(i)
	}
	r.Network, err = Build(w.net, r.Stages, w.cells)
	if err != nil {
		return err
	}
	if beta := o.outputDecay(); beta > 0 {
		if err := r.leakyOutput(beta, o.Steps); err != nil {
			return err
		}
	}
	r.Cells, r.Method, r.Steps = w.cells, o.Method, o.Steps
	if m.finish != nil {
		return m.finish(ctx, r, cal, &o)
	}
	return nil
}

// output lets a method correct the last synapse.
func (w *walk) output(s Stage, m Method) error {
	if m.output == nil || len(s.Linear) == 0 {
		return nil
	}
	if err := w.keep(s, false); err != nil {
		return err
	}
	return m.output(w, s)
}

// stage decides one stage.
func (w *walk) stage(s Stage, m Method) error {
	if err := w.keep(s, false); err != nil {
		return err
	}
	for _, x := range w.values[s.Name] {
		for _, v := range x.F {
			if v-v != 0 {
				return fault.Fault{Pkg: "convert", Subject: "layer " + s.Name, Fact: "an activation of a calibration sample is not finite"}
			}
		}
	}
	if s.Kind == StageReLU {
		cell, err := m.decide(w, s)
		if err != nil {
			return err
		}
		w.cells[s.Name] = cell
	}
	return w.keep(s, true)
}
