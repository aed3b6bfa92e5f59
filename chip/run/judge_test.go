package run_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/quant"
)

// TestThreadsDoNotMatter: scores, classes and counts on 1 and 5 threads.
func TestThreadsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := signal.NewAnalog(3, 7, []int{2}, rapid.Bool().Draw(t, "constant"))
		labels := make([]int, x.B)
		for i := range x.F {
			x.F[i] = float32(rapid.IntRange(0, 12).Draw(t, "x"))
		}
		io := chip.IO{Ticks: 5, Steps: 3, From: 1, Readout: rapid.SampledFrom(chip.Readouts()).Draw(t, "readout")}
		if io.Readout != chip.FirstSpike {
			io.Potential = rapid.SampledFrom([]float64{0, 0.5}).Draw(t, "potential")
		}
		var results []run.Result
		for _, threads := range []int{1, 5} {
			j, err := run.NewJudge(image(io), x.Shape, par.New(threads))
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := j.Batch(context.Background(), x, labels); err != nil {
					t.Fatal(err)
				}
			}
			results = append(results, j.Result())
		}
		if d := cmp.Diff(results[0], results[1]); d != "" {
			t.Fatal(d)
		}
		if r := results[0]; r.N != 14 || r.Counts.Samples != 14 || r.Counts.Ticks != 14*5 || r.Correct != count(r.Classes, 0) {
			t.Fatalf("%+v", r)
		}
	})
}

func count(v []int32, x int32) (n int) {
	for _, c := range v {
		if c == x {
			n++
		}
	}
	return n
}

// TestFirstSpike: the earlier a spike, the greater the score; none is 0.
func TestFirstSpike(t *testing.T) {
	x := signal.NewAnalog(3, 1, []int{2}, false)
	copy(x.F, []float32{2, 0, 2, 0, 9, 0}) // the first neuron reaches 4 a tick behind its second 2
	j, err := run.NewJudge(image(chip.IO{Ticks: 4, Steps: 3, Readout: chip.FirstSpike}), x.Shape, par.New(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Batch(context.Background(), x, []int{0}); err != nil {
		t.Fatal(err)
	}
	if r := j.Result(); !slices.Equal(r.Scores, []float32{4 - 2, 0}) || r.Correct != 1 {
		t.Errorf("%+v", r)
	}
}

// TestPotentialInFloat: a float32 state is read as it is.
func TestPotentialInFloat(t *testing.T) {
	im := image(chip.IO{Ticks: 2, Steps: 1, Readout: "last", Potential: 2})
	rule := im.Net.Populations[0].Spiking
	rule.State, rule.MaxSpikes = quant.StateFloat32, 1
	rule.Leak = quant.Decay{Kind: quant.DecayMultiply, Bits: 2, Round: quant.RoundFloor, P: quant.Scalar(1)}
	im.Net.Synapses[0].Latency = 0
	x := signal.NewAnalog(1, 1, []int{2}, true)
	copy(x.F, []float32{1, 3})
	j, err := run.NewJudge(im, x.Shape, par.New(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Batch(context.Background(), x, []int{1}); err != nil {
		t.Fatal(err)
	}
	if r := j.Result(); !slices.Equal(r.Scores, []float32{2 * 0.75, 2 * 3 * 0.75}) || r.Correct != 1 {
		t.Errorf("%+v", r)
	}
}

// TestVotes: two neurons of one class add up.
func TestVotes(t *testing.T) {
	x := signal.NewAnalog(1, 1, []int{2}, true)
	copy(x.F, []float32{8, 4})
	j, err := run.NewJudge(image(chip.IO{Ticks: 2, Steps: 1, Readout: "sum", Classes: []string{"all"}}), x.Shape, par.New(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Batch(context.Background(), x, []int{0}); err != nil {
		t.Fatal(err)
	}
	if r := j.Result(); j.Classes() != 1 || !slices.Equal(r.Scores, []float32{3}) {
		t.Errorf("%+v", r)
	}
}

func TestBadInput(t *testing.T) {
	io := chip.IO{Ticks: 2, Steps: 1, Readout: "sum"}
	signalOf := func(v ...float32) *signal.Signal {
		x := signal.NewAnalog(1, 1, []int{2}, true)
		copy(x.F, v)
		return x
	}
	batch := func(io chip.IO, x *signal.Signal) (run.Result, error) {
		j, err := run.NewJudge(image(io), x.Shape, par.New(1))
		if err != nil {
			return run.Result{}, err
		}
		err = j.Batch(context.Background(), x, []int{0})
		return j.Result(), err
	}
	if r, err := batch(io, signalOf(10, -1)); err != nil || r.Held != 2 { // the range is 0..9
		t.Errorf("%+v, %v", r, err)
	}
	for want, c := range map[string]struct {
		io chip.IO
		x  *signal.Signal
	}{
		"sample 0: input element 1: 0.5 is no whole number": {io, signalOf(0, 0.5)},
		"input element 0: NaN is no number":                 {io, signalOf(float32(math.NaN()))},
		"does not say how its output becomes a class":       {chip.IO{Ticks: 2}, signalOf(0)},
		"samples are [3], the network takes [2]":            {io, signal.NewAnalog(1, 1, []int{3}, true)},
		"samples of 1 steps, the image shows 2":             {chip.IO{Ticks: 2, Readout: "sum"}, signalOf(0)},
		"3 classes for 2 output neurons":                    {chip.IO{Ticks: 1, Readout: "sum", Classes: []string{"a", "b", "c"}}, signalOf(0)},
	} {
		if _, err := batch(c.io, c.x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	j, err := run.NewJudge(image(io), []int{2}, par.New(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Batch(ctx, signalOf(0), []int{0}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
