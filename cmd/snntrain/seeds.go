package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/train"
)

// seedsSummary is summary.json of a run with several seeds.
type seedsSummary struct {
	Seeds      []uint64   `json:"seeds"`
	Test       spread     `json:"test_accuracy"`
	Validation *spread    `json:"validation_accuracy,omitempty"`
	Runs       []*summary `json:"runs"`
	Out        string     `json:"out"`
}

// spread is a mean with its standard deviation (of the sample, n − 1).
type spread struct {
	Mean   float64   `json:"mean"`
	SD     float64   `json:"sd"`
	Values []float64 `json:"values"`
}

func spreadOf(values []float64) spread {
	s := spread{Values: values}
	for _, v := range values {
		s.Mean += v / float64(len(values))
	}
	for _, v := range values {
		s.SD += (v - s.Mean) * (v - s.Mean)
	}
	if len(values) > 1 {
		s.SD = math.Sqrt(s.SD / float64(len(values)-1))
	}
	return s
}

// trainSeeds trains with several seeds in directories of their own, and sums up.
func trainSeeds(ctx context.Context, s *streams, o trainOptions) error {
	all, err := runSeeds(ctx, s, o)
	if err != nil {
		return err
	}
	if s.json {
		s.object(all)
		return nil
	}
	s.say("test accuracy %.2f ± %.2f %% (mean ± sd of %d seeds)", 100*all.Test.Mean, 100*all.Test.SD, o.seeds)
	s.say("written to %s: %s, and a run directory a seed", o.out, train.SummaryFile)
	return nil
}

// runSeeds does the runs of trainSeeds and writes their summary.
func runSeeds(ctx context.Context, s *streams, o trainOptions) (*seedsSummary, error) {
	if err := noSingleRun(o.out); err != nil {
		return nil, err
	}
	first, err := seedOf(o.source())
	if err != nil {
		return nil, err
	}
	all := &seedsSummary{Out: o.out}
	for k := range o.seeds {
		one := o.withSeed(first + uint64(k))
		s.log("seed %d (%d of %d)", first+uint64(k), k+1, o.seeds)
		sum, err := trainMember(ctx, s, one)
		if err != nil {
			return nil, err
		}
		all.Seeds, all.Runs = append(all.Seeds, first+uint64(k)), append(all.Runs, sum)
	}
	all.sumUp()
	return all, train.WriteJSON(filepath.Join(o.out, train.SummaryFile), all)
}

// noSingleRun: the runs of several seeds need a directory that is not one of them.
func noSingleRun(out string) error {
	if !train.Exists(out) {
		return nil
	}
	return usage(fault.Fault{Pkg: "train", Subject: out, Fact: "holds a run of one seed", Hint: "choose another --out for --seeds"})
}

// seedOf is the seed that a config has.
func seedOf(o config.Options) (uint64, error) {
	first := defaultExperiment()
	doc, err := config.Load(o, first)
	if err != nil {
		return 0, usage(err)
	}
	doc.Root().Get("seed").Decode(&first.Seed)
	return first.Seed, nil
}

// withSeed are the options of the run of one seed among several.
func (o trainOptions) withSeed(seed uint64) trainOptions {
	o.sets = append(slices.Clip(o.sets), fmt.Sprintf("seed=%d", seed))
	o.out = filepath.Join(o.out, fmt.Sprintf("seed-%d", seed))
	return o
}

// sumUp fills the spreads from the runs.
func (a *seedsSummary) sumUp() {
	var test, validation []float64
	for _, sum := range a.Runs {
		test = append(test, sum.Test.Accuracy)
		if sum.Validation != nil {
			validation = append(validation, sum.Validation.Accuracy)
		}
	}
	a.Test = spreadOf(test)
	if len(validation) == len(test) {
		v := spreadOf(validation)
		a.Validation = &v
	}
}
