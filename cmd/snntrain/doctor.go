package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

type doctorOptions struct {
	run     string
	data    []string
	sets    []string
	samples int
	batch   int
	threads int
}

func doctorCommand(s *streams) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor RUN [--data CONFIG] [--samples N]",
		Short: "Look for dead and saturated neurons, bad gradients and overfitting",
		Long: strings.TrimSpace(`
Look for what is wrong with a trained network: dead neurons (that fire for no sample) and saturated
ones (that fire in every step of a sample), gradients that vanish or explode through layers or time,
values that are not finite, a loss that did not fall, validation that falls behind training, a run
that ended early.

RUN is a run directory or a model file. The network runs on samples of the validation part of the
data it was trained on, of the training part where none was split off; never on the test part.
Gradients are those of the recorded loss, root mean square over values and batches; without a
recorded loss, as of a converted network, they are left out. From the run directory comes how the
training went (metrics.jsonl).

The exit status is 0 with findings too; --json lists them under "findings".`),
		Example: "  snntrain doctor runs/mnist-mlp\n  snntrain doctor model.safetensors --data configs/mnist-mlp.yaml --samples 2000 --json",
		Args:    exactlyOne("one run directory or model file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.run = args[0]
			return runDoctor(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.data, "data", nil, "config whose data: section is used instead of the recorded one")
	f.StringArrayVar(&o.sets, "set", nil, "override a key of that config: data.dir=PATH")
	f.IntVar(&o.samples, "samples", 512, "samples to look at, drawn by the recorded seed; 0 = all")
	f.IntVar(&o.batch, "batch", 64, "samples at a time, and of a gradient")
	f.IntVar(&o.threads, "threads", 0, "threads, 0 = one a core")
	return cmd
}

// diagnosis is the JSON of doctor.
type diagnosis struct {
	Model      string              `json:"model"`
	Data       string              `json:"data"`
	Part       datasets.Split      `json:"part"`
	Samples    int                 `json:"samples"`
	Steps      int                 `json:"steps"`
	Score      *train.Score        `json:"score"` // null when a score is not finite
	Layers     []train.LayerHealth `json:"layers"`
	Parameters []train.ParamHealth `json:"parameters"`
	OverTime   []float64           `json:"input_gradient_rms,omitempty"` // of each step, where the input varies in time
	Training   *trainingCourse     `json:"training,omitempty"`           // of a run directory with metrics.jsonl
	Notes      []string            `json:"notes"`                        // what was not looked at, and why
	Findings   []string            `json:"findings"`
}

// trainingCourse is how the training of a run went.
type trainingCourse struct {
	Epochs   int          `json:"epochs"`
	Planned  int          `json:"planned"`
	Finished bool         `json:"finished"`
	First    train.Score  `json:"first"` // training part, first epoch
	Last     train.Score  `json:"last"`
	Held     *train.Score `json:"validation,omitempty"` // last epoch
}

func runDoctor(ctx context.Context, s *streams, o doctorOptions) error {
	if err := inBounds("doctor", atLeast(1, "batch", float64(o.batch)), atLeast(0, "samples", float64(o.samples)), atLeast(0, "threads", float64(o.threads))); err != nil {
		return err
	}
	n, err := o.network()
	if err != nil {
		return err
	}
	d := diagnosis{Model: o.run, Layers: []train.LayerHealth{}, Parameters: []train.ParamHealth{}, Notes: []string{}, Findings: []string{}}
	if err := d.examine(ctx, n, o); err != nil {
		return err
	}
	if err := d.readCourse(n, o.run); err != nil {
		return err
	}
	if s.json {
		s.object(d)
		return nil
	}
	d.print(s)
	return nil
}

// network reads the network that is looked at.
func (o *doctorOptions) network() (*model.Network, error) {
	if dirs := seedDirs(o.run); len(dirs) > 0 {
		return nil, usagef("doctor: %s: holds runs of several seeds; name one, such as %s", o.run, dirs[0])
	}
	n, err := loadModel(o.run)
	switch {
	case err != nil:
		return nil, err
	case ttfs.Has(n):
		return nil, usagef("doctor: %s: is a network of first spike times, whose neurons fire once at most and take no gradient; its conversion.json and snntrain eval %s say how often each layer fires", o.run, o.run)
	case n.Record.Preprocess == nil && len(o.data) == 0:
		return nil, usagef("doctor: %s: records no data to run it on; give --data CONFIG", o.run)
	}
	return n, nil
}

