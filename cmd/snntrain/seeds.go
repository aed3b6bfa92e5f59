package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

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
	if train.Exists(o.out) {
		return usage(fault.Fault{Pkg: "train", Subject: o.out, Fact: "holds a run of one seed", Hint: "choose another --out for --seeds"})
	}
	first := defaultExperiment()
	doc, err := config.Load(config.Options{Files: o.configs, Sets: o.sets, Env: os.Environ()}, first)
	if err != nil {
		return usage(err)
	}
	doc.Root().Get("seed").Decode(&first.Seed)
	all := seedsSummary{Out: o.out}
	var test, validation []float64
	for k := range o.seeds {
		one := o
		seed := first.Seed + uint64(k)
		one.sets = append(append([]string{}, o.sets...), fmt.Sprintf("seed=%d", seed))
		one.out = filepath.Join(o.out, fmt.Sprintf("seed-%d", seed))
		one.resume = o.resume && train.Exists(one.out)
		s.log("seed %d (%d of %d)", seed, k+1, o.seeds)
		sum, err := trainOne(ctx, s, one)
		if err != nil {
			return err
		}
		all.Seeds, all.Runs = append(all.Seeds, seed), append(all.Runs, sum)
		test = append(test, sum.Test.Accuracy)
		if sum.Validation != nil {
			validation = append(validation, sum.Validation.Accuracy)
		}
	}
	all.Test = spreadOf(test)
	if len(validation) == len(test) {
		v := spreadOf(validation)
		all.Validation = &v
	}
	if err := train.WriteJSON(filepath.Join(o.out, train.SummaryFile), all); err != nil {
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
