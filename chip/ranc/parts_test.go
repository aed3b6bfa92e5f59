package ranc_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

// inParts takes the wide sums of a network in parts, in each of which all sources may send in every tick.
func inParts(t rapid.TB, net *quant.IntNet, layers int) (*quant.IntNet, []chip.Parts) {
	rates := chip.Rates{}
	for _, name := range ranc.New().Wide(net) {
		all := make([]float32, quant.Len(net.SourceShape(name)))
		for i := range all {
			all[i] = 1
		}
		rates[name] = [][]float32{all}
	}
	out, parts, err := ranc.New().InParts(net, rates)
	if err == nil {
		err = out.Validate()
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) != layers {
		t.Fatalf("%d layers in parts, expected %d: %+v", len(parts), layers, parts)
	}
	return out, parts
}

// fourBits are weights that do not fit a core from 256 inputs on, nor in exact sums.
func fourBits() []int32 {
	var out []int32
	for w := int32(-7); w <= 7; w++ {
		out = append(out, w)
	}
	return out
}

// TestPartsOnCores: a network in parts, on cores and read back from its files, has its own raster.
func TestPartsOnCores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := func() *quant.Spiking {
			return ranc.LIF(rapid.Int32Range(50, 400).Draw(t, "threshold"), rapid.Int32Range(-9, 9).Draw(t, "bias"), -1<<20, quant.ResetSubtract)
		}
		in, hidden := rapid.IntRange(600, 800).Draw(t, "in"), rapid.IntRange(1, 6).Draw(t, "hidden")
		net, _ := inParts(t, chainOf(rule, in, drawWeights(t, fourBits(), hidden, in), drawWeights(t, fourBits(), 3, hidden)), 1)
		equalOnCores(t, net, 12, drawRaster(t, 12, in))
	})
}

// TestPartsAddUp: what arrives through parts is what was sent, but for half a
// quantum of each part and sign, in every tick.
func TestPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bias, initial := rapid.Int32Range(-9, 9).Draw(t, "bias"), rapid.Int32Range(-99, 99).Draw(t, "initial")
		rule := func() *quant.Spiking { // one that only sums
			s := ranc.LIF(1<<30, bias, -1<<30, quant.ResetSubtract)
			s.Initial = quant.Scalar(initial)
			return s
		}
		in := rapid.IntRange(600, 800).Draw(t, "in")
		values := rapid.SampledFrom([][]int32{fourBits(), fourBits()[8:]}).Draw(t, "values") // of one sign: nothing cancels
		net := chainOf(rule, in, drawWeights(t, values, 3, in))
		split, parts := inParts(t, net, 1)
		raster := drawRaster(t, 20, in)
		want, got := potentials(t, net, raster, 0), potentials(t, split, raster, 1)
		most := int32(parts[0].Parts) * (parts[0].Most + 2) // each part holds half a quantum more or less than at its start
		for tick := range want {
			for n, v := range want[tick] {
				if d := v - got[tick][n]; d >= most || d <= -most {
					t.Fatalf("tick %d, neuron %d: %d, in parts %d, %+v", tick, n, v, got[tick][n], parts[0])
				}
			}
		}
		clear(raster.Data) // biases alone come to the same a tick later
		want, got = potentials(t, net, raster, 0), potentials(t, split, raster, 1)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

// potentials are those of the output in each tick, so many ticks later.
func potentials(t rapid.TB, net *quant.IntNet, raster quant.Tensor, late int) [][]int32 {
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	m, n := prog.NewMachine(), quant.Len(net.Input.Shape)
	var rows [][]int32
	for tick := range raster.Shape[0] + late {
		in := testkit.Sparse(make([]int32, n))
		if tick < raster.Shape[0] {
			in = testkit.Sparse(raster.Data[tick*n : (tick+1)*n])
		}
		if _, err := m.Step(in); err != nil {
			t.Fatal(err)
		}
		if tick >= late {
			rows = append(rows, append([]int32(nil), m.State(net.Output).V...))
		}
	}
	return rows
}

