package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
)

// sampleProgress shows how many samples are done on standard error: a bar on a
// terminal, a line every some seconds elsewhere.
type sampleProgress struct {
	s     *streams
	total int
	bar   *progressbar.ProgressBar
	began time.Time
	last  time.Time
}

// linePause is the time between lines where standard error is no terminal.
const linePause = 10 * time.Second

func newSampleProgress(s *streams, total int) *sampleProgress {
	now := time.Now()
	p := &sampleProgress{s: s, total: total, began: now, last: now}
	if s.terminal && !s.quiet {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(s.err), progressbar.OptionSetWidth(20), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetElapsedTime(false))
	}
	return p
}

// step says that n samples are done in all.
func (p *sampleProgress) step(n int) {
	if p.bar != nil {
		_ = p.bar.Set(n)
		return
	}
	now := time.Now()
	if now.Sub(p.last) < linePause {
		return
	}
	p.last = now
	perSecond := float64(n) / now.Sub(p.began).Seconds()
	left := time.Duration(float64(p.total-n) / perSecond * float64(time.Second)).Round(time.Second)
	p.s.log("%s", fmt.Sprintf("%d of %d samples, %.0f a second, %s left", n, p.total, perSecond, left))
}

// close removes the bar.
func (p *sampleProgress) close() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
