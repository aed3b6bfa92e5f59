package run_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/quant"
)

// TestConformance: a vector holds what enters and leaves, and another answer is found.
func TestConformance(t *testing.T) {
	x := signal.NewAnalog(3, 1, []int{2}, false)
	copy(x.F, []float32{9, 3, 0, 3, 1, 0}) // counts (2, 0), (0, 1), (0, 0); potentials (1, 3), (1, 2), (2, 2), a tick late
	for name, c := range map[string]struct {
		io   chip.IO
		want []int32
	}{
		"spikes":     {chip.IO{Ticks: 4, Steps: 3, Readout: "sum"}, []int32{0, 0, 2, 0, 0, 1, 0, 0}},
		"potentials": {chip.IO{Ticks: 4, Steps: 3, Readout: "last", Potential: 0.5}, []int32{0, 0, 1, 3, 1, 2, 2, 2}},
	} {
		im := image(c.io)
		v, err := run.Record(im, name, x, 0)
		if err != nil {
			t.Fatal(err)
		}
		in := quant.NewTensor([]int32{9, 3, 0, 3, 1, 0, 0, 0}, 4, 2)
		if d := cmp.Diff(chip.Vector{Name: name, Input: in, Output: quant.NewTensor(c.want, 4, 2), Potential: name == "potentials"}, v); d != "" {
			t.Error(d)
		}
		im.Conformance = []chip.Vector{v}
		if err := run.Conform(im); err != nil {
			t.Error(err)
		}
		im.Net.Populations[0].Spiking.Threshold = quant.Scalar(5)
		if err := run.Conform(im); err == nil || !strings.Contains(err.Error(), name+`": tick 1, neuron 0: the emulator gives `) {
			t.Errorf("another network: %v", err)
		}
		im.Conformance[0].Input.Shape = []int{8, 1}
		if err := run.Conform(im); err == nil || !strings.Contains(err.Error(), "has an input of [8 1], the image takes [2]") {
			t.Errorf("another shape: %v", err)
		}
	}
	long := signal.NewAnalog(50, 1, []int{2}, false)
	if v, err := run.Record(image(chip.IO{Ticks: 50, Readout: "sum"}), "long", long, 0); err != nil || v.Input.Shape[0] != run.VectorTicks {
		t.Errorf("%v, %v", v.Input.Shape, err)
	}
}
