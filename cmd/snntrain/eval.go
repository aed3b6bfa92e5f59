package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

type evalOptions struct {
	model       string
	data        []string
	sets        []string
	split       string
	steps       string
	batch       int
	limit       int
	threads     int
	predictions string
	logits      string
	record      string
	inputShape  string
	ownBatch    bool // --batch was given
	earlyExit   float64
	nir         nirFlags
}

func evalCommand(s *streams) *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval MODEL [--data CONFIG] [--steps T,...]",
		Short: "Judge a network on the test part of its data",
		Long: strings.TrimSpace(`
Judge a network on the test part of the data it was trained on, or of the data of another config.
MODEL is a run directory or a model file; the file is enough. Of an ONNX file (.onnx) the network
itself is judged, without spikes, on the data of --data. A NIR file (.nir) is judged under --profile.`),
		Example: "  snntrain eval runs/mnist-mlp\n  snntrain eval model.safetensors --data configs/mnist-mlp.yaml --steps 4,8,16 --json\n  snntrain eval lenet.onnx --data configs/onnx-mnist.yaml",
		Args:    exactlyOne("one run directory, model file or ONNX file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model, o.ownBatch = args[0], cmd.Flags().Changed("batch")
			return runEval(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.data, "data", nil, "config whose data: section is used instead of the recorded one")
	f.StringArrayVar(&o.sets, "set", nil, "override a key of that config: data.dir=PATH")
	f.StringVar(&o.split, "split", "test", "part of the data: test, validation or train")
	f.StringVar(&o.steps, "steps", "", "number of time steps, or several, all judged in one pass: 4,8,16")
	f.IntVar(&o.batch, "batch", 256, "samples at a time")
	f.IntVar(&o.limit, "limit", 0, "first n samples only, 0 = all")
	f.IntVar(&o.threads, "threads", 0, "threads, 0 = one a core")
	f.StringVar(&o.predictions, "predictions", "", "save the predicted classes as int32 npy")
	f.StringVar(&o.logits, "logits", "", "save the scores as float32 npy")
	f.StringVar(&o.record, "record", "", "save the raster of every spiking layer as npy in this directory, of spike times the times, inf = never; goes with --limit")
	f.StringVar(&o.inputShape, "input-shape", "", inputShapeHelp)
	f.Float64Var(&o.earlyExit, "early-exit", 0, "stop the time loop of a sample once its best score leads the second best by this much, 0 = run all steps;\na rule of thumb: choose it on validation data (--split validation)")
	o.nir.add(cmd)
	return cmd
}

// evalResult is the JSON of eval.
type evalResult struct {
	train.Score
	Seconds float64                `json:"seconds"`
	Spikes  map[string]float64     `json:"spikes_per_neuron"`
	Steps   map[string]train.Score `json:"steps,omitempty"`
	Mean    float64                `json:"mean_steps,omitempty"` // with --early-exit
}

func runEval(ctx context.Context, s *streams, o evalOptions) error {
	steps, err := parseSteps(o.steps)
	if err != nil {
		return usage(err)
	}
	if err := inBounds("eval", atLeast(1, "batch", float64(o.batch)), atLeast(0, "limit", float64(o.limit)), atLeast(0, "threads", float64(o.threads))); err != nil {
		return err
	}
	if parts := []string{"test", "validation", "train"}; !slices.Contains(parts, o.split) {
		return usage(fault.Fault{Pkg: "eval", Subject: "--split", Fact: fmt.Sprintf("has no part %q", o.split), Hint: "parts: " + strings.Join(parts, ", ")})
	}
	if err := o.checkEarlyExit(); err != nil {
		return err
	}
	if err := o.checkOutputs(); err != nil {
		return err
	}
	n, source, enc, seed, err := o.open(s, steps)
	if err != nil {
		return err
	}
	if err := fits(n, source.Info(), enc); err != nil {
		return err
	}
	source = datasets.Limit(source, o.limit)
	pool := par.New(o.threads)
	program, err := runnable(n, pool)
	if err != nil {
		return usage(err)
	}
	began := time.Now()
	e, err := train.Evaluate(ctx, program, source, train.EvalOptions{
		Encoder: enc, Batch: o.batch, Seed: seed, Pool: pool, Keep: o.predictions != "" || o.logits != "", Steps: steps, Record: o.record != "",
		Exit: o.earlyExit,
	})
	if err != nil {
		return err
	}
	result := evalResult{Score: e.Score, Seconds: time.Since(began).Seconds(), Spikes: e.Spikes, Steps: map[string]train.Score{}}
	for i, t := range steps {
		result.Steps[strconv.Itoa(t)] = e.AtSteps[i]
	}
	if o.earlyExit > 0 {
		result.Mean = e.MeanSteps
	}
	if err := saveEval(o, e); err != nil {
		return err
	}
	if p, ok := program.(*spikeTimes); ok && o.record != "" {
		if err := p.record(o.record, n, datasets.BatchOptions{Size: o.batch, Seed: seed, Epoch: train.EvalEpoch, Encoder: enc, Pool: pool}, source); err != nil {
			return err
		}
	}
	printEval(s, result, steps, e)
	return nil
}

