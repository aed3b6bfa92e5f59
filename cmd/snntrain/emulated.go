package main

import (
	"fmt"
	"sync"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
)

// emulated lets an image be judged like a network. With a program that
// computes in the image's integers, every layer of every sample is compared.
type emulated struct {
	im      *chip.Image
	prog    *emulator.Program
	pool    *par.Pool
	program *layers.Program // nil: nothing is compared

	free   sync.Pool // *run.Runner
	scores signal.Signal
	all    []*run.Runner // for their counts
	mutex  sync.Mutex

	compared, identical int
	first               *run.Difference
}

// newEmulated compiles an image.
func newEmulated(im *chip.Image, program *layers.Program, pool *par.Pool) (*emulated, error) {
	prog, err := emulator.Compile(im.Net)
	return &emulated{im: im, prog: prog, pool: pool, program: program}, err
}

// Infer implements train.Network: the chip's scores.
func (e *emulated) Infer(in layers.Input) (*signal.Signal, error) {
	want, err := e.expected(in)
	if err != nil {
		return nil, err
	}
	n := e.im.Net.Find(e.im.Net.Output).N()
	e.scores.ResetAnalog(1, in.X.B, []int{n}, false)
	errs, found := make([]error, in.X.B), make([]*run.Difference, in.X.B)
	e.pool.For(in.X.B, 1, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			found[b], errs[b] = e.sample(in.X, b, want)
		}
	})
	for b, err := range errs {
		if err != nil {
			return nil, err
		}
		if want == nil {
			continue
		}
		if e.compared++; found[b] == nil {
			e.identical++
		} else if e.first == nil {
			e.first = found[b]
		}
	}
	return &e.scores, nil
}

// sample runs one sample on a runner of its own.
func (e *emulated) sample(x *signal.Signal, b int, want []run.Expected) (*run.Difference, error) {
	r, _ := e.free.Get().(*run.Runner)
	if r == nil {
		var err error
		if r, err = run.NewRunner(e.im, e.prog, x.Shape); err != nil {
			return nil, err
		}
		e.mutex.Lock()
		e.all = append(e.all, r)
		e.mutex.Unlock()
	}
	defer e.free.Put(r)
	found, scores, err := r.Compare(x, b, want)
	if err == nil {
		copy(e.scores.Row(b), scores)
	}
	return found, err
}

// expected is what every layer of the program gives for a batch.
func (e *emulated) expected(in layers.Input) ([]run.Expected, error) {
	if e.program == nil {
		return nil, nil
	}
	if _, err := e.program.Infer(layers.Input{X: in.X}); err != nil {
		return nil, err
	}
	var want []run.Expected
	for _, p := range e.im.Net.Populations {
		if out := e.program.Output(p.Name); out != nil {
			want = append(want, run.Expected{Population: p.Name, Out: out})
		}
	}
	return want, nil
}

// events are the synaptic events of all samples so far.
func (e *emulated) events() int64 {
	var n int64
	for _, r := range e.all {
		n += r.Machine().Counts().SynapticEvents()
	}
	return n
}

// outside is the number of spikes outside the windows of their populations.
func (e *emulated) outside() int64 {
	var n int64
	for _, r := range e.all {
		n += r.Outside()
	}
	return n
}

// ScoresAt implements train.Network: an image is read once, at its end.
func (e *emulated) ScoresAt(int) (*signal.Signal, error) {
	return nil, fmt.Errorf("emulate: an image is read at the end of a sample only")
}

// Activities implements train.Network.
func (e *emulated) Activities() []layers.Activity { return nil }

// Spiking implements train.Network.
func (e *emulated) Spiking() []string { return nil }

// Output implements train.Network.
func (e *emulated) Output(string) *signal.Signal { return nil }

// NonFinite implements train.Network: integers are finite.
func (e *emulated) NonFinite() (string, bool) { return "", false }
