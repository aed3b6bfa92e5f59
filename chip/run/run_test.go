package run_test

import (
	"slices"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// TestInputOrder: maps are channel-last in a signal and (C, H, W) on a chip;
// values are rounded and held in the range.
func TestInputOrder(t *testing.T) {
	in := quant.Input{Shape: []int{2, 1, 3}, Min: 0, Max: 5, Scale: 0.5}
	i, err := run.NewInput(in, []int{2, 1, 3})
	if err != nil {
		t.Fatal(err)
	}
	x := signal.NewAnalog(2, 1, []int{2, 1, 3}, false)
	copy(x.Row(1), []float32{0.5, 1, 0, 9, -1, 0.24}) // (x, c): 00 01 10 11 20 21
	var got integer.Spikes
	if err := i.Tick(&got, x, 1, 0); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Index, []int32{0, 3, 4}) || !slices.Equal(got.Value, []int32{1, 2, 5}) {
		t.Errorf("%+v", got)
	}
	s := signal.NewSpikes(1, 2, []int{2, 1, 3}, true)
	s.Fire(1, 1) // x 0, c 1
	s.Fire(1, 4) // x 2, c 0
	if err := i.Tick(&got, s, 7, 1); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Index, []int32{2, 3}) || !slices.Equal(got.Value, []int32{1, 1}) {
		t.Errorf("%+v", got)
	}
	if _, err := run.NewInput(in, []int{7}); err == nil {
		t.Error("another size is taken")
	}
}

func image(io chip.IO) *chip.Image {
	return &chip.Image{IO: io, Net: &quant.IntNet{
		Input: quant.Input{Shape: []int{2}, Max: 9},
		Populations: []quant.Population{{Name: "out", Shape: []int{2}, Spiking: &quant.Spiking{
			Charge: quant.ChargeSum, Range: quant.Full(), Threshold: quant.Scalar(4), Fire: model.FireAtLeast, MaxSpikes: 0, Reset: quant.Scalar(quant.ResetSubtract),
		}}},
		Synapses: []quant.Synapses{{Name: "in", From: quant.InputName, To: "out", Latency: 1, One: &quant.One{Weight: quant.Scalar(1)}}},
		Output:   "out",
	}}
}

func TestReadouts(t *testing.T) {
	x := signal.NewAnalog(3, 1, []int{2}, false)
	copy(x.F, []float32{9, 3, 0, 3, 1, 0}) // counts (2, 0), (0, 1), (0, 0); potentials (1, 3), (1, 2), (2, 2), a tick late
	for _, c := range []struct {
		io   chip.IO
		want []float32
	}{
		{chip.IO{Readout: "sum", Ticks: 4}, []float32{2, 1}},
		{chip.IO{Readout: "mean", Ticks: 4}, []float32{0.5, 0.25}},
		{chip.IO{Readout: "sum", Ticks: 4, From: 2}, []float32{0, 1}},
		{chip.IO{Readout: "max", Ticks: 4}, []float32{2, 1}},
		{chip.IO{Readout: "last", Ticks: 3}, []float32{0, 1}},
		{chip.IO{Readout: "last", Ticks: 4, Potential: 0.5}, []float32{1, 1}},
		{chip.IO{Readout: "max", Ticks: 4, Potential: 1}, []float32{2, 3}},
		{chip.IO{Readout: "sum", Ticks: 4, Potential: 1}, []float32{4, 7}},
		{chip.IO{Readout: "last", Ticks: 4, Steps: 2, Potential: 1}, []float32{1, 2}},
	} {
		if c.io.Steps == 0 {
			c.io.Steps = 3
		}
		r, err := runnerOf(t, image(c.io))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a sample starts at rest
			got, err := r.Sample(x, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v, want %v", c.io, got, c.want)
			}
		}
	}
}

// runnerOf runs an image on samples of two values.
func runnerOf(t *testing.T, im *chip.Image) (*run.Runner, error) {
	t.Helper()
	prog, err := emulator.Compile(im.Net)
	if err != nil {
		t.Fatal(err)
	}
	return run.NewRunner(im, prog, []int{2})
}

// TestOutside: spikes outside their window count, and each after the first of a neuron.
func TestOutside(t *testing.T) {
	x := signal.NewAnalog(4, 1, []int{2}, false)
	copy(x.F, []float32{4, 0, 4, 0, 0, 4, 0, 4}) // neuron 0 fires in ticks 1 and 2, neuron 1 in ticks 3 and 4
	for _, c := range []struct {
		windows []chip.Window
		want    int64
	}{
		{nil, 0},
		{[]chip.Window{{Population: "out", From: 1, To: 5}}, 2},
		{[]chip.Window{{Population: "out", From: 3, To: 5}}, 3},
		{[]chip.Window{{Population: "out", From: 1, To: 2}}, 3},
		{[]chip.Window{{Population: "out", From: 0, To: 1}}, 4},
	} {
		r, err := runnerOf(t, image(chip.IO{Readout: "sum", Ticks: 5, Steps: 4, Windows: c.windows}))
		if err != nil {
			t.Fatal(err)
		}
		for n := range int64(2) { // every sample starts anew
			if _, err := r.Sample(x, 0); err != nil {
				t.Fatal(err)
			}
			if got := r.Outside(); got != (n+1)*c.want {
				t.Errorf("%+v: %d after %d samples, expected %d a sample", c.windows, got, n+1, c.want)
			}
		}
	}
}

func TestBadImages(t *testing.T) {
	for _, io := range []chip.IO{{Readout: "sum"}, {Readout: "sum", Ticks: 3, From: 3}, {Readout: "vote", Ticks: 3}} {
		if _, err := runnerOf(t, image(io)); err == nil {
			t.Errorf("%+v is taken", io)
		}
	}
}