// examine runs the network on samples.
func (d *diagnosis) examine(ctx context.Context, n *model.Network, o doctorOptions) error {
	opts := config.Options{Files: o.data, Sets: o.sets}
	_, _, recorded, err := recordedData(n, opts)
	if err != nil {
		return err
	}
	if d.Part = datasets.Train; recorded.common.Validation > 0 {
		d.Part = datasets.Validation
	}
	source, enc, seed, err := openRecorded(n, opts, d.Part)
	if err != nil {
		return err
	}
	if err := fits(n, source.Info(), enc); err != nil {
		return err
	}
	loss, err := recordedLoss(n)
	if err != nil {
		return err
	}
	if loss == nil {
		d.Notes = append(d.Notes, "no loss is recorded, so gradients were not looked at")
	}
	pool := par.New(o.threads)
	program, err := compile(n, layers.Options{Loss: loss, Pool: pool, InputGradient: loss != nil})
	if err != nil {
		return usage(err)
	}
	source = drawn(source, o.samples, seed)
	c, err := train.Examine(ctx, program, source, train.EvalOptions{Encoder: enc, Batch: o.batch, Seed: seed, Pool: pool}, loss != nil)
	if err != nil {
		return err
	}
	d.Data, d.Samples, d.Steps, d.Score, d.OverTime = source.Info().Name, source.Len(), c.Steps, c.Score, c.OverTime
	d.Layers, d.Parameters = append(d.Layers, c.Layers...), append(d.Parameters, c.Params...)
	if len(c.Layers) == 0 {
		d.Notes = append(d.Notes, "no layer of the network spikes")
	}
	d.Findings = append(d.Findings, c.Findings(len(source.Info().Classes))...)
	return nil
}

// drawn is n samples of a source, drawn by a seed since files may be sorted by
// class, in the order of the source; all for 0 or when there are no more.
func drawn(source datasets.Source, n int, seed uint64) datasets.Source {
	if n > 0 && n < source.Len() {
		_, source = datasets.SplitOff(source, float64(n)/float64(source.Len()), seed)
	}
	return source
}

// recordedLoss is the loss that a network was trained with, nil when it does not say.
func recordedLoss(n *model.Network) (*layers.Loss, error) {
	if n.Record.Training["loss"] == nil {
		return nil, nil
	}
	text, err := json.Marshal(map[string]any{"loss": n.Record.Training["loss"]})
	if err != nil {
		return nil, err
	}
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "the network's record", YAML: text}}}, nil)
	if err != nil {
		return nil, usage(err)
	}
	loss := train.DecodeLoss(doc.Root().Get("loss"))
	return loss, usage(doc.Err())
}

// readCourse reads how the training went, if o.run is the directory of one.
func (d *diagnosis) readCourse(n *model.Network, run string) error {
	if info, err := os.Stat(run); err != nil || !info.IsDir() {
		d.Notes = append(d.Notes, "a model file does not say how the training went; give its run directory")
		return nil
	}
	epochs, err := train.ReadMetrics(run)
	if err != nil {
		return usage(err)
	}
	if len(epochs) == 0 {
		d.Notes = append(d.Notes, "there is no "+train.MetricsFile+" to say how the training went")
		return nil
	}
	_, err = os.Stat(filepath.Join(run, train.SummaryFile))
	c := train.Course{Epochs: epochs, Planned: plannedEpochs(n), Finished: !errors.Is(err, fs.ErrNotExist)}
	first, last := epochs[0], epochs[len(epochs)-1]
	d.Training = &trainingCourse{Epochs: len(epochs), Planned: c.Planned, Finished: c.Finished, First: first.Train, Last: last.Train, Held: last.Validation}
	d.Findings = append(d.Findings, c.Findings()...)
	return nil
}

// plannedEpochs is what a network's record says of train.epochs, 0 for nothing.
func plannedEpochs(n *model.Network) int {
	return recordedSetting(n, "epochs")
}
