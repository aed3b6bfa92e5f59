package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
	"github.com/snntrain/snntrain/nir/conform"
	"github.com/snntrain/snntrain/train"
)

func nirCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{Use: "nir", Short: "Compare what frameworks make of a NIR file"}
	cmd.AddCommand(nirDiffCommand(s))
	return group(cmd)
}

// nirDiffOptions are what the user asked for.
type nirDiffOptions struct {
	file     string
	profiles []string
	dt       float64
	input    nirInput
}

func nirDiffCommand(s *streams) *cobra.Command {
	var o nirDiffOptions
	cmd := &cobra.Command{
		Use:   "diff FILE [--data CONFIG]",
		Short: "Run a NIR file as each framework would, and say where the rasters part and why",
		Long: strings.TrimSpace(`
Run a NIR file as each framework's own reader would make a network of it, on the same input, and compare
the rasters with those of the first profile: spikes, accuracy, the first layer and step where they part,
and why. Input is the data of a config, or spikes at a rate of 1/4. The profile "file" is what the file's
metadata says, if snntrain wrote it.`),
		Example: "  snntrain nir diff network.nir\n  snntrain nir diff network.nir --data configs/mnist-mlp.yaml --limit 200 --profiles nir,norse --dt 1e-4",
		Args:    exactlyOne("one NIR file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return runNIRDiff(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.profiles, "profiles", nil, "profiles to compare, the first is the reference; left out: file, where its metadata says it, nir and all others")
	f.Float64Var(&o.dt, "dt", 0, "time step in the unit of the file's time constants, for the profiles that take one; 0 = what the file says, else their defaults")
	f.StringArrayVar(&o.input.data, "data", nil, "config whose data: section is the input")
	f.StringArrayVar(&o.input.sets, "set", nil, "override a key of that config: data.dir=PATH")
	f.IntVar(&o.input.samples, "limit", 100, "first n samples of the test part")
	f.IntVar(&o.input.steps, "steps", 50, "time steps without --data")
	f.Uint64Var(&o.input.seed, "seed", 1, "seed of the spikes without --data")
	f.IntVar(&o.input.threads, "threads", 0, "threads, 0 = one a core")
	return cmd
}

// nirInput is what networks are run on.
type nirInput struct {
	data, sets              []string
	samples, steps, threads int
	seed                    uint64
	pool                    *par.Pool
	split                   datasets.Split // "" = test
}

// compile makes a program of a network.
func (in *nirInput) compile(n *model.Network) (*layers.Program, error) {
	return compile(n, layers.Options{Pool: in.pool})
}

// batches opens the data that is asked for, or that a network was trained on; else it is noise.
func (in *nirInput) batches(n *model.Network) (iter.Seq2[conform.Batch, error], error) {
	if in.pool == nil {
		in.pool = par.New(in.threads)
	}
	if len(in.data) == 0 && n.Record.Preprocess == nil {
		return conform.Noise(n, in.seed, in.steps, min(in.samples, 16)), nil
	}
	source, enc, seed, err := openRecorded(n, config.Options{Files: in.data, Sets: in.sets}, cmp.Or(in.split, datasets.Test))
	if err != nil {
		return nil, err
	}
	if err := fits(n, source.Info(), enc); err != nil {
		return nil, err
	}
	source = datasets.Limit(source, in.samples)
	return func(yield func(conform.Batch, error) bool) {
		for b, err := range datasets.Batches(source, datasets.BatchOptions{Size: batchFor(n, 32), Seed: seed, Epoch: train.EvalEpoch, Encoder: enc, Pool: in.pool}) {
			if err != nil {
				yield(conform.Batch{}, err)
				return
			}
			if !yield(conform.Batch{X: b.X, Labels: b.Labels}, nil) {
				return
			}
		}
	}, nil
}

func runNIRDiff(ctx context.Context, s *streams, o nirDiffOptions) error {
	if o.input.samples < 1 || o.input.steps < 1 {
		return usagef("nir diff: --limit %d and --steps %d must be at least 1", o.input.samples, o.input.steps)
	}
	g, err := nir.Read(o.file)
	if err != nil {
		return usage(err)
	}
	profiles, err := o.compared(g)
	if err != nil {
		return usage(err)
	}
	o.input.pool = par.New(o.input.threads)
	r, err := conform.Compare(ctx, g, profiles, o.input.batches, o.input.compile)
	if err != nil {
		return err
	}
	if s.json {
		s.object(r)
		return nil
	}
	sayReport(s, o.file, r)
	return nil
}

// compared are the profiles to run.
func (o *nirDiffOptions) compared(g *nir.Graph) ([]conform.Profile, error) {
	names := o.profiles
	if len(names) == 0 {
		if nir.Described(g) {
			names = append(names, "file")
		}
		names = append(names, "nir")
		for _, name := range nir.Profiles().Names() {
			if name != "nir" {
				names = append(names, name)
			}
		}
	}
	var out []conform.Profile
	for _, name := range names {
		options := nir.Options{File: o.file}
		if name != "file" {
			p, err := nir.Profiles().Get(name)
			if err != nil {
				return nil, err
			}
			options.Profile = name
			if !p.Fixed {
				options.Dt = o.dt
			}
		}
		out = append(out, conform.Profile{Name: name, Options: options})
	}
	return out, nil
}

func sayReport(s *streams, file string, r *conform.Report) {
	s.say("%s: %d samples of %d steps, compared with %s\n", file, r.Samples, r.Steps, orText(r.Reference, "nothing: no profile takes the file"))
	rows := [][]string{{"PROFILE", "DT", "SPIKES", "OUTPUT DIFFERS", "ACCURACY", "FIRST PARTS AT"}}
	for _, o := range r.Outcomes {
		rows = append(rows, outcomeRow(o))
	}
	s.say("%s", table(rows))
	for _, o := range r.Outcomes {
		for _, line := range outcomeLines(o) {
			s.say("\n%s", line)
		}
	}
}

func outcomeRow(o conform.Outcome) []string {
	if len(o.Refused) > 0 {
		return []string{o.Profile, "", "refused", "", "", ""}
	}
	accuracy, parts := "", "never"
	if o.Accuracy != nil {
		accuracy = fmt.Sprintf("%.2f %%", 100**o.Accuracy)
	}
	if o.Parts != nil {
		parts = fmt.Sprintf("%s, step %d", o.Parts.Layer, o.Parts.Step)
	}
	return []string{o.Profile, strconv.FormatFloat(o.Dt, 'g', -1, 64), strconv.FormatFloat(o.Spikes, 'f', 0, 64), fmt.Sprintf("%d of %d", o.Differ, o.Values), accuracy, parts}
}

// outcomeLines say what a profile leaves out, and why its raster parts.
func outcomeLines(o conform.Outcome) []string {
	var lines []string
	if len(o.Refused) > 0 {
		lines = append(lines, o.Profile+" refuses the file:")
		for _, text := range o.Refused {
			lines = append(lines, "  "+text)
		}
	}
	if o.Parts != nil {
		lines = append(lines, fmt.Sprintf("%s parts in %s:", o.Profile, o.Parts))
		for _, why := range o.Parts.Why {
			lines = append(lines, "  "+why)
		}
	}
	if len(lines) > 0 || len(o.Notes) > 0 {
		for _, text := range noteLines(o.Notes) {
			lines = append(lines, "  note: "+text)
		}
		return []string{strings.Join(lines, "\n")}
	}
	return nil
}