// TestPartsOfConvolutions: channels are dealt, groups and borders included.
func TestPartsOfConvolutions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups, in, padding := rapid.IntRange(1, 2).Draw(t, "groups"), 40, rapid.IntRange(0, 1).Draw(t, "padding")
		to := 3 + 2*padding - 2
		net := chainOf(func() *quant.Spiking { return ranc.LIF(200, 0, -1<<20, quant.ResetSubtract) }, 1, fill(1, 1, 1))
		net.Input.Shape, net.Populations[0].Shape = []int{groups * in, 3, 3}, []int{2 * groups, to, to}
		net.Synapses[0].Dense, net.Synapses[0].Conv = nil, &quant.Conv{
			Weight: drawWeights(t, fourBits(), 2*groups, in, 3, 3), Stride: [2]int{1, 1}, Padding: [2]int{padding, padding}, Dilation: [2]int{1, 1}, Groups: groups,
		}
		split, parts := inParts(t, net, 1)
		if parts[0].Parts != 5 {
			t.Fatalf("%+v: 9 sources a channel on 3 axons each, 40 channels: 5 parts", parts)
		}
		equalOnCores(t, split, 8, drawRaster(t, 8, quant.Len(net.Input.Shape)))
	})
}

// TestQuantumFollowsRates: what a spike stands for is as small as the samples allow.
func TestQuantumFollowsRates(t *testing.T) {
	rule := func() *quant.Spiking { return ranc.LIF(300, 0, -1<<20, quant.ResetSubtract) }
	w := fill(3, 2, 780)
	for i := range w.Data {
		w.Data[i] += int32(i / 10 % 5)
	}
	net := chainOf(rule, 780, w)
	_, certain := inParts(t, net, 1)
	dim := make([]float32, 780)
	for i := range dim {
		dim[i] = 0.1
	}
	_, parts, err := ranc.New().InParts(net, chip.Rates{"input": {dim, make([]float32, 780)}})
	if err != nil {
		t.Fatal(err)
	}
	// 780 weights of 5 on average, a tenth of a spike each: 390 a tick over all parts, four fifths of a spike of each
	want := int32(390/float64(parts[0].Parts)/0.8) + 1
	if p := parts[0]; p.Most < want || p.Most > want+2 || certain[0].Least <= 2*p.Most {
		t.Errorf("%+v, of a quantum near %d; %+v where all send always", p, want, certain[0])
	}
}

func TestPartsThatDoNotFit(t *testing.T) {
	rule := func() *quant.Spiking { return ranc.LIF(300, 0, -1<<20, quant.ResetSubtract) }
	big := fill(1, 1, 1)
	kernel := chainOf(rule, 1, big)
	kernel.Input.Shape, kernel.Populations[0].Shape = []int{1, 30, 30}, []int{1, 1, 1}
	w := quant.NewTensor(make([]int32, 900), 1, 1, 30, 30)
	for i := range w.Data {
		w.Data[i] = int32(i%15) - 7
	}
	kernel.Synapses[0].Dense, kernel.Synapses[0].Conv = nil, &quant.Conv{Weight: w, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}
	many := quant.NewTensor(make([]int32, 20000), 1, 20000)
	for i := range many.Data {
		many.Data[i] = int32(i%15) - 7
	}
	for want, net := range map[string]*quant.IntNet{
		`layer "a": 2 parts of a neuron's sources, the limit is 1`:     kernel,
		`layer "a": 236 parts of a neuron's sources, the limit is 128`: chainOf(rule, 20000, many),
	} {
		_, _, err := ranc.New().InParts(net, chip.Rates{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
}

// TestWeightsOfEachNeuron: a layer of many weights, of which no neuron has more
// than four, takes an axon a source and weight, exactly.
func TestWeightsOfEachNeuron(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, out := rapid.IntRange(1, 300).Draw(t, "in"), rapid.IntRange(2, 6).Draw(t, "out")
		w := drawWeights(t, []int32{-1, 0, 1}, out, in)
		for n := range out {
			for i := range in {
				w.Data[n*in+i] *= int32(7*n + 3)
			}
		}
		net := chainOf(func() *quant.Spiking { return drawRule(t) }, in, w)
		m := equalOnCores(t, net, 10, drawRaster(t, 10, in))
		if in <= 128 && len(m.Chip.Cores) != 1 {
			t.Fatalf("%d cores", len(m.Chip.Cores))
		}
	})
}
