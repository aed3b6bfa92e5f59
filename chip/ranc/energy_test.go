package ranc_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/energy"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

// TestEventsAreThoseOfTheCrossbars: what is counted for a network, planes and
// copies included, is what goes through the crossbars of its cores.
func TestEventsAreThoseOfTheCrossbars(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := func() *quant.Spiking { return ranc.LIF(rapid.Int32Range(1, 6).Draw(t, "threshold"), 0, -30, 1) }
		in, hidden, out := rapid.IntRange(1, 12).Draw(t, "in"), rapid.IntRange(1, 64).Draw(t, "hidden"), rapid.IntRange(1, 12).Draw(t, "out")
		net := chainOf(rule, in, randomWeights(t, hidden, in), randomWeights(t, hidden, hidden), randomWeights(t, out, hidden))
		m, err := ranc.Map(net)
		if err != nil {
			t.Fatal(err)
		}
		const ticks = 12
		raster := quant.NewTensor(rapid.SliceOfN(rapid.Int32Range(0, 1), ticks*in, ticks*in).Draw(t, "input"), ticks, in)
		m.Packets(raster)
		cores, err := m.Chip.Net(m.Config)
		if err != nil {
			t.Fatal(err)
		}
		crossbars := int64(0)
		for i, s := range cores.Synapses {
			if s.Name == "crossbars" {
				crossbars = countsOf(t, cores, m.Chip.Raster(m.Config, ticks)).Events[i]
			}
		}
		r := energy.Of(&chip.Image{Net: net}, ranc.New(), countsOf(t, net, raster))
		if got := int64(r.Parts[0].Count); r.Parts[0].Event != chip.SynapticEvent || got != crossbars {
			t.Fatalf("%d events, %d through crossbars", got, crossbars)
		}
	})
}

func countsOf(t *rapid.T, net *quant.IntNet, raster quant.Tensor) emulator.Counts {
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	m, n := prog.NewMachine(), quant.Len(net.Input.Shape)
	for tick := range raster.Shape[0] {
		if _, err := m.Step(testkit.Sparse(raster.Data[tick*n : (tick+1)*n])); err != nil {
			t.Fatal(err)
		}
	}
	return m.Counts()
}

// TestEventsOfSplitLayers: the crossbar events of the inputs of a split layer.
func TestEventsOfSplitLayers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := func() *quant.Spiking { return ranc.LIF(4, 0, -30, 1) }
		net := chainOf(rule, 300, drawWeights(t, []int32{-1, 1}, 2, 300), drawWeights(t, []int32{-1, 1}, 2, 2))
		m, err := ranc.Map(net)
		if err != nil {
			t.Fatal(err)
		}
		events := ranc.New().EventsOf(net, &net.Synapses[0])
		want := map[int]int64{} // crosspoints that a packet of each input sets, on all cores
		for i := range 300 {
			one := quant.NewTensor(make([]int32, 300), 1, 300)
			one.Data[i] = 1
			m.Packets(one)
			for _, p := range m.Chip.Packets[0] {
				for _, c := range m.Chip.Cores {
					if c.Coordinates == p.Core {
						for _, row := range c.Connections {
							want[i] += int64(row[p.Axon])
						}
					}
				}
			}
			got := int64(0)
			for n := range 2 {
				got += events(i, n, net.Synapses[0].Dense.Weight.Data[n*300+i])
			}
			if got != want[i] {
				t.Fatalf("input %d: %d events, %d crosspoints", i, got, want[i])
			}
		}
	})
}
