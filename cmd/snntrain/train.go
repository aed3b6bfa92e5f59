package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/train"
)

type trainOptions struct {
	configs []string
	sets    []string
	over    []config.Override // of a point of a sweep
	out     string
	resume  bool
	force   bool
	seed    *uint64 // nil = that of the config
	seeds   int
	from    string
}

func trainCommand(s *streams) *cobra.Command {
	var o trainOptions
	var seed uint64
	cmd := &cobra.Command{
		Use:   "train CONFIG... [--set key.path=value]... [--out DIR] [--resume]",
		Short: "Train a network from a config file",
		Long: strings.TrimSpace(`
Train a network from a config file. Several files are laid over each other, later ones on top.

The run directory (--out, default runs/<name of the config>) gets the resolved config, the
network that was best on the validation part, checkpoints, metrics, TensorBoard events,
summary.json and report.html. Ctrl-C saves a checkpoint; --resume goes on with the same bits.

With --from (or the key from:) training starts from a network that was trained, converted or
imported: its whole network when the config has no model:, else its arrays in layers of the same
names. Data and readout that the config leaves out are those of that network.`),
		Example: "  snntrain train configs/quickstart.yaml\n  snntrain train configs/mnist-mlp.yaml --set train.epochs=1 --set data.dir=data/mnist\n  snntrain train runs/mnist-mlp/config.yaml --out runs/mnist-mlp --resume",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.configs = args
			if cmd.Flags().Changed("seed") {
				o.seed = &seed
			}
			return runTrain(cmd.Context(), s, o)
		},
		Args: atLeastOne("a config file"),
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.sets, "set", nil, "override a key of the config: key.path=value")
	f.StringVar(&o.out, "out", "", "run directory")
	f.StringVar(&o.from, "from", "", "run directory or model file to start from")
	f.BoolVar(&o.resume, "resume", false, "go on from the last checkpoint in the run directory")
	f.BoolVar(&o.force, "force", false, "replace a run that is in the run directory")
	f.Uint64Var(&seed, "seed", 0, "seed, over that of the config")
	f.IntVar(&o.seeds, "seeds", 1, "train with this many seeds, seed, seed+1, ...: mean and standard deviation of the results")
	return cmd
}

func runTrain(ctx context.Context, s *streams, o trainOptions) error {
	if o.resume && o.force {
		return usagef("train: --resume and --force exclude each other")
	}
	if o.seeds < 1 {
		return usagef("train: --seeds %d is below 1", o.seeds)
	}
	if o.seed != nil {
		o.sets = append(o.sets, fmt.Sprintf("seed=%d", *o.seed))
	}
	if o.from != "" {
		o.sets = append(o.sets, "from="+strconv.Quote(o.from))
	}
	if o.out == "" {
		o.out = filepath.Join("runs", strings.TrimSuffix(filepath.Base(o.configs[0]), filepath.Ext(o.configs[0])))
	}
	if o.seeds > 1 {
		return trainSeeds(ctx, s, o)
	}
	summary, err := trainOne(ctx, s, o)
	if err != nil {
		return err
	}
	if s.json {
		s.object(summary)
		return nil
	}
	s.say("%s", summary.describe(o.out))
	return nil
}

// trainOne does one run from config to report.
func trainOne(ctx context.Context, s *streams, o trainOptions) (*summary, error) {
	set, err := prepare(o.source())
	if err != nil {
		return nil, err
	}
	if set.sweep {
		s.log("sweep: is for snntrain sweep; here its keys have the values that the config gives them")
	}
	return trainSetup(ctx, s, o, set)
}

// source is where the config comes from.
func (o *trainOptions) source() config.Options {
	return config.Options{Files: o.configs, Sets: o.sets, Over: o.over, Env: os.Environ()}
}

// trainSetup is trainOne of a config that was read.
func trainSetup(ctx context.Context, s *streams, o trainOptions, set *setup) (*summary, error) {
	pool := par.New(set.Train.Threads)
	program, err := compile(set.network, layers.Options{Loss: set.loss, Pool: pool})
	if err != nil {
		return nil, usage(err)
	}
	mode := train.Fresh
	switch {
	case o.resume:
		mode = train.Resume
	case o.force:
		mode = train.Force
	}
	release, err := train.OpenDir(o.out, mode)
	if err != nil {
		return nil, usage(err)
	}
	defer release()
	path := filepath.Join(o.out, train.ConfigFile)
	if o.resume {
		if err := sameConfig(path, set.resolved); err != nil {
			return nil, usage(err)
		}
	} else if err := train.WriteFile(path, set.resolved); err != nil {
		return nil, err
	}
	if set.from != nil {
		s.log("%s", set.from.said)
	}
	s.log("%s", describeSetup(set, o.out, pool.Threads()))
	hooks, done, err := hooksOf(s, set, o, program)
	if err != nil {
		return nil, err
	}
	result, err := train.Run(ctx, train.Task{
		Program: program, Parts: set.parts, Encoder: set.encoder, Plan: set.plan, Seed: set.Seed,
		Dir: o.out, Hash: configHash(set.resolved), Resume: o.resume, Pool: pool, Hooks: hooks,
	})
	if err = errors.Join(err, done()); err != nil {
		return nil, goOn(err, path, o.out)
	}
	sum, err := finish(ctx, set, program, pool, result, o.out)
	return sum, goOn(err, path, o.out)
}

// goOn adds to an interruption how to go on after it.
func goOn(err error, config, out string) error {
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("train: the test part was not judged: %w", train.ErrInterrupted)
	}
	if errors.Is(err, train.ErrInterrupted) {
		return fmt.Errorf("%w; go on with: snntrain train %s --out %s --resume", err, config, out)
	}
	return err
}
