package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/bench"
)

func benchCommand(s *streams) *cobra.Command {
	o := bench.Options{}
	cmd := &cobra.Command{
		Use:   "bench [WORKLOAD]",
		Short: "Measure one step of the workloads that frameworks are compared by",
		Long: strings.TrimSpace(`
Measure one step of the workloads that frameworks are compared by: W1 one layer, W2 MNIST MLP,
W3 convolutions, W4 recurrent, W5 inference; all of them when none is named. bench/compare runs
the Python frameworks on the same work in turn.`),
		Example: "  snntrain bench W1 --n 1024 --input spikes --no-input-grad\n  snntrain bench W2 --data data/mnist --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			names := bench.Names()
			if len(args) == 1 && args[0] != "all" {
				names = args
			}
			return runBench(s, names, o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.N, "n", 512, "W1: neurons")
	f.StringVar(&o.Input, "input", "dense", "W1: dense floats, or spikes")
	f.Float64Var(&o.Density, "density", 0, "W1: spikes an input and step; 0 = 5 %")
	f.BoolVar(&o.NoInput, "no-input-grad", false, "W1: no gradient by the input")
	f.StringVar(&o.Surrogate, "surrogate", "default", "default (atan), or triangle, which is zero far from the threshold")
	f.IntVar(&o.Steps, "steps", 0, "W1, W4: time steps; 0 = the workload's own")
	f.IntVar(&o.Checkpoint, "checkpoint", 0, "steps of a segment of the backward pass; 0 = as in training, -1 = the whole sequence at once")
	f.IntVar(&o.Threads, "threads", 0, "threads, 0 = one a core")
	f.IntVar(&o.Warm, "warm", 3, "steps before those that are timed")
	f.IntVar(&o.Runs, "runs", 11, "timed steps")
	f.StringVar(&o.Data, "data", "", "folder of the MNIST files; default data/mnist")
	return cmd
}

// runBench runs the workloads. With --json one alone prints its object, several a list.
func runBench(s *streams, names []string, o bench.Options) error {
	var all []bench.Result
	for _, name := range names {
		o.Workload = name
		if _, err := bench.NewSpec(o); err != nil {
			return usage(err)
		}
	}
	for _, name := range names {
		o.Workload = name
		r, err := bench.Run(o, version())
		if err != nil {
			return err
		}
		s.say("%v", r)
		all = append(all, r)
	}
	if s.json && len(all) == 1 {
		s.object(all[0])
	} else if s.json {
		s.object(map[string]any{"results": all})
	}
	return nil
}
