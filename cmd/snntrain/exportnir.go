package main

import (
	"context"
	"fmt"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
	"github.com/snntrain/snntrain/nir/conform"
)

// nirTarget is the export target of NIR graphs.
const nirTarget = "nir"

// exportNIROptions are what the user asked for.
type exportNIROptions struct {
	model, out, profile string
	dt                  float64
	samples             int
	data                []string
}

// exportedNIR is the JSON of an export to NIR.
type exportedNIR struct {
	Target     string           `json:"target"`
	File       string           `json:"file"`
	Profile    string           `json:"profile"`
	Dt         float64          `json:"dt"`
	Notes      []nodeNote       `json:"notes"`
	Difference *conform.Outcome `json:"difference,omitempty"` // between the network as trained and as the profile's reader runs it
}

// nodeNote is what a reader does otherwise with one node.
type nodeNote struct {
	Node string   `json:"node"`
	Text []string `json:"text"`
}

func runExportNIR(ctx context.Context, s *streams, o exportNIROptions) error {
	if o.out == "" {
		return usagef("export: needs --out")
	}
	if err := outputFile("export", "--out", o.out); err != nil {
		return err
	}
	if err := hdf5.Available(); err != nil {
		return usage(err)
	}
	n, err := loadModel(o.model)
	if err != nil {
		return err
	}
	ex, err := nir.Export(n, nir.ExportOptions{Profile: o.profile, Dt: o.dt})
	if err != nil {
		return usage(err)
	}
	r := exportedNIR{Target: nirTarget, File: o.out, Profile: ex.Profile, Dt: ex.Dt, Notes: []nodeNote{}}
	asRun, err := readBack(n, ex, o, &r)
	if err != nil {
		return err
	}
	if err := ex.Graph.Write(o.out); err != nil {
		return err
	}
	if o.samples > 0 && asRun != nil {
		if r.Difference, err = countDifference(ctx, n, asRun, o); err != nil {
			s.warn(fmt.Sprintf("export: the difference was not counted: %v", err))
		}
	}
	sayExported(s, r)
	return nil
}

// readBack reads the graph as the profile's framework does and notes, for each
// node, what it will run otherwise.
func readBack(n *model.Network, ex *nir.Exported, o exportNIROptions, r *exportedNIR) (*model.Network, error) {
	if q := n.Record.Quantize; q != nil {
		r.note("network", fmt.Sprintf("was trained in the integers of %s; the graph holds its float weights", q.Target))
	}
	for _, note := range ex.Notes {
		r.note(note.Node, note.Text)
	}
	options := nir.Options{Profile: ex.Profile, File: o.out}
	if p, err := nir.Profiles().Get(ex.Profile); err == nil && !p.Fixed {
		options.Dt = ex.Dt
	}
	made, err := nir.Import(ex.Graph, options)
	if err != nil {
		return nil, usage(fmt.Errorf("export: not written: the reader of %s refuses the graph:\n%w", ex.Profile, err))
	}
	for _, note := range made.Notes {
		r.note(note.Node, note.Text)
	}
	for _, node := range n.Nodes {
		for _, text := range nir.Explain(n, made.Network, node.Name) {
			r.note(node.Name, text)
		}
	}
	return made.Network, nil
}

// note adds what is said of a node.
func (r *exportedNIR) note(node, text string) {
	for i := range r.Notes {
		if r.Notes[i].Node == node {
			r.Notes[i].Text = append(r.Notes[i].Text, text)
			return
		}
	}
	r.Notes = append(r.Notes, nodeNote{node, []string{text}})
}

// countDifference runs the network as trained and as it will be run over
// training samples of its data, or over noise when there is none.
func countDifference(ctx context.Context, n, asRun *model.Network, o exportNIROptions) (*conform.Outcome, error) {
	input := nirInput{data: o.data, samples: o.samples, steps: 50, split: datasets.Train}
	list, err := input.batches(n)
	if err != nil {
		return nil, err
	}
	return conform.Difference(ctx, n, asRun, list, input.compile)
}

func sayExported(s *streams, r exportedNIR) {
	if s.json {
		s.object(r)
		return
	}
	s.say("%s written for %s, time step %g", r.File, r.Profile, r.Dt)
	for _, note := range r.Notes {
		for _, text := range note.Text {
			s.warn(fmt.Sprintf("nir: %s: %s: %s", r.Profile, note.Node, text))
		}
	}
	d := r.Difference
	if d == nil {
		return
	}
	for _, l := range d.Layers {
		what := "spikes"
		if l.Silent {
			what = "potentials"
		}
		s.say("  %s: %d of %d %s differ", l.Name, l.Differ, l.Values, what)
	}
	s.say("  %d of %d predictions are the same", d.Correct, d.N)
}
