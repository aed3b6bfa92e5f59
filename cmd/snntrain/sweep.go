package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/train"
)

// sweepFile is what a sweep writes in its directory beside the runs.
const sweepFile = "sweep.json"

type sweepOptions struct {
	configs []string
	sets    []string
	over    []string
	random  *int // nil = the whole grid
	seeds   int
	by      string
	out     string
	resume  bool
	flags   []string // that were given
}

func (o *sweepOptions) given(flag string) bool { return slices.Contains(o.flags, flag) }

func sweepCommand(s *streams) *cobra.Command {
	var o sweepOptions
	var random int
	cmd := &cobra.Command{
		Use:   "sweep CONFIG... [--over key.path=value,value,...]... [--random N] [--seeds K] [--out DIR] [--resume]",
		Short: "Train a config with keys set to listed values, and say which was best on the validation part",
		Long: strings.TrimSpace(`
Train a config once for every combination of the values that --over lists (a grid), or for N of
them drawn by the config's seed (--random), one after the other on all threads. Values are YAML,
as for --set: --over 'train.optimizer={kind: sgd, lr: 0.1},{kind: adam}' lists two. A map that
names its kind replaces what the config has there, another is laid over it. The config may list
the same under sweep: (over, random, seeds, by); flags go before it.

Every point is a run directory as of train, in DIR, with the same bits as trained alone; eval,
inspect and train --resume take it. All configs are checked before the first is trained. A point
that fails is recorded, and the sweep goes on. sweep.json lists the points. The best is chosen on
the validation part, never on the test part. Ctrl-C saves; --resume goes on with what is missing,
also of longer lists or a larger N.`),
		Example: "  snntrain sweep configs/quickstart.yaml --over train.optimizer.lr=1e-3,3e-3 --over model.1.beta=0.9,0.95\n  snntrain sweep configs/quickstart.yaml --over model.0.out=32,64,128 --seeds 3 --out runs/width",
		Args:    atLeastOne("a config file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.configs, o.flags = args, givenFlags(cmd.Flags())
			if o.given("random") {
				o.random = &random
			}
			return runSweep(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.over, "over", nil, "a key of the config and the values to train it with: key.path=value,value,...; the last --over varies fastest")
	f.StringArrayVar(&o.sets, "set", nil, "override a key of the config for all points: key.path=value")
	f.IntVar(&random, "random", 0, "train this many different points of the grid, drawn by the config's seed, instead of all")
	f.IntVar(&o.seeds, "seeds", 1, "train every point with this many seeds, seed, seed+1, ..., and compare means")
	f.StringVar(&o.by, "by", "accuracy", "what is best on the validation part: accuracy or loss; the other decides between equals")
	f.StringVar(&o.out, "out", "", "directory of the sweep (default runs/<name of the config>-sweep)")
	f.BoolVar(&o.resume, "resume", false, "go on with what is missing of the sweep in the directory; points that failed are tried again")
	return cmd
}

func runSweep(ctx context.Context, s *streams, o sweepOptions) error {
	if o.out == "" {
		name := filepath.Base(o.configs[0])
		o.out = filepath.Join("runs", strings.TrimSuffix(name, filepath.Ext(name))+"-sweep")
	}
	if err := o.check(); err != nil {
		return err
	}
	w, err := planSweep(ctx, s, o)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	release, err := train.Lock(o.out)
	if err != nil {
		return usage(err)
	}
	defer release()
	if err := w.run(ctx, s); err != nil {
		return err
	}
	if s.json {
		s.object(w.result)
		return nil
	}
	s.say("%s", w.result.describe())
	return nil
}

// check looks at the flags, and at what is in the directory.
func (o *sweepOptions) check() error {
	var faults fault.List
	if o.seeds < 1 {
		faults.Add(fault.Fault{Pkg: "sweep", Fact: "--seeds " + strconv.Itoa(o.seeds) + " is below 1"})
	}
	if o.random != nil && *o.random < 1 {
		faults.Add(fault.Fault{Pkg: "sweep", Fact: "--random " + strconv.Itoa(*o.random) + " is below 1"})
	}
	if o.by != "accuracy" && o.by != "loss" {
		faults.Add(fault.Fault{Pkg: "sweep", Subject: "--by " + o.by, Fact: "is unknown", Hint: "known: accuracy, loss"})
	}
	faults.AddError(o.checkOut())
	return usage(faults.Err())
}

func (o *sweepOptions) checkOut() error {
	_, err := os.Stat(filepath.Join(o.out, sweepFile))
	there := err == nil
	entries, _ := os.ReadDir(o.out)
	f := fault.Fault{Pkg: "sweep", Subject: o.out}
	switch {
	case there && !o.resume:
		f.Fact, f.Hint = "holds a sweep already", "go on with --resume, or choose another --out"
	case !there && o.resume:
		f.Fact, f.Hint = "holds no sweep to resume", "start without --resume"
	case !there && len(entries) > 0:
		f.Fact, f.Hint = "holds files that are not of a sweep", "choose an empty or new directory for --out"
	default:
		return outputDir("sweep", "--out", o.out)
	}
	return f
}

// train are the options of training with what a point sets.
func (o *sweepOptions) train(p point) trainOptions {
	t := trainOptions{configs: o.configs, sets: o.sets, seeds: o.seeds, resume: o.resume, out: filepath.Join(o.out, p.name)}
	for _, set := range p.settings {
		if set.whole() {
			t.over = append(t.over, config.Override{Source: set.source, Text: set.key + "=~"})
		}
		t.over = append(t.over, config.Override{Source: set.source, Text: set.key + "=" + set.text})
	}
	return t
}

// again is the command line that goes on with the sweep.
func (o *sweepOptions) again() string {
	args := append([]string{"snntrain", "sweep"}, o.configs...)
	for _, v := range o.over {
		args = append(args, "--over", v)
	}
	for _, v := range o.sets {
		args = append(args, "--set", v)
	}
	if o.random != nil {
		args = append(args, "--random", strconv.Itoa(*o.random))
	}
	if o.seeds > 1 {
		args = append(args, "--seeds", strconv.Itoa(o.seeds))
	}
	if o.by != "accuracy" {
		args = append(args, "--by", o.by)
	}
	args = append(args, "--out", o.out, "--resume")
	for i, a := range args {
		args[i] = shellWord(a)
	}
	return strings.Join(args, " ")
}

// shellWord quotes a word for a shell where that is needed.
func shellWord(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
