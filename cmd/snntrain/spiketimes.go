package main

import (
	"fmt"
	"path/filepath"

	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/npy"
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
		return compile(n, layers.Options{Pool: pool})
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

// record writes the spike times of every layer over a source, [sample, shape…]
// in (C, H, W) order, one file a layer.
func (s *spikeTimes) record(dir string, n *model.Network, o datasets.BatchOptions, source datasets.Source) error {
	shapes, err := n.Shapes()
	if err != nil {
		return err
	}
	times := map[string][]float64{}
	for b, err := range datasets.Batches(source, o) {
		if err != nil {
			return err
		}
		for i := range b.Labels {
			one, err := s.sim.Times(b.X, i)
			if err != nil {
				return err
			}
			for name, t := range one {
				times[name] = append(times[name], t...)
			}
		}
	}
	for name, t := range times {
		if err := npy.WriteFloat64(filepath.Join(dir, fileName(name)+".npy"), append([]int{source.Len()}, shapes[name]...), t); err != nil {
			return err
		}
	}
	return nil
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
