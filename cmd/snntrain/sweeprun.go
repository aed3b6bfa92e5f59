package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/snntrain/snntrain/train"
)

// run trains the points one after the other and keeps sweep.json up to date.
func (w *sweep) run(ctx context.Context, s *streams) error {
	for i, p := range w.points {
		if runs := w.finishedRuns(p); runs != nil {
			w.result.Points[i].fill(runs)
		}
	}
	if err := w.write(); err != nil {
		return err
	}
	for i, p := range w.points {
		s.log("point %d of %d: %s", i+1, len(w.points), p.label(" "))
		r := w.result.Points[i]
		runs, err := w.trainPoint(ctx, s, w.train(p))
		switch {
		case errors.Is(err, train.ErrInterrupted) || errors.Is(err, context.Canceled):
			return fmt.Errorf("sweep: %d of %d points are done: %w; go on with: %s", w.result.done(), len(w.points), train.ErrInterrupted, w.again())
		case err != nil:
			r.State, r.Fault = stateFailed, err.Error()
			s.warn(fmt.Sprintf("sweep: %s: %v", p.name, err))
		default:
			r.fill(runs)
		}
		if err := w.write(); err != nil {
			return err
		}
	}
	if w.result.Best == nil {
		return fmt.Errorf("sweep: all %d points failed, the first: %s", len(w.points), w.result.Points[0].Fault)
	}
	return nil
}

// finishedRuns are the runs of a point that was finished before; nil when one is missing.
func (w *sweep) finishedRuns(p point) []*summary {
	o := w.train(p)
	if !w.resume {
		return nil
	}
	dirs := []string{o.out}
	if w.seeds > 1 {
		first, err := seedOf(o.source())
		if err != nil {
			return nil
		}
		dirs = nil
		for k := range w.seeds {
			dirs = append(dirs, o.withSeed(first+uint64(k)).out)
		}
	}
	var runs []*summary
	for _, dir := range dirs {
		sum := finished(dir)
		if sum == nil || sum.Validation == nil {
			return nil
		}
		runs = append(runs, sum)
	}
	return runs
}

// trainPoint does the run of a point, or one a seed.
func (w *sweep) trainPoint(ctx context.Context, s *streams, o trainOptions) ([]*summary, error) {
	if w.seeds > 1 {
		all, err := runSeeds(ctx, s, o)
		if err != nil {
			return nil, err
		}
		return all.Runs, nil
	}
	sum, err := trainMember(ctx, s, o)
	return []*summary{sum}, err
}

func (w *sweep) write() error {
	w.result.choose()
	return train.WriteJSON(filepath.Join(w.out, sweepFile), w.result)
}
