package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/chip/generic"
	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
	"github.com/snntrain/snntrain/train"
)

type quantizeOptions struct {
	model, target, out string
	chip               string // file that describes a generic chip
	calibrate, sets    []string
	options            model.Quantization
	given              []string // names of the flags on the command line
	limit              int
	calibration        int
	timeBits           int // of a network of first spike times; 0 = its own
}

func quantizeCommand(s *streams) *cobra.Command {
	o := quantizeOptions{options: model.DefaultQuantization()}
	names := strings.Join(quantizables().Names(), ", ")
	cmd := &cobra.Command{
		Use:   "quantize MODEL --target NAME --out FILE.snnimg [--calibrate CONFIG]",
		Short: "Bring a spiking network onto a chip's integers, as an image",
		Long: strings.TrimSpace(`
Bring a spiking network onto a chip's integers: weights on its grid, thresholds scaled with them,
decays, resets, comparisons and delays as it has them. What it cannot compute is refused, layer by
layer. Targets: ` + names + `.

A network that was trained in the arithmetic of the target (quantize: in its config) keeps its bits:
every layer of every sample that is judged is compared with the emulator, and one difference fails.

The data of the network's record, or that of --calibrate, shows how large inputs get and judges
image and network on the test part; where it is missing, nothing is judged.

A network of first spike times (convert: {coding: ttfs}) goes onto lava, exactly in integers: a tick
is the unit of its times, --time-bits for a grid other than the network's own.

A trained ReLU network, of an ONNX file or a run, goes onto a target without spikes as it is:
--target ` + strings.Join(rectifieds().Names(), ", ") + ` --bits 8 (4, 2) --calibrate CONFIG.`),
		Example: "  snntrain quantize runs/mnist-lava --target lava --out mnist.snnimg\n  snntrain quantize runs/mnist --target generic --bits 4 --per channel --out mnist4.snnimg --json",
		Args:    exactlyOne("one run directory or model file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model, o.given = args[0], givenFlags(cmd.Flags())
			return runQuantize(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.target, "target", "", "target: "+names+"; default: that of the network's training")
	f.StringVarP(&o.out, "out", "o", "", "image to write")
	f.StringVar(&o.chip, "chip", "", "of --target generic: YAML file that describes the chip, over 8-bit weights and 16-bit potentials")
	f.IntVar(&o.options.Bits, "bits", 0, "bits of a weight; 0 = all that the target has")
	f.StringVar(&o.options.Range, "range", o.options.Range, "weights that the grid spans: max, percentile, mse")
	f.Float64Var(&o.options.Percentile, "percentile", o.options.Percentile, "of --range percentile")
	f.StringVar(&o.options.Per, "per", o.options.Per, "one scale for a tensor, or for each channel")
	f.IntVar(&o.options.InputBits, "input-bits", 0, "bits of an input value; 0 = as many as the target and exact sums allow, 8 at most")
	f.Float64Var(&o.options.InputMax, "input-max", 0, "input value that the largest integer stands for; default: the largest of the calibration samples")
	f.IntVar(&o.timeBits, "time-bits", 0, "bits of a spike's time within its window, for a network of first spike times; 0 = those of the network")
	f.IntVar(&o.options.Stretch, "stretch", 0, "ticks for each step of a network of rates: thresholds that much higher, rates that much lower; takes soft resets where a chip resets to zero")
	f.StringArrayVar(&o.calibrate, "calibrate", nil, "config whose data calibrates and judges; default: what the network was trained on")
	f.StringArrayVar(&o.sets, "set", nil, "override a key of the data: data.dir=DIR")
	f.IntVar(&o.calibration, "calibration", 1000, "training samples that show how large inputs get")
	f.IntVar(&o.limit, "limit", 0, "test samples that are judged; 0 = all")
	return cmd
}

func (o *quantizeOptions) check() error {
	switch {
	case o.out == "":
		return usagef("quantize: needs --out FILE.snnimg")
	case o.options.Bits < 0 || o.options.Bits > 16 || o.options.InputBits < 0 || o.options.InputBits > 16:
		return usagef("quantize: %d bits of weights, %d of the input: 0 to 16 are possible", o.options.Bits, o.options.InputBits)
	case o.timeBits < 0 || o.timeBits > 16:
		return usagef("quantize: --time-bits %d: 1 to 16 are possible, 0 = those of the network", o.timeBits)
	case o.options.Stretch < 0 || o.options.Stretch > 1<<10:
		return usagef("quantize: --stretch %d: 1 to %d are possible, 0 = 1", o.options.Stretch, 1<<10)
	case o.options.Percentile <= 0 || o.options.Percentile > 100 || o.limit < 0 || o.calibration < 1 || o.options.InputMax < 0:
		return usagef("quantize: percentile %v is in 0..100, input-max and limit at least 0, calibration at least 1", o.options.Percentile)
	}
	for _, c := range []struct {
		flag, value string
		known       []string
	}{{"range", o.options.Range, []string{"max", "percentile", "mse"}}, {"per", o.options.Per, []string{"tensor", "channel"}}} {
		if !slices.Contains(c.known, c.value) {
			return usagef("quantize: --%s %q is unknown; known: %s", c.flag, c.value, strings.Join(c.known, ", "))
		}
	}
	return nil
}

// quantization is what quantize found, and its JSON.
type quantization struct {
	Target   string             `json:"target"`
	Method   string             `json:"method"` // ptq: rounded after training, qat: trained in these integers
	Options  model.Quantization `json:"options"`
	Account  *quant.Account     `json:"account"`
	Parts    []chip.Parts       `json:"parts,omitempty"`
	IO       chip.IO            `json:"io"`
	Usage    []chip.Use         `json:"usage"`
	Judged   *judgment          `json:"judged"` // null without data
	Unjudged string             `json:"unjudged,omitempty"`
	File     string             `json:"file"`
	Seconds  float64            `json:"seconds"`
}

func runQuantize(ctx context.Context, s *streams, o quantizeOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := outputFile("quantize", "--out", o.out); err != nil {
		return err
	}
	if o.options.Range != "percentile" {
		if err := idle("quantize", o.given, "the range is "+o.options.Range, "percentile"); err != nil {
			return err
		}
	}
	if _, err := rectifieds().Get(o.target); err == nil || isONNX(o.model) {
		return runQuantizeFloat(ctx, s, o)
	}
	began := time.Now()
	n, err := loadModel(o.model)
	if err != nil {
		return err
	}
	if ttfs.Has(n) {
		return runQuantizeTimes(ctx, s, n, o, began)
	}
	if err := idle("quantize", o.given, "the network has no first spike times", "time-bits"); err != nil {
		return err
	}
	target, err := o.resolve(n)
	if err != nil {
		return usage(err)
	}
	pool := par.New(0)
	data, reason, err := o.openData(ctx, n, pool)
	if err != nil {
		return err
	}
	im, r, err := quantizeNetwork(ctx, n, target, o.options, data)
	if err != nil {
		return usage(err)
	}
	if r.Unjudged = reason; data != nil {
		if r.Judged, err = judgeImage(ctx, s, n, im, data, o.limit, pool); err != nil {
			return err
		}
		if err := addVector(im, data.test, datasets.BatchOptions{Seed: data.seed, Epoch: train.EvalEpoch, Encoder: data.ticks}); err != nil {
			return err
		}
		im.Conversion.Accuracy = map[string]float64{"snn": r.Judged.Network.Accuracy, "chip": r.Judged.Chip.Accuracy}
	}
	return o.save(s, im, r, began)
}

// save writes the image and prints what was found.
func (o *quantizeOptions) save(s *streams, im *chip.Image, r *quantization, began time.Time) error {
	if err := im.Save(o.out); err != nil {
		return err
	}
	r.File, r.Seconds = o.out, time.Since(began).Seconds()
	if s.json {
		s.object(r)
		return nil
	}
	s.say("%s", r.describe())
	return nil
}

// resolve finds target and options: a network that was trained for the target
// keeps those of its training; for another target its arrays are rounded.
func (o *quantizeOptions) resolve(n *model.Network) (chip.Quantizable, error) {
	trained := n.Record.Quantize
	if o.target == "" && trained != nil {
		o.target = trained.Target
	}
	if o.target == "" {
		return nil, fault.Fault{Pkg: "quantize", Subject: o.model, Fact: "was not trained for a chip", Hint: "name one with --target: " + strings.Join(quantizables().Names(), ", ")}
	}
	target, err := quantizables().Get(o.target)
	if _, known := all.Targets().Get(o.target); err != nil && known == nil {
		return nil, fault.Fault{Pkg: "quantize", Subject: o.model, Fact: o.target + " has no spiking neurons", Hint: "northpole takes a network of ReLUs, as an ONNX file; spiking networks go to " + strings.Join(quantizables().Names(), ", ")}
	}
	if err != nil {
		return nil, err
	}
	if o.options.Chip, err = o.describedChip(); err != nil {
		return nil, err
	}
	if trained != nil && trained.Target == o.target && (o.options.Chip == "" || o.options.Chip == trained.Chip) {
		if o.options.Stretch > 1 {
			return nil, fault.Fault{Pkg: "quantize", Subject: "--stretch", Fact: "the network was trained in ticks", Hint: "leave it out"}
		}
		if err := idle("quantize", o.given, "the network was trained in these integers, and keeps them", roundingFlags(o.options, *trained)...); err != nil {
			return nil, err
		}
		o.options = *trained
	} else {
		n.Record.Quantize = nil
	}
	o.options.Target = o.target
	if o.options.Chip != "" {
		return targetOf(&o.options)
	}
	return target, nil
}

// describedChip is the text of the description that --chip names, "" without one.
func (o *quantizeOptions) describedChip() (string, error) {
	if o.chip == "" {
		return "", nil
	}
	c, err := generic.Load(o.chip)
	if err != nil {
		return "", err
	}
	if o.target != c.Name() {
		return "", idle("quantize", o.given, "a description is of --target "+c.Name(), "chip")
	}
	return c.Text()
}

// roundingFlags are the flags that ask for another rounding than the trained one.
func roundingFlags(asked, trained model.Quantization) []string {
	var flags []string
	for name, differs := range map[string]bool{
		"bits": asked.Bits != trained.Bits, "range": asked.Range != trained.Range, "percentile": asked.Percentile != trained.Percentile,
		"per": asked.Per != trained.Per, "input-bits": asked.InputBits != trained.InputBits, "input-max": asked.InputMax != trained.InputMax,
	} {
		if differs {
			flags = append(flags, name)
		}
	}
	slices.Sort(flags)
	return flags
}

// quantizeNetwork makes the image of a network.
func quantizeNetwork(ctx context.Context, n *model.Network, t chip.Quantizable, o model.Quantization, d *calibrated) (*chip.Image, *quantization, error) {
	steps := recordedSteps(n)
	if d != nil {
		steps = d.encoder.Steps()
	}
	if d != nil && n.Record.Quantize == nil {
		o.Input, o.InputMax, o.Scores = d.input, d.largest(o), d.scores
		if o.Steps = 0; o.Scores[1] > 0 {
			o.Steps = steps * max(o.Stretch, 1)
		}
	}
	steps *= max(o.Stretch, 1)
	if o.Input == "" {
		o.Input = recordedInput(n)
	}
	if o.InputMax == 0 {
		o.InputMax = 1
	}
	net, account, err := quant.Integers(n, t.Arithmetic(), o)
	if err != nil {
		return nil, nil, err
	}
	io := ioOf(n, account, steps)
	var parts []chip.Parts
	if n.Record.Quantize == nil { // the sums of one that was trained so are part of its bits
		if net, parts, err = inParts(ctx, t, net, &io, d); err != nil {
			return nil, nil, err
		}
		account.From, account.Latency = account.From+len(parts), account.Latency+len(parts)
	}
	im, err := chip.Make(t, net, "snntrain "+version())
	if err != nil {
		return nil, nil, err
	}
	im.IO = io
	r := &quantization{Parts: parts, Target: t.Name(), Method: "ptq", Options: o, Account: account, IO: im.IO, Usage: im.Placement.Usage}
	if n.Record.Quantize != nil {
		r.Method = "qat"
	}
	if d != nil {
		account.InputOver = d.over(net.Input)
	}
	im.Conversion = &chip.Conversion{Method: r.Method, Scales: map[string]float64{}}
	if d != nil && r.Method == "ptq" {
		im.Conversion.Calibration = d.hash
	}
	for _, l := range account.Layers {
		im.Conversion.Scales[l.Layer] = l.Scale
	}
	return im, r, nil
}

// dataOf is the data section of a network's record, encoded to so many steps.
func dataOf(n *model.Network, steps int) map[string]any {
	encode, ok := n.Record.Preprocess["encode"].(map[string]any)
	if !ok {
		return n.Record.Preprocess
	}
	data := maps.Clone(n.Record.Preprocess)
	encode = maps.Clone(encode)
	if _, ok := encode["steps"]; ok {
		encode["steps"] = steps
	}
	data["encode"] = encode
	return data
}

// ioOf says how samples of so many steps are shown, and how the output is read.
func ioOf(n *model.Network, a *quant.Account, steps int) chip.IO {
	io := chip.IO{
		Data: n.Record.Preprocess, Seed: n.Record.Seed, Steps: steps, From: a.From, Ticks: steps + a.From,
		Readout: n.Record.Readout, Potential: a.Unit, Classes: n.Record.Classes,
	}
	io.Data, io.Seed, io.Coding = dataOf(n, steps), n.Record.Seed, encoderName(n)
	switch io.Readout {
	case "spike-count", "each", "":
		io.Readout = "sum"
	case "rate":
		io.Readout = "mean"
	}
	if a.Integrates && io.Readout != "max" && io.Readout != "last" { // a sum of currents is the last potential of what integrates them
		if io.Readout == "mean" {
			io.Potential /= float64(steps)
		}
		io.Readout = "last"
	}
	return io
}
