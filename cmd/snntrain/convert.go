package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/convert/onnx"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

type convertOptions struct {
	model      string
	config     []string
	sets       []string
	out        string
	inputShape string
	limit      int
	threads    int
	force      bool
}

func convertCommand(s *streams) *cobra.Command {
	var o convertOptions
	cmd := &cobra.Command{
		Use:   "convert MODEL --config CONVERT.yaml --out DIR",
		Short: "Convert a trained network of ReLUs to a spiking one",
		Long: strings.TrimSpace(`
Convert a trained network of ReLUs to a spiking one. MODEL is an ONNX file, or a network without
spikes that snntrain trained. The config names the data (data:) and the conversion (convert:).

The run directory (--out) gets the spiking network as model.safetensors, which eval, train and
inspect read like any other; conversion.json with the accuracy after every number of steps and
the account of every layer; and report.html. With coding: ttfs every neuron fires once at most, at a
time that is its activation, and the predictions stay the same.`),
		Example: "  snntrain convert lenet.onnx --config configs/convert-mnist.yaml --out runs/lenet\n  snntrain eval runs/lenet --steps 4,8,16",
		Args:    exactlyOne("one ONNX file, run directory or model file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model = args[0]
			return runConvert(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.config, "config", nil, "config with data: and convert:")
	f.StringArrayVar(&o.sets, "set", nil, "override a key of the config: convert.steps=8")
	f.StringVar(&o.out, "out", "", "run directory")
	f.StringVar(&o.inputShape, "input-shape", "", inputShapeHelp)
	f.IntVar(&o.limit, "limit", 0, "judge on the first n test samples only, 0 = all")
	f.IntVar(&o.threads, "threads", 0, "threads, 0 = one a core")
	f.BoolVar(&o.force, "force", false, "replace a run that is in the run directory")
	return cmd
}

// conversion is conversion.json.
type conversion struct {
	Model     string                 `json:"model"`
	Coding    string                 `json:"coding"`
	Method    string                 `json:"method"`
	Steps     int                    `json:"steps"`
	Why       string                 `json:"why"`
	Tried     []convert.Trial        `json:"tried,omitempty"`
	ANN       train.Score            `json:"ann"`
	SNN       map[string]train.Score `json:"snn"` // by number of steps, each up to T, all from one pass
	Budget    *convert.Budget        `json:"budget"`
	HeldOut   *convert.Verdict       `json:"held_out,omitempty"` // on training samples outside the calibration set
	Test      map[string]float64     `json:"test_spikes_per_neuron"`
	Compared  []compared             `json:"compared,omitempty"`
	Operators []onnx.Operator        `json:"operators,omitempty"` // of the ONNX file: folded, mapped or refused
	Changes   []convert.Change       `json:"changes,omitempty"`   // from there to the form that was converted
	Seconds   map[string]float64     `json:"seconds"`
	Version   string                 `json:"version"`
}

func (o *convertOptions) check() error {
	switch {
	case len(o.config) == 0:
		return usagef("convert: %s: needs --config, which names the data and the method", o.model)
	case o.out == "":
		return usagef("convert: %s: needs --out, the directory to write to", o.model)
	case train.Exists(o.out) && !o.force:
		return usagef("convert: %s holds a run already; replace it with --force, or choose another --out", o.out)
	}
	return errors.Join(
		inBounds("convert", atLeast(0, "limit", float64(o.limit)), atLeast(0, "threads", float64(o.threads))),
		outputDir("convert", "--out", o.out), usage(train.CheckDir(o.out, train.Force)),
	)
}

func runConvert(ctx context.Context, s *streams, o convertOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	pool := par.New(o.threads)
	c, err := openConversion(o, pool)
	if err != nil {
		return err
	}
	warnNotes(c.notes, s.warn)
	if c.times != nil {
		return c.convertTimes(ctx, s, o, pool)
	}
	return c.convertRates(ctx, s, o, pool)
}

// convertRates converts to rates and judges both networks on the test part.
func (c *converting) convertRates(ctx context.Context, s *streams, o convertOptions, pool *par.Pool) error {
	s.log("converting by %s, calibrated on %d samples", c.options.Method, c.calibration.Len())
	began := time.Now()
	c.calibration.Progress = s.passes(began)
	result, err := convert.Rate(ctx, c.float, c.calibration, *c.options)
	if err != nil {
		return asUsage(err)
	}
	s.log("%s for T = %d; judging both networks on %d test samples", result.Method, result.Steps, c.test.Len())
	report := &conversion{
		Model: filepath.Base(o.model), Coding: "rate", Method: result.Method, Steps: result.Steps, Why: result.Why, Tried: result.Tried,
		Operators: c.operators, Changes: result.Changes, Version: version(), Seconds: map[string]float64{"convert": time.Since(began).Seconds()},
	}
	if report.Budget, err = result.Account(ctx, c.calibration, accounted); err != nil {
		return err
	}
	warnSilent(s, o.model, len(report.Budget.Layers))
	if err := c.judgeAll(ctx, result, report, pool); err != nil {
		return err
	}
	if text := report.missed(c.options); text != "" {
		s.warn(text)
	}
	c.record(result, report)
	page := func() error { return writeConversionPage(o.out, report) }
	if err := c.write(o, result.Network, report, page); err != nil {
		return err
	}
	if s.json {
		s.object(report)
		return nil
	}
	s.say("%s", report.table())
	s.say("\nwritten to %s: use it with: snntrain eval %s", o.out, o.out)
	return nil
}

// warnSilent says of a network with no layer that spikes that it has none.
func warnSilent(s *streams, file string, spiking int) {
	if spiking == 0 {
		s.warn(fmt.Sprintf("convert: %s: has no activation between its layers that could become spikes; what comes out has no spikes either", filepath.Base(file)))
	}
}

// passes logs how far training is, every ten seconds and at its end.
func (s *streams) passes(began time.Time) func(convert.Progress) {
	last := began
	return func(p convert.Progress) {
		if t := time.Now(); p.Pass == p.Passes && p.Sample == p.Samples || t.Sub(last) > 10*time.Second {
			last = t
			s.log("pass %d of %d, sample %d of %d  loss %.4f  %s", p.Pass, p.Passes, p.Sample, p.Samples, p.Loss, t.Sub(began).Round(time.Second))
		}
	}
}

// judgeAll judges on held-out training samples and the test part, and runs what is compared.
func (c *converting) judgeAll(ctx context.Context, r *convert.RateResult, report *conversion, pool *par.Pool) error {
	if c.heldOut != nil {
		v, err := r.Judge(c.heldOut)
		if err != nil {
			return err
		}
		report.HeldOut = &v
	}
	began := time.Now()
	if err := c.judge(ctx, r, report, pool); err != nil {
		return err
	}
	if err := c.compare(ctx, r, report, pool); err != nil {
		return err
	}
	report.Seconds["judge"] = time.Since(began).Seconds()
	return nil
}

// missed says that a conversion chosen to lose little lost more on the test part.
func (r *conversion) missed(o *convert.RateOptions) string {
	lost := 100 * (r.ANN.Accuracy - r.SNN[fmt.Sprint(r.Steps)].Accuracy)
	if o.Method != "auto" || lost <= o.MaxDrop {
		return ""
	}
	return fmt.Sprintf("convert: %.2f points are lost on the test part, more than max_drop %g: the samples kept aside were too few to tell, or no network was better; raise convert.held_out or max_steps", lost, o.MaxDrop)
}

// accounted is the number of calibration samples that the budget is made with.
const accounted = 200

// judge runs both networks over the test part.
func (c *converting) judge(ctx context.Context, r *convert.RateResult, report *conversion, pool *par.Pool) error {
	float, err := compile(c.float, layers.Options{Pool: pool, Readout: "last"})
	if err != nil {
		return err
	}
	ann, err := train.Evaluate(ctx, float, c.test, train.EvalOptions{Encoder: c.encoder(1), Batch: batchFor(c.float, 256), Seed: c.seed, Pool: pool})
	if err != nil {
		return err
	}
	spiking, err := compile(r.Network, layers.Options{Pool: pool})
	if err != nil {
		return err
	}
	steps := curve(r.Steps)
	encoder, _ := c.spiking(r.Steps)
	snn, err := train.Evaluate(ctx, spiking, c.test, train.EvalOptions{
		Encoder: encoder, Batch: batchOver(r.Network, r.Steps), Seed: c.seed, Pool: pool, Steps: steps,
	})
	if err != nil {
		return err
	}
	report.ANN, report.SNN, report.Test = ann.Score, map[string]train.Score{}, snn.Spikes
	for i, t := range steps {
		report.SNN[fmt.Sprint(t)] = snn.AtSteps[i]
	}
	return nil
}

// batchOver bounds the batch of a network over time.
func batchOver(n *model.Network, steps int) int { return max(1, min(256, 4*batchFor(n, 1<<20)/steps)) }

// curve lists the numbers of steps that accuracy is given for: every one up to T.
func curve(steps int) []int {
	list := make([]int, steps)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

// record notes in the network what is needed to use it alone.
func (c *converting) record(r *convert.RateResult, report *conversion) {
	n := r.Network
	data := map[string]any{}
	for k, v := range c.data {
		data[k] = v
	}
	_, data["encode"] = c.spiking(r.Steps)
	last := report.SNN[fmt.Sprint(r.Steps)]
	n.Record = model.Record{
		Classes: c.test.Info().Classes, Preprocess: data, Readout: "mean", Seed: c.seed,
		Training: map[string]any{"converted": report.Model, "method": r.Method, "steps": r.Steps},
		Results:  map[string]float64{"test_accuracy": last.Accuracy, "ann_accuracy": report.ANN.Accuracy},
	}
}

// write fills the run directory; what is not whole is taken away again.
func (c *converting) write(o convertOptions, n *model.Network, report any, page func() error) error {
	mode := train.Fresh
	if o.force {
		mode = train.Force
	}
	_, missing := os.Stat(o.out)
	release, err := train.OpenDir(o.out, mode)
	if err != nil {
		return usage(err)
	}
	defer release()
	err = n.Save(filepath.Join(o.out, train.ModelFile))
	if err == nil {
		err = train.WriteFile(filepath.Join(o.out, train.ConfigFile), c.resolved)
	}
	if err == nil {
		err = train.WriteJSON(filepath.Join(o.out, train.AccountFile), report)
	}
	if err == nil {
		err = page()
	}
	if err != nil && missing != nil {
		_ = os.RemoveAll(o.out)
	}
	return err
}

// sortedSteps are the numbers of steps of a report, ascending.
func (r *conversion) sortedSteps() []int {
	var list []int
	for k := range r.SNN {
		var t int
		if _, err := fmt.Sscan(k, &t); err == nil {
			list = append(list, t)
		}
	}
	slices.Sort(list)
	return list
}

// constantEncoder shows a sample unchanged in every step.
func constantEncoder(steps int, info datasets.Info) (datasets.Encoder, error) {
	kind, err := datasets.EncoderKinds().Get("constant")
	if err != nil {
		return nil, err
	}
	return kind.New(&datasets.ConstantOptions{Steps: steps}, info)
}
