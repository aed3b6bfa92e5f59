package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron/integer"
)

// Runner shows samples to an image. It is not safe for concurrent use; runners
// of one Program are independent.
type Runner struct {
	io      chip.IO
	input   *Input
	m       *emulator.Machine
	output  string
	n       int
	in      integer.Spikes
	scores  []float32
	windows []window
	outside int64

	// Each is told every tick after it ran, with what left the output in it; nil = nobody asks.
	Each func(tick int, out *integer.Spikes)
}

// NewRunner makes a runner of an image whose program was compiled, for samples
// of the shape of one step. The image must say how many ticks a sample takes.
func NewRunner(im *chip.Image, prog *emulator.Program, shape []int) (*Runner, error) {
	io := im.IO
	if io.Ticks < 1 || io.From < 0 || io.From >= io.Ticks {
		return nil, fmt.Errorf("chip/run: the image reads its output from tick %d of %d: it does not say how samples are shown", io.From, io.Ticks)
	}
	if !slices.Contains(chip.Readouts(), io.Readout) {
		return nil, fmt.Errorf("chip/run: readout %q is unknown; known: %s", io.Readout, strings.Join(chip.Readouts(), ", "))
	}
	input, err := NewInput(im.Net.Input, shape)
	if err != nil {
		return nil, err
	}
	n := im.Net.Find(im.Net.Output).N()
	r := &Runner{io: io, input: input, m: prog.NewMachine(), output: im.Net.Output, n: n, scores: make([]float32, n)}
	for _, w := range io.Windows {
		r.windows = append(r.windows, window{w, make([]bool, im.Net.Find(w.Population).N())})
	}
	return r, nil
}

// window is the ticks in which the neurons of a population may fire, and which have.
type window struct {
	chip.Window
	fired []bool
}

// restart forgets who fired.
func (r *Runner) restart() {
	r.m.Reset()
	clear(r.scores)
	for _, w := range r.windows {
		clear(w.fired)
	}
}

// watch counts spikes outside the window of their population, and second ones.
func (r *Runner) watch(tick int) {
	for _, w := range r.windows {
		in := tick >= w.From && tick < w.To
		for _, i := range r.m.Sent(w.Population).Index {
			if !in || w.fired[i] {
				r.outside++
			}
			w.fired[i] = true
		}
	}
}

// Machine is the machine that the runner drives: its counts go on from sample to sample.
func (r *Runner) Machine() *emulator.Machine { return r.m }

// Outside is the number of spikes so far that came outside the window of their
// population (chip.IO), or as the second of their neuron in a sample.
func (r *Runner) Outside() int64 { return r.outside }

// Sample shows sample b of a batch from a machine at rest and returns its
// scores, which hold until the next call.
func (r *Runner) Sample(x *signal.Signal, b int) ([]float32, error) {
	steps := r.io.Steps
	if steps == 0 {
		steps = r.io.Ticks
	}
	if x.T < steps {
		return nil, fault.Fault{
			Pkg: "chip/run", Subject: "input", Fact: fmt.Sprintf("samples of %d steps, the image shows %d", x.T, steps),
			Hint: fmt.Sprintf("encode with steps: %d", steps),
		}
	}
	r.restart()
	for t := range r.io.Ticks {
		switch {
		case t >= steps:
			r.in.Reset()
		case t == 0 || !x.Const: // a constant is turned into integers once
			if err := r.input.Tick(&r.in, x, t, b); err != nil {
				return nil, err
			}
		}
		out, err := r.m.Step(&r.in)
		if err != nil {
			return nil, err
		}
		if t >= r.io.From {
			r.read(t, out)
		}
		r.watch(t)
		if r.Each != nil {
			r.Each(t, out)
		}
	}
	if r.io.Readout == "mean" {
		steps := float32(r.io.Ticks - r.io.From)
		for i := range r.scores {
			r.scores[i] /= steps
		}
	}
	return r.scores, nil
}

// read adds the output of a tick to the scores.
func (r *Runner) read(t int, out *integer.Spikes) {
	if r.io.Potential != 0 {
		unit, state := float32(r.io.Potential), r.m.State(r.output)
		for i := range r.scores {
			r.gather(t, i, state.Potential(i)*unit)
		}
		return
	}
	switch r.io.Readout {
	case chip.FirstSpike:
		for k, i := range out.Index {
			if r.scores[i] == 0 && out.Value[k] > 0 {
				r.scores[i] = float32(r.io.Ticks - t)
			}
		}
		return
	case "sum", "mean":
		for k, i := range out.Index {
			r.scores[i] += float32(out.Value[k])
		}
		return
	}
	k := 0
	for i := range r.scores {
		v := float32(0)
		if k < len(out.Index) && int(out.Index[k]) == i {
			v = float32(out.Value[k])
			k++
		}
		r.gather(t, i, v)
	}
}

func (r *Runner) gather(t, i int, v float32) {
	switch r.io.Readout {
	case "last":
		r.scores[i] = v
	case "max":
		if t == r.io.From || v > r.scores[i] {
			r.scores[i] = v
		}
	default:
		r.scores[i] += v
	}
}
