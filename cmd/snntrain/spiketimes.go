package main

import (
	"fmt"

	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// spikeTimes lets a network of first spike times be judged like any other.
type spikeTimes struct {
	sim    *ttfs.Simulator
	pool   *par.Pool
	scores signal.Signal
	last   []ttfs.Activity
	batch  int
	total  []ttfs.Activity // over all runs
}

// runnable is what judges a network: its simulator when it has spike times, else its graph.
func runnable(n *model.Network, pool *par.Pool) (train.Network, error) {
	if !ttfs.Has(n) {
		return layers.Compile(n, layers.Options{Pool: pool})
	}
	sim, err := ttfs.New(n)
	if err != nil {
		return nil, err
	}
	return &spikeTimes{sim: sim, pool: pool}, nil
}

// Infer implements train.Network.
func (s *spikeTimes) Infer(in layers.Input) (*signal.Signal, error) {
	scores, did, err := s.sim.Run(in.X, s.pool)
	if err != nil {
		return nil, usage(err)
	}
	s.last, s.batch, s.total = did, in.X.B, ttfs.Sum(s.total, did)
	s.scores.ResetAnalog(1, in.X.B, s.sim.Shape(), false)
	for i, v := range scores {
		s.scores.F[i] = float32(v)
	}
	return &s.scores, nil
}

// Activities implements train.Network. A sample is one step.
func (s *spikeTimes) Activities() []layers.Activity {
	var out []layers.Activity
	for _, a := range s.last {
		if a.Fires {
			out = append(out, layers.Activity{Layer: a.Layer, Mean: a.Spikes / float64(a.Neurons*s.batch)})
		}
	}
	return out
}

// ScoresAt implements train.Network.
func (s *spikeTimes) ScoresAt(int) (*signal.Signal, error) {
	return nil, fmt.Errorf("a network of spike times has no steps")
}

// Spiking implements train.Network: there are no rasters.
func (s *spikeTimes) Spiking() []string { return nil }

// Output implements train.Network.
func (s *spikeTimes) Output(string) *signal.Signal { return nil }

// NonFinite implements train.Network: a run fails on its own.
func (s *spikeTimes) NonFinite() (string, bool) { return "", false }
