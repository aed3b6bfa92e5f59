package run

import (
	"context"
	"fmt"
	"sync"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
)

// Judge runs batches of samples on all cores and keeps what they gave. Which
// thread ran a sample changes nothing.
type Judge struct {
	classes int
	pool    *par.Pool
	runners []*Runner
	mu      sync.Mutex
	idle    []*Runner
	result  Result
}

// Result is what the samples gave so far.
type Result struct {
	N       int
	Correct int
	Classes []int32   // of each sample: the greatest score, the first of equal ones
	Scores  []float32 // [N, classes]
	Counts  emulator.Counts
	Held    int64 // input values outside the network's range, held at its end
	Outside int64 // spikes outside the windows of their populations, or second ones, where there are windows
}

// NewJudge makes an image ready for samples of the shape of one step.
func NewJudge(im *chip.Image, shape []int, pool *par.Pool) (*Judge, error) {
	if im.IO.Readout == "" {
		return nil, fault.Fault{Pkg: "chip/run", Subject: "image", Fact: "does not say how its output becomes a class", Hint: "give a readout"}
	}
	if _, err := im.Encode(); err != nil { // what was set in memory is checked as a file is
		return nil, err
	}
	prog, err := emulator.Compile(im.Net)
	if err != nil {
		return nil, err
	}
	j := &Judge{classes: len(im.IO.Classes), pool: pool}
	if j.classes == 0 {
		j.classes = im.Net.Find(im.Net.Output).N()
	}
	for range pool.Threads() {
		r, err := NewRunner(im, prog, shape)
		if err != nil {
			return nil, err
		}
		j.runners = append(j.runners, r)
	}
	j.idle = append(j.idle, j.runners...)
	return j, nil
}

// Classes is the number of scores of a sample.
func (j *Judge) Classes() int { return j.classes }

// Batch runs the samples of a batch, [T, B, …], that have these labels.
func (j *Judge) Batch(ctx context.Context, x *signal.Signal, labels []int) error {
	scores, errs := make([]float32, x.B*j.classes), make([]error, x.B)
	j.pool.For(x.B, 1, func(lo, hi int) {
		r := j.take()
		defer j.give(r)
		for b := lo; b < hi; b++ {
			if errs[b] = ctx.Err(); errs[b] == nil {
				errs[b] = r.vote(x, b, scores[b*j.classes:(b+1)*j.classes])
			}
		}
	})
	for b, err := range errs {
		if err != nil {
			return fmt.Errorf("chip/run: sample %d: %w", j.result.N+b, err)
		}
	}
	for b, label := range labels {
		c := int32(signal.ArgMax(scores[b*j.classes : (b+1)*j.classes]))
		j.result.Classes = append(j.result.Classes, c)
		if int(c) == label {
			j.result.Correct++
		}
	}
	j.result.N += x.B
	j.result.Scores = append(j.result.Scores, scores...)
	return nil
}

func (j *Judge) take() *Runner {
	j.mu.Lock()
	defer j.mu.Unlock()
	last := len(j.idle) - 1
	r := j.idle[last]
	j.idle = j.idle[:last]
	return r
}

func (j *Judge) give(r *Runner) {
	j.mu.Lock()
	j.idle = append(j.idle, r)
	j.mu.Unlock()
}

// Result is what all samples gave so far.
func (j *Judge) Result() Result {
	r := j.result
	for i, one := range j.runners {
		r.Outside += one.outside
		if r.Held += one.input.held; i == 0 {
			r.Counts = one.m.Counts()
		} else {
			r.Counts.Add(one.m.Counts())
		}
	}
	return r
}

// vote runs a sample and adds up the scores of the neurons of each class.
func (r *Runner) vote(x *signal.Signal, b int, dst []float32) error {
	scores, err := r.Sample(x, b)
	if err != nil {
		return err
	}
	for i, v := range scores {
		dst[i*len(dst)/len(scores)] += v
	}
	return nil
}
