package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/snntrain/snntrain/convert/onnx"
	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// conversionFile is the report of a conversion.
const conversionFile = "conversion.json"

type convertOptions struct {
	model      string
	configs    []string
	sets       []string
	out        string
	inputShape string
	force      bool
	threads    int
}

// conversion is a conversion config, top level.
type conversion struct {
	Seed    uint64         `yaml:"seed" doc:"decides everything random"`
	Data    config.Section `yaml:"data" plug:"dataset,by=name" doc:"what the network is for: calibrated on its training part, judged on its test part"`
	Convert config.Section `yaml:"convert" plug:"coding,by=coding" doc:"how activations become spikes"`
}

// coding is a way to say an activation with spikes.
type coding struct {
	name, doc string
	options   func() any
	run       func(ctx context.Context, s *streams, job *conversionJob, options any) error
}

// codings lists them.
func codings() []coding { return []coding{ttfsCoding()} }

// conversionJob is a config turned into what a conversion takes.
type conversionJob struct {
	convertOptions
	network   *model.Network
	operators []onnx.Operator // of an ONNX file
	train     datasets.Source
	test      datasets.Source
	encoder   datasets.Encoder
	seed      uint64
	resolved  []byte
	pool      *par.Pool
}

func convertCommand(s *streams) *cobra.Command {
	var o convertOptions
	cmd := &cobra.Command{
		Use:   "convert MODEL.onnx --config CONVERT.yaml [--out DIR]",
		Short: "Convert a trained network of rectifiers to a spiking one",
		Long: strings.TrimSpace(`
Convert a trained network of rectifiers, an ONNX file or a model of this program, to a spiking one, and
say what it costs. The config names the data (data:) and the coding (convert:). The directory
(--out, default runs/<name of the model>) gets the spiking network, the resolved config, and
conversion.json: both networks on all test samples, layer by layer.`),
		Example: "  snntrain convert lenet.onnx --config configs/convert-ttfs-mnist.yaml\n  snntrain eval runs/lenet",
		Args:    exactlyOne("one ONNX file, run directory or model file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model = args[0]
			return runConvert(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.configs, "config", nil, "config with data: and convert:; several are laid over each other")
	f.StringArrayVar(&o.sets, "set", nil, "override a key of the config: key.path=value")
	f.StringVar(&o.out, "out", "", "directory for the spiking network")
	f.StringVar(&o.inputShape, "input-shape", "", inputShapeHelp)
	f.BoolVar(&o.force, "force", false, "replace what an earlier conversion left in the directory")
	f.IntVar(&o.threads, "threads", 0, "threads, 0 = one a core")
	return cmd
}

func runConvert(ctx context.Context, s *streams, o convertOptions) error {
	if len(o.configs) == 0 {
		return usagef("convert: %s: give --config CONVERT.yaml, with data: and convert: {coding: ttfs}", o.model)
	}
	if o.out == "" {
		o.out = filepath.Join("runs", strings.TrimSuffix(filepath.Base(o.model), filepath.Ext(o.model)))
	}
	if _, err := os.Stat(filepath.Join(o.out, train.ModelFile)); err == nil && !o.force {
		return usagef("convert: %s: holds a network already; replace it with --force, or choose another --out", o.out)
	}
	job := &conversionJob{convertOptions: o, pool: par.New(o.threads)}
	kind, options, err := job.read()
	if err != nil {
		return err
	}
	return kind.run(ctx, s, job, options)
}

// read reads the config, opens its data and reads the network.
func (j *conversionJob) read() (coding, any, error) {
	keys := &conversion{Seed: 42}
	fail := func(err error) (coding, any, error) { return coding{}, nil, err }
	doc, err := config.Load(config.Options{Files: j.configs, Sets: append(j.sets, "data.encode={kind: constant, steps: 1}"), Env: os.Environ()}, keys)
	if err != nil {
		return fail(usage(err))
	}
	doc.Root().Decode(keys)
	kind, options := decodeCoding(keys.Convert)
	d := decodeData(keys.Data)
	if err := doc.Err(); err != nil || d == nil {
		return fail(usage(err))
	}
	j.seed = keys.Seed
	if j.train, err = openPart(d, datasets.Train, j.seed); err != nil {
		return fail(err)
	}
	if j.test, err = openPart(d, datasets.Test, j.seed); err != nil {
		return fail(err)
	}
	j.encoder = d.encoder(j.test.Info())
	if err := doc.Err(); err != nil {
		return fail(usage(err))
	}
	if j.resolved, err = doc.Resolved(keys); err != nil {
		return fail(err)
	}
	if err := j.open(); err != nil {
		return fail(err)
	}
	return kind, options, fits(j.network, j.test.Info(), j.encoder)
}

// decodeCoding reads the convert section. Faults are recorded in its document.
func decodeCoding(s config.Section) (coding, any) {
	var names []string
	for _, c := range codings() {
		names = append(names, c.name)
	}
	i := slices.Index(names, s.Kind(names...))
	if i < 0 {
		return coding{}, nil
	}
	kind := codings()[i]
	options := kind.options()
	s.Decode(options)
	return kind, options
}

// open reads the network.
func (j *conversionJob) open() error {
	if !isONNX(j.model) {
		n, err := loadModel(j.model)
		j.network = n
		return err
	}
	r, err := importONNX(j.model, j.inputShape, j.encoder.OutShape(j.test.Info().Shape))
	if err != nil {
		return err
	}
	j.network, j.operators = r.Network, r.Operators
	return nil
}

// samples are the first n training samples as one batch.
func (j *conversionJob) samples(n int) (*signal.Signal, error) {
	var all *signal.Signal
	for b, err := range datasets.Batches(datasets.Limit(j.train, n), datasets.BatchOptions{Size: 100, Seed: j.seed, Encoder: j.encoder, Pool: j.pool}) {
		if err != nil {
			return nil, err
		}
		all = ttfs.Samples(all, b.X)
	}
	return all, nil
}

// judge runs the network without spikes, or a spiking one, on the test part.
func (j *conversionJob) judge(ctx context.Context, n *model.Network) (train.Network, train.Evaluation, error) {
	p, err := runnable(n, j.pool)
	if err != nil {
		return nil, train.Evaluation{}, usage(err)
	}
	e, err := train.Evaluate(ctx, p, j.test, train.EvalOptions{Encoder: j.encoder, Batch: batchFor(n, 256), Seed: j.seed, Pool: j.pool, Keep: true})
	return p, e, err
}

// save writes the directory of a spiking network.
func (j *conversionJob) save(n *model.Network, report any, results map[string]float64) error {
	var top map[string]any
	if err := yaml.Unmarshal(j.resolved, &top); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	data, _ := top["data"].(map[string]any)
	n.Record = model.Record{
		Classes: j.test.Info().Classes, Preprocess: data, Readout: "sum", Seed: j.seed, Results: results,
		Training: map[string]any{"convert": top["convert"], "from": filepath.Base(j.model)},
	}
	_, missing := os.Stat(j.out)
	if err := os.MkdirAll(j.out, 0o755); err != nil {
		return err
	}
	err := errors.Join(
		train.WriteFile(filepath.Join(j.out, train.ConfigFile), j.resolved),
		train.WriteJSON(filepath.Join(j.out, conversionFile), report),
		n.Save(filepath.Join(j.out, train.ModelFile)),
	)
	if err != nil && missing != nil {
		_ = os.RemoveAll(j.out)
	}
	return err
}