// open reads the network and opens the data it is judged on.
func (o *evalOptions) open(s *streams, steps []int) (*model.Network, datasets.Source, datasets.Encoder, uint64, error) {
	if isONNX(o.model) {
		n, source, enc, seed, err := openFloat(*o, s.warn)
		if err == nil && !o.ownBatch {
			o.batch = batchFor(n, o.batch)
		}
		return n, source, enc, seed, err
	}
	if o.inputShape != "" {
		return nil, nil, nil, 0, usagef("eval: %s: --input-shape is for ONNX files", o.model)
	}
	n, err := o.nir.network(s, "eval", o.model)
	if err != nil {
		return nil, nil, nil, 0, err
	}
	if ttfs.Has(n) && len(steps) > 0 {
		return nil, nil, nil, 0, usagef("eval: %s: a network of spike times has no time steps; leave out --steps", o.model)
	}
	sets := o.sets
	if len(steps) > 0 {
		sets = append(sets, "data.encode.steps="+strconv.Itoa(steps[len(steps)-1]))
	}
	source, enc, seed, err := openRecorded(n, config.Options{Files: o.data, Sets: sets}, datasets.Split(o.split))
	return n, source, enc, seed, err
}

// checkOutputs checks that what was asked for can be written.
func (o *evalOptions) checkOutputs() error {
	return errors.Join(
		outputFile("eval", "--predictions", o.predictions), outputFile("eval", "--logits", o.logits), outputDir("eval", "--record", o.record))
}

// checkEarlyExit checks --early-exit.
func (o *evalOptions) checkEarlyExit() error {
	switch {
	case o.earlyExit < 0 || math.IsNaN(o.earlyExit):
		return usagef("eval: --early-exit %v must be above 0: how far the best score leads", o.earlyExit)
	case o.earlyExit > 0 && (o.steps != "" || o.record != ""):
		return usagef("eval: --early-exit does not go with --steps or --record: samples stop at different steps")
	}
	return nil
}

// parseSteps reads "4,8,16"; ascending, each at least 1.
func parseSteps(text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	var steps []int
	for _, part := range strings.Split(text, ",") {
		t, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || t < 1 || len(steps) > 0 && t <= steps[len(steps)-1] {
			return nil, usagef("eval: --steps %q: needs ascending whole numbers from 1, like 4,8,16", text)
		}
		steps = append(steps, t)
	}
	return steps, nil
}

// saveEval writes what was asked for.
func saveEval(o evalOptions, e train.Evaluation) error {
	if o.predictions != "" {
		if err := npy.WriteInt32(o.predictions, []int{len(e.Classes)}, e.Classes); err != nil {
			return err
		}
	}
	if o.logits != "" {
		if err := npy.WriteFloat32(o.logits, []int{e.N, e.PerSample}, e.Logits); err != nil {
			return err
		}
	}
	if o.record == "" {
		return nil
	}
	if err := os.MkdirAll(o.record, 0o755); err != nil {
		return err
	}
	for name, r := range e.Rasters {
		if err := npy.WriteUint8(filepath.Join(o.record, fileName(name)+".npy"), append([]int{r.Samples, r.Steps}, r.Shape...), r.Data); err != nil {
			return err
		}
	}
	return nil
}

// fileName is a layer's name without what would lead to another folder.
func fileName(layer string) string {
	return strings.NewReplacer("/", "%2F", `\`, "%5C").Replace(layer)
}

func printEval(s *streams, r evalResult, steps []int, e train.Evaluation) {
	if s.json {
		s.object(r)
		return
	}
	s.say("accuracy %.2f %% (%d of %d), loss %.4f, %.1f s", 100*r.Accuracy, r.Correct, r.N, r.Loss, r.Seconds)
	if r.Mean > 0 {
		s.say("  %.2f time steps a sample", r.Mean)
	}
	for i, t := range steps {
		s.say("  T = %-4d accuracy %.2f %%", t, 100*e.AtSteps[i].Accuracy)
	}
	for _, name := range sortedNames(r.Spikes) {
		s.say("  %s: %.2f spikes per neuron and sample", name, r.Spikes[name])
	}
}
