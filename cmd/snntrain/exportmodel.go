package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/pytorch"
	"github.com/snntrain/snntrain/train"
)

// exportOptions are what the user asked for, of a network.
type exportOptions struct {
	model, target, out string
	samples            int
}

// modelExporter writes a network for another program. It returns what that
// program will run, nil when it is the same, and what is to be said of it.
type modelExporter func(n *model.Network, target, out string) (asRun *model.Network, notes []pytorch.Note, err error)

// modelExporters is every program that networks are written for.
func modelExporters() *registry.Registry[modelExporter] {
	r := registry.New[modelExporter]("export target")
	for _, name := range pytorch.Frameworks() {
		r.Add(name, exportTorch)
	}
	return r
}

func exportTorch(n *model.Network, target, out string) (*model.Network, []pytorch.Note, error) {
	e, err := pytorch.Export(n, target)
	if err != nil {
		return nil, nil, err
	}
	return e.AsRun, e.Notes, e.Write(out)
}

// unknownTarget says which targets there are.
func unknownTarget(name string) error {
	all := registry.New[bool]("export target")
	for _, known := range slices.Concat(exporters().Names(), modelExporters().Names(), []string{nirTarget}) {
		all.Add(known, true)
	}
	_, err := all.Get(name)
	return err
}

// exported is the JSON of an exported network.
type exported struct {
	Target     string         `json:"target"`
	File       string         `json:"file"`
	Notes      []pytorch.Note `json:"notes"`
	Difference *difference    `json:"difference,omitempty"`
}

func runExportModel(ctx context.Context, s *streams, write modelExporter, o exportOptions) error {
	if o.out == "" {
		return usagef("export: needs --out")
	}
	if o.samples < 0 {
		return usagef("export: --samples %d must be at least 0", o.samples)
	}
	if err := outputDir("export", "--out", o.out); err != nil {
		return err
	}
	n, err := loadModel(o.model)
	if err != nil {
		return err
	}
	asRun, notes, err := write(n, o.target, o.out)
	if err != nil {
		return usage(err)
	}
	r := exported{Target: o.target, File: o.out, Notes: append([]pytorch.Note{}, notes...)}
	if o.samples > 0 && asRun != nil {
		if r.Difference, err = compareRuns(ctx, n, asRun, o.samples); err != nil {
			s.warn(fmt.Sprintf("the difference was not counted: %v", err))
		}
	}
	if s.json {
		s.object(r)
		return nil
	}
	s.say("%s written for %s", o.out, o.target)
	for _, note := range notes {
		s.say("  %s (%s)", note, note.Effect)
	}
	if d := r.Difference; d != nil {
		s.say("on %d training samples:", d.Samples)
		for _, name := range sortedNames(d.Layers) {
			s.say("  %s: %d of %d spikes differ", name, d.Layers[name].Differ, d.Layers[name].Spikes)
		}
		s.say("  %d predictions differ", d.Predictions)
	}
	return nil
}

// difference is what changes between two networks of the same layers.
type difference struct {
	Samples     int                        `json:"samples"`
	Predictions int                        `json:"predictions_differ"`
	Layers      map[string]layerDifference `json:"layers"`
}

type layerDifference struct {
	Spikes int `json:"spikes"` // of the network as trained
	Differ int `json:"differ"` // places and steps with another number of spikes
}

// compareRuns runs two networks over the first training samples of the data that a was trained on.
func compareRuns(ctx context.Context, a, b *model.Network, samples int) (*difference, error) {
	source, enc, seed, err := openRecorded(a, config.Options{}, datasets.Train)
	if err != nil {
		return nil, err
	}
	if err := fits(a, source.Info(), enc); err != nil {
		return nil, err
	}
	source = datasets.Limit(source, samples)
	pool := par.New(0)
	var runs [2]train.Evaluation
	for i, n := range []*model.Network{a, b} {
		program, err := layers.Compile(n, layers.Options{Pool: pool})
		if err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
		if runs[i], err = train.Evaluate(ctx, program, source, train.EvalOptions{Encoder: enc, Batch: 64, Seed: seed, Pool: pool, Keep: true, Record: true}); err != nil {
			return nil, err
		}
	}
	return differ(runs[0], runs[1]), nil
}

func differ(a, b train.Evaluation) *difference {
	d := &difference{Samples: a.N, Layers: map[string]layerDifference{}}
	for i := range a.Classes {
		if a.Classes[i] != b.Classes[i] {
			d.Predictions++
		}
	}
	for name, r := range a.Rasters {
		var l layerDifference
		for i, v := range r.Data {
			l.Spikes += int(v)
			if v != b.Rasters[name].Data[i] {
				l.Differ++
			}
		}
		d.Layers[name] = l
	}
	return d
}
