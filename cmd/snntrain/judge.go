package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// judgeOptions say on what an image is judged, and what it does not say itself.
type judgeOptions struct {
	data, sets            []string
	split                 string
	batch, limit, threads int
	predictions, scores   string
	readout               string
	tail                  int
	scale                 float64
	energy                string
	chips                 int
	chipSeed              uint64
}

func (o *judgeOptions) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.data, "data", nil, "config whose data: section is used instead of the recorded one")
	f.StringArrayVar(&o.sets, "set", nil, "override a key of that config: data.dir=PATH")
	f.StringVar(&o.split, "split", "test", "part of the data: test, validation or train")
	f.IntVar(&o.batch, "batch", 256, "samples at a time")
	f.IntVar(&o.limit, "limit", 0, "first n samples only, 0 = all")
	f.IntVar(&o.threads, "threads", 0, "threads, 0 = one a core")
	f.StringVar(&o.predictions, "predictions", "", "save the predicted classes as int32 npy")
	f.StringVar(&o.scores, "scores", "", "save the scores as float32 npy")
	f.StringVar(&o.readout, "readout", "", "how spikes of the output become scores, for an image that does not say: "+strings.Join(chip.Readouts(), ", "))
	f.IntVar(&o.tail, "tail", 0, "ticks behind the input of a sample, for an image that does not say")
	f.Float64Var(&o.scale, "scale", 0, "a value x enters as round(x/scale), held in the input's range, for an image that does not say")
	f.IntVar(&o.chips, "chips", 0, "judge on so many sampled chips of an analog target, mean and spread; 20 or more say something")
	f.Uint64Var(&o.chipSeed, "chip-seed", 1, "seed of the sampled chips")
	f.StringVar(&o.energy, "energy", "", "count energy and place on cores as another target does: "+strings.Join(all.Targets().Names(), ", "))
}

// changed names a flag of data that was given, "" when none was.
func (o *judgeOptions) changed(cmd *cobra.Command) string {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	(&judgeOptions{}).flags(own)
	name := ""
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if own.Lookup(f.Name) != nil {
			name = f.Name
		}
	})
	return name
}

func (o *judgeOptions) check() error {
	if o.batch < 1 || o.limit < 0 || o.tail < 0 || o.scale < 0 || o.chips < 0 || o.chips == 1 {
		return usagef("emulate: --batch %d must be at least 1; --limit %d, --tail %d and --scale %v at least 0, --chips %d 0 or at least 2", o.batch, o.limit, o.tail, o.scale, o.chips)
	}
	if parts := []string{"test", "validation", "train"}; !slices.Contains(parts, o.split) {
		return usage(fault.Fault{Pkg: "emulate", Subject: "--split", Fact: fmt.Sprintf("has no part %q", o.split), Hint: "parts: " + strings.Join(parts, ", ")})
	}
	return nil
}

func runJudge(ctx context.Context, s *streams, path string, o judgeOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := errors.Join(outputFile("emulate", "--predictions", o.predictions), outputFile("emulate", "--scores", o.scores)); err != nil {
		return err
	}
	im, err := loadImage("emulate", path)
	if err != nil {
		return usage(err)
	}
	if err := run.Conform(im); err != nil {
		return err
	}
	if len(o.data) == 0 && im.IO.Data == nil {
		return usagef("emulate: %s: records no data; give --data CONFIG, or --input and --out", path)
	}
	record := &model.Network{Record: model.Record{Preprocess: im.IO.Data, Seed: im.IO.Seed}}
	sets := o.sets
	if len(o.data) > 0 { // a config does not know when an image's input fires
		sets = append(encodeSets(im.IO), sets...)
	}
	source, enc, seed, err := openRecorded(record, config.Options{Files: o.data, Sets: sets}, datasets.Split(o.split))
	if err != nil {
		return err
	}
	source = datasets.Limit(source, o.limit)
	pool := par.New(o.threads)
	of := func() iter.Seq2[*datasets.Batch, error] {
		return datasets.Batches(source, datasets.BatchOptions{Size: o.batch, Seed: seed, Epoch: train.EvalEpoch, Encoder: enc, Pool: pool})
	}
	if o.chips > 0 {
		return o.onChips(ctx, s, im, of, pool, source.Info().Frames)
	}
	batches := of()
	began, bar := time.Now(), newSampleProgress(s, source.Len())
	defer bar.close()
	var j *run.Judge
	var on *metered
	for b, err := range batches {
		if err != nil {
			return err
		}
		if j == nil {
			if err := o.complete(im, b.X.T, source.Info().Frames); err != nil {
				return err
			}
			if on, err = o.meter(im); err != nil {
				return usage(err)
			}
			if j, err = run.NewJudge(im, b.X.Shape, pool); err != nil {
				return usage(err)
			}
		}
		if err := j.Batch(ctx, b.X, b.Labels); err != nil {
			return asUsage(err)
		}
		bar.step(j.Result().N)
	}
	if j == nil {
		return usagef("emulate: the data has no sample")
	}
	bar.close()
	return s.judged(on, source.Info(), j, time.Since(began).Seconds(), o)
}

// meter is the image with the placement and constants of the target that energy is counted for.
func (o *judgeOptions) meter(im *chip.Image) (*metered, error) {
	m := &metered{Image: *im}
	name := im.Target.Name
	if o.energy != "" {
		name, m.Energy, m.Placement = o.energy, nil, nil
	}
	target, err := all.Targets().Get(name)
	if err != nil && o.energy != "" {
		return nil, err
	}
	if err != nil { // a target that this program does not know: the image's own constants remain
		return m, nil //nolint:nilerr // said above
	}
	if m.target = target; m.Placement == nil {
		if m.Placement, err = target.Place(im.Net); err != nil {
			m.unplaced = err.Error()
		}
	}
	return m, nil
}

// metered is an image as its energy is counted.
type metered struct {
	chip.Image
	target   chip.Target // nil: unknown
	unplaced string      // why there is no placement
}

// complete sets what an image does not say: of one that does, nothing may be given.
func (o *judgeOptions) complete(im *chip.Image, steps, frames int) error {
	for _, f := range []struct {
		flag         string
		given, known bool
	}{
		{"readout", o.readout != "", im.IO.Readout != ""},
		{"tail", o.tail > 0, im.IO.Ticks > 0},
		{"scale", o.scale > 0, im.Net.Input.Scale > 0},
	} {
		if f.given && f.known {
			return usagef("emulate: --%s is given, and the image says it itself", f.flag)
		}
	}
	if o.readout != "" {
		im.IO.Readout = o.readout
	}
	if o.scale > 0 {
		im.Net.Input.Scale = o.scale
	}
	if im.IO.Coding == "" && frames > 1 {
		im.IO.Coding = chip.Sequence
	}
	if im.IO.Ticks == 0 {
		im.IO.Steps, im.IO.Ticks = steps, steps+o.tail
	}
	if im.IO.Readout == "" {
		return usagef("emulate: the image does not say how its output becomes a class; give --readout: %s", strings.Join(chip.Readouts(), ", "))
	}
	return nil
}

// save writes what was asked for.
func (o *judgeOptions) save(r run.Result, classes int) error {
	if o.predictions != "" {
		if err := npy.WriteInt32(o.predictions, []int{len(r.Classes)}, r.Classes); err != nil {
			return err
		}
	}
	if o.scores != "" {
		return npy.WriteFloat32(o.scores, []int{r.N, classes}, r.Scores)
	}
	return nil
}
