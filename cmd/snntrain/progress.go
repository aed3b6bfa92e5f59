package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/snntrain/snntrain/train"
)

// progress shows a run on standard error: a bar on a terminal, a line an epoch elsewhere.
type progress struct {
	s    *streams
	bar  *progressbar.ProgressBar
	last time.Time
}

func newProgress(s *streams) *progress { return &progress{s: s} }

// Step implements train.Hook.
func (p *progress) Step(r train.StepReport) error {
	if !p.s.terminal || p.s.quiet {
		return nil
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(r.Of,
			progressbar.OptionSetWriter(p.s.err), progressbar.OptionSetWidth(20), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
	}
	if now := time.Now(); r.Batch == r.Of || now.Sub(p.last) > 100*time.Millisecond {
		p.last = now
		p.bar.Describe(fmt.Sprintf("epoch %d/%d  loss %.4f  accuracy %.2f %%  %.0f samples/s  %s left",
			r.Epoch, r.Epochs, r.Loss, 100*r.Accuracy, r.PerSecond, r.Remaining.Round(time.Second)))
	}
	return p.bar.Set(r.Batch)
}

// Epoch implements train.Hook.
func (p *progress) Epoch(e train.EpochReport) error {
	if err := p.close(); err != nil {
		return err
	}
	text := fmt.Sprintf("epoch %3d  train loss %.4f  accuracy %6.2f %%", e.Epoch, e.Train.Loss, 100*e.Train.Accuracy)
	if e.Validation != nil {
		text += fmt.Sprintf("  validation %6.2f %%", 100*e.Validation.Accuracy)
	}
	text += fmt.Sprintf("  %6.0f samples/s  %s", e.PerSecond, time.Duration(e.Seconds*float64(time.Second)).Round(100*time.Millisecond))
	if e.Best {
		text += "  *"
	}
	p.s.log("%s", text)
	return nil
}

// Warn implements train.Hook.
func (p *progress) Warn(text string) { p.s.warn(text) }

// close removes the bar.
func (p *progress) close() error {
	if p.bar == nil {
		return nil
	}
	err := p.bar.Clear()
	p.bar = nil
	return err
}
