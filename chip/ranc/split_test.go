package ranc_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/quant"
)

// equalOnCores fails where the chip, read back from its files, does not give the network's raster Extra+1 ticks later.
func equalOnCores(t rapid.TB, net *quant.IntNet, ticks int, raster quant.Tensor) *ranc.Mapping {
	m, err := ranc.Map(net)
	if err != nil {
		t.Fatal(err)
	}
	m.Packets(raster)
	input, config, err := m.Chip.Encode(m.Config)
	if err != nil {
		t.Fatal(err)
	}
	c, cfg, err := ranc.Read(input, config)
	if err != nil {
		t.Fatal(err)
	}
	checkRaster(t, net, m, c, cfg, ticks, raster)
	return m
}

func checkRaster(t rapid.TB, net *quant.IntNet, m *ranc.Mapping, c *ranc.Chip, cfg *ranc.Config, ticks int, raster quant.Tensor) (spikes int) {
	if len(c.Packets) == 0 {
		m.Packets(raster)
	}
	onCores, err := c.Net(cfg)
	if err != nil {
		t.Fatal(err)
	}
	late := m.Extra + 1
	want, got := outputs(t, net, raster), outputs(t, onCores, c.Raster(cfg, ticks+late))
	for tick := range ticks {
		for n, s := range want[tick] {
			spikes += int(s)
			if got[tick+late][n] != s {
				t.Fatalf("tick %d: %v, on cores %v", tick, want[tick], got[tick+late])
			}
		}
	}
	return spikes
}

func drawRaster(t *rapid.T, ticks, in int) quant.Tensor {
	// one draw a tick keeps examples small: a seed of a linear generator
	r := quant.NewTensor(make([]int32, ticks*in), ticks, in)
	seed, percent := uint64(rapid.Uint32().Draw(t, "input seed")), uint64(rapid.IntRange(0, 60).Draw(t, "percent"))
	for i := range r.Data {
		if seed = seed*6364136223846793005 + 1442695040888963407; seed>>33%100 < percent {
			r.Data[i] = 1
		}
	}
	return r
}

func drawWeights(t *rapid.T, values []int32, shape ...int) quant.Tensor {
	w := quant.NewTensor(make([]int32, quant.Len(shape)), shape...)
	seed := uint64(rapid.Uint32().Draw(t, "weight seed"))
	for i := range w.Data {
		seed = seed*6364136223846793005 + 1442695040888963407
		w.Data[i] = values[seed>>33%uint64(len(values))]
	}
	return w
}

func drawRule(t *rapid.T) *quant.Spiking {
	s := ranc.LIF(rapid.Int32Range(3, 40).Draw(t, "threshold"), rapid.Int32Range(-1, 1).Draw(t, "leak"), rapid.Int32Range(-60, -5).Draw(t, "floor"), rapid.Int32Range(0, 1).Draw(t, "reset"))
	return s
}

// TestSplitLayerEqualsNetwork: fan-ins above 256, in one or two layers.
func TestSplitLayerEqualsNetwork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := func() *quant.Spiking { return drawRule(t) }
		in, hidden := rapid.IntRange(257, 500).Draw(t, "in"), rapid.IntRange(1, 6).Draw(t, "hidden")
		values := rapid.SampledFrom([][]int32{{-1, 0, 1}, {0, 1}, {-1, 0}, {-2, -1, 0, 0, 1}, {0, 0, 3, -3}, {1}, {-1, 1}}).Draw(t, "values")
		net := chainOf(rule, in, drawWeights(t, values, hidden, in), drawWeights(t, []int32{-2, 3, 1}, 3, hidden))
		m := equalOnCores(t, net, 12, drawRaster(t, 12, in))
		if want := extra(net); m.Extra != want {
			t.Fatalf("%d ticks later, expected %d", m.Extra, want)
		}
	})
}

// extra is two ticks when a neuron of the first layer connects more than 256 inputs.
func extra(net *quant.IntNet) int {
	w := net.Synapses[0].Dense.Weight
	for n := range w.Shape[0] {
		fanIn := 0
		for _, x := range w.Data[n*w.Shape[1] : (n+1)*w.Shape[1]] {
			if x != 0 {
				fanIn++
			}
		}
		if fanIn > 256 {
			return 2
		}
	}
	return 0
}

// TestTwoSplitLayers: a hidden layer of more than 256 neurons is read by a split layer.
func TestTwoSplitLayers(t *testing.T) {
	for _, latency := range []int{1, 14} {
		rule := func() *quant.Spiking { return ranc.LIF(4, 0, -30, quant.ResetSubtract) }
		net := chainOf(rule, 4, someWeights(260, 4), signs(257, 260), signs(1, 257))
		net.Synapses[1].Latency = latency
		m, err := ranc.Map(net)
		if err != nil {
			t.Fatal(err)
		}
		if m.Extra != 4 {
			t.Fatalf("%d ticks later, expected 4", m.Extra)
		}
		raster := someWeights(30, 4)
		for i, v := range raster.Data {
			raster.Data[i] = max(v, 0)
		}
		if checkRaster(t, net, m, m.Chip, m.Config, 30, raster) == 0 {
			t.Error("no spikes: nothing was tested")
		}
	}
}

// someWeights is −1, 0 and 1 in a fixed disorder.
func someWeights(out, in int) quant.Tensor {
	w := quant.NewTensor(make([]int32, out*in), out, in)
	seed := uint64(out)
	for i := range w.Data {
		seed = seed*6364136223846793005 + 1442695040888963407
		w.Data[i] = int32(seed>>33%3) - 1
	}
	return w
}

