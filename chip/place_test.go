package chip_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// summing is a population that only adds up what arrives.
func summing(shape ...int) quant.Population {
	return quant.Population{Name: "a", Shape: shape, Spiking: &quant.Spiking{
		Charge: quant.ChargeSum, Range: quant.Full(), Threshold: quant.Scalar(1 << 30), Fire: model.FireAbove, MaxSpikes: 1, Reset: quant.Scalar(quant.ResetNone),
	}}
}

// TestFanInIsWhatSpikesReach: the sources listed for a neuron are those whose
// single spike changes its potential in the emulator.
func TestFanInIsWhatSpikesReach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, name) }
		in, k := []int{2, 4, 5}, draw("kernel", 1, 3)
		c := &quant.Conv{Groups: draw("groups", 1, 2), Stride: [2]int{draw("sh", 1, 2), draw("sw", 1, 2)}, Dilation: [2]int{1, draw("dilation", 1, 2)}}
		out := []int{4, 0, 0}
		for d := range 2 {
			span := c.Dilation[d]*(k-1) + 1
			c.Padding[d] = draw("padding", 0, span-1)
			out[d+1] = max(0, in[d+1]+2*c.Padding[d]-span)/c.Stride[d] + 1
		}
		n := 4 * 2 / c.Groups * k * k
		c.Weight = quant.NewTensor(rapid.SliceOfN(rapid.Int32Range(0, 2), n, n).Draw(t, "weights"), 4, 2/c.Groups, k, k)
		net := &quant.IntNet{
			Input: quant.Input{Shape: in, Max: 1}, Output: "a", Populations: []quant.Population{summing(out...)},
			Synapses: []quant.Synapses{{Name: "w", From: "input", To: "a", Bits: 3, Conv: c}},
		}
		prog, err := emulator.Compile(net)
		if err != nil {
			t.Skip(err)
		}
		fanin, m := chip.NewFanIn(net), prog.NewMachine()
		want := make([][]int32, quant.Len(out))
		for i := range quant.Len(in) {
			row := make([]int32, quant.Len(in))
			row[i] = 1
			m.Reset()
			if _, err := m.Step(testkit.Sparse(row)); err != nil {
				t.Fatal(err)
			}
			for o, v := range m.State("a").V {
				if v != 0 {
					want[o] = append(want[o], int32(i))
				}
			}
		}
		for o := range want {
			got := slices.Clone(fanin.Sources("a", o))
			slices.Sort(got)
			if !slices.Equal(got, want[o]) || fanin.Bits("a", o) != int64(3*len(want[o])) {
				t.Fatalf("neuron %d reads %v, by its spikes %v", o, got, want[o])
			}
		}
	})
}

// TestInputAxonsSplitALayer: neurons with sources of their own fill a core's
// axons before its neurons; shared sources count once.
func TestInputAxonsSplitALayer(t *testing.T) {
	w := quant.NewTensor(make([]int32, 6*8), 6, 8) // neuron o reads sources o, o + 1 and 7
	for o := range 6 {
		w.Data[o*8+o], w.Data[o*8+o+1], w.Data[o*8+7] = 1, 1, 1
	}
	net := &quant.IntNet{
		Input: quant.Input{Shape: []int{8}, Max: 1}, Output: "a", Populations: []quant.Population{summing(6)},
		Synapses: []quant.Synapses{{Name: "w", From: "input", To: "a", Bits: 8, Dense: &quant.Dense{Weight: w}}},
	}
	p, err := chip.PlaceInOrder(net, chip.CoreLimits{InAxons: chip.Limit{Name: "input axons a core", Value: 5}}, chip.NewViolations("test"))
	if err != nil {
		t.Fatal(err)
	}
	var to []int
	for _, c := range p.Cores {
		to = append(to, c.Slices[0].To)
	}
	if !slices.Equal(to, []int{3, 6}) || p.Usage[0].Used != 5 { // sources 0..3 and 7; 3..6 and 7
		t.Errorf("%+v", p)
	}
}