// signs is −1 and 1.
func signs(out, in int) quant.Tensor {
	w := someWeights(out, in)
	for i, v := range w.Data {
		if v == 0 {
			w.Data[i] = 1
		}
	}
	return w
}

// TestConvolutionOnCores: convolutions with strides, groups and dilation, split or not.
func TestConvolutionOnCores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(1, 2).Draw(t, "groups")
		channels, out, k := groups*rapid.IntRange(1, 16).Draw(t, "in"), groups*rapid.IntRange(1, 3).Draw(t, "out"), rapid.IntRange(1, 4).Draw(t, "kernel")
		stride, dilation := rapid.IntRange(1, 2).Draw(t, "stride"), rapid.IntRange(1, 2).Draw(t, "dilation")
		padding, size := rapid.IntRange(0, dilation*(k-1)).Draw(t, "padding"), rapid.IntRange(7, 9).Draw(t, "size")
		to := (size+2*padding-dilation*(k-1)-1)/stride + 1
		values := rapid.SampledFrom([][]int32{{-1, 0, 1}, {-8, -3, 0, 5, 7}, {0, 2}}).Draw(t, "values")
		pair := func(x int) [2]int { return [2]int{x, x} }
		net := &quant.IntNet{
			Input: quant.Input{Shape: []int{channels, size, size}, Max: 1}, Output: "b",
			Populations: []quant.Population{{Name: "a", Shape: []int{out, to, to}, Spiking: drawRule(t)}, {Name: "b", Shape: []int{out, to, to}, Spiking: ranc.LIF(1, 0, -1, quant.ResetSubtract)}},
			Synapses: []quant.Synapses{
				{Name: "aw", From: "input", To: "a", Conv: &quant.Conv{Weight: drawWeights(t, values, out, channels/groups, k, k), Stride: pair(stride), Padding: pair(padding), Dilation: pair(dilation), Groups: groups}},
				{Name: "bw", From: "a", To: "b", Latency: 1, One: &quant.One{Weight: quant.Scalar(1)}},
			},
		}
		equalOnCores(t, net, 10, drawRaster(t, 10, channels*size*size))
	})
}

// TestManyBitWeights: weights of up to 9 bits, several bits to an axon type.
func TestManyBitWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.IntRange(1, 12).Draw(t, "in")
		lo, hi := rapid.Int32Range(-256, 0).Draw(t, "lo"), rapid.Int32Range(0, 255).Draw(t, "hi")
		factor := rapid.SampledFrom([]int32{1, 1, 2, 3}).Draw(t, "factor")
		w := quant.NewTensor(rapid.SliceOfN(rapid.Int32Range(lo/factor, hi/factor), 5*in, 5*in).Draw(t, "weights"), 5, in)
		for i := range w.Data {
			w.Data[i] *= factor
		}
		rule := func() *quant.Spiking { return ranc.LIF(100, 0, -500, quant.ResetSubtract) }
		equalOnCores(t, chainOf(rule, in, w), 10, drawRaster(t, 10, in))
	})
}

// TestOneToOneAndSparse: the other forms of synapses are mapped too.
func TestOneToOneAndSparse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := ranc.LIF(2, 0, -9, quant.ResetValue)
		net := &quant.IntNet{
			Input: quant.Input{Shape: []int{4}, Max: 1}, Output: "b",
			Populations: []quant.Population{{Name: "a", Shape: []int{4}, Spiking: rule}, {Name: "b", Shape: []int{3}, Spiking: rule}},
			Synapses: []quant.Synapses{
				{Name: "aw", From: "input", To: "a", One: &quant.One{Weight: quant.NewTensor(rapid.SliceOfN(rapid.Int32Range(-2, 2), 4, 4).Draw(t, "one"), 4)}},
				{Name: "bw", From: "a", To: "b", Latency: 2, Sparse: &quant.Sparse{
					Start: quant.Vector(0, 2, 2, 3, 5), Target: quant.Vector(0, 2, 1, 1, 2),
					Weight: quant.NewTensor(rapid.SliceOfN(rapid.Int32Range(-1, 3), 5, 5).Draw(t, "sparse"), 5),
				}},
			},
		}
		equalOnCores(t, net, 15, drawRaster(t, 15, 4))
	})
}

// TestBiasOfSplitLayers: neurons wait for their first sums without losing a tick of bias.
func TestBiasOfSplitLayers(t *testing.T) {
	for _, bias := range []int32{-4, -1, 1, 4} {
		rapid.Check(t, func(t *rapid.T) {
			rule := func() *quant.Spiking { return ranc.LIF(20, bias, -40, quant.ResetSubtract) }
			net := chainOf(rule, 300, drawWeights(t, []int32{-1, 0, 1}, 3, 300), drawWeights(t, []int32{7, 9}, 2, 3))
			equalOnCores(t, net, 15, drawRaster(t, 15, 300))
		})
	}
}

// TestWideLayerOnOneChip: 784 inputs with weights of −1, 0 and 1 to 256 neurons
// and 10 outputs fit a chip.
func TestWideLayerOnOneChip(t *testing.T) {
	rule := func() *quant.Spiking { return ranc.LIF(20, 0, -100, quant.ResetSubtract) }
	m, err := ranc.Map(chainOf(rule, 784, someWeights(256, 784), someWeights(10, 256)))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(m.Chip.Cores); n > 600 || m.Extra != 2 {
		t.Errorf("%d cores, %d ticks later", n, m.Extra)
	}
	t.Logf("%d cores", len(m.Chip.Cores))
}
