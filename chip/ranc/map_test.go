package ranc_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// chainOf is dense layers of RANC neurons with the given weights.
func chainOf(rule func() *quant.Spiking, inputs int, weights ...quant.Tensor) *quant.IntNet {
	net := &quant.IntNet{Input: quant.Input{Shape: []int{inputs}, Max: 1}}
	last := quant.InputName
	for i, w := range weights {
		name := string(rune('a' + i))
		net.Populations = append(net.Populations, quant.Population{Name: name, Shape: []int{w.Shape[0]}, Spiking: rule()})
		net.Synapses = append(net.Synapses, quant.Synapses{Name: name + "w", From: last, To: name, Latency: min(i, 1), Dense: &quant.Dense{Weight: w}})
		last = name
	}
	net.Output = last
	return net
}

func randomWeights(t *rapid.T, out, in int) quant.Tensor {
	values := rapid.SampledFrom([][]int32{{-1, 0, 1}, {0, 3}, {-8, -3, -1, 0, 2, 5, 7}, {-255, 17, 40, 90}, {-10, -5, 0, 5, 15}, {0}}).Draw(t, "values")
	return quant.NewTensor(rapid.SliceOfN(rapid.SampledFrom(values), in*out, in*out).Draw(t, "weights"), out, in)
}

// TestMappedChipEqualsNetwork: a network on cores, with replicas and planes,
// read back from its files, gives the raster of the network one tick later.
func TestMappedChipEqualsNetwork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := func() *quant.Spiking {
			return ranc.LIF(rapid.Int32Range(1, 12).Draw(t, "threshold"), rapid.Int32Range(-1, 1).Draw(t, "leak"), rapid.Int32Range(-30, 0).Draw(t, "floor"), rapid.Int32Range(0, 1).Draw(t, "reset"))
		}
		in, hidden, out := rapid.IntRange(1, 20).Draw(t, "in"), rapid.IntRange(1, 64).Draw(t, "hidden"), rapid.IntRange(1, 12).Draw(t, "out")
		net := chainOf(rule, in, randomWeights(t, hidden, in), randomWeights(t, hidden, hidden), randomWeights(t, out, hidden))
		net.Synapses[1].Latency = rapid.IntRange(1, 15).Draw(t, "latency")
		m, err := ranc.Map(net)
		if err != nil {
			t.Fatal(err)
		}
		const ticks = 30
		raster := quant.NewTensor(rapid.SliceOfN(rapid.Int32Range(0, 1), ticks*in, ticks*in).Draw(t, "input"), ticks, in)
		m.Packets(raster)
		input, config, err := m.Chip.Encode(m.Config)
		if err != nil {
			t.Fatal(err)
		}
		c, cfg, err := ranc.Read(input, config)
		if err != nil {
			t.Fatal(err)
		}
		onCores, err := c.Net(cfg)
		if err != nil {
			t.Fatal(err)
		}
		want, got := outputs(t, net, raster), outputs(t, onCores, c.Raster(cfg, ticks))
		for tick := range ticks - 1 {
			if !slices.Equal(want[tick], got[tick+1]) {
				t.Fatalf("tick %d: %v, on cores %v", tick, want[tick], got[tick+1])
			}
		}
	})
}

func outputs(t rapid.TB, net *quant.IntNet, raster quant.Tensor) [][]int32 {
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	m, n := prog.NewMachine(), quant.Len(net.Input.Shape)
	var rows [][]int32
	for tick := range raster.Shape[0] {
		out, err := m.Step(testkit.Sparse(raster.Data[tick*n : (tick+1)*n]))
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, testkit.Row(out, net.Find(net.Output).N()))
	}
	return rows
}

func fill(v int32, out, in int) quant.Tensor {
	t := quant.NewTensor(make([]int32, in*out), out, in)
	for i := range t.Data {
		t.Data[i] = v
	}
	return t
}

func TestEachLimitIsRefused(t *testing.T) {
	rule := func() *quant.Spiking { return ranc.LIF(5, 0, -100, quant.ResetSubtract) }
	first := func(n *quant.IntNet) *quant.Spiking { return n.Populations[0].Spiking }
	for want, damage := range map[string]func(n *quant.IntNet){
		`3000 axons a core (fan-in of a neuron, 1 axons a source), and its partial sums do not fit a core either, the limit is 256`: func(n *quant.IntNet) {
			*n = *chainOf(rule, 3000, fill(1, 2, 3000))
		},
		`15 ticks of delay of a split layer, the limit is 14`: func(n *quant.IntNet) {
			*n = *chainOf(rule, 1, fill(1, 257, 1), fill(1, 1, 257))
			n.Synapses[1].Latency = 15
		},
		`neuron 0, with bias 9, fires or meets its floor in the 2 ticks before the split sums arrive`: func(n *quant.IntNet) {
			*n = *chainOf(func() *quant.Spiking { return ranc.LIF(10, 9, -8, quant.ResetSubtract) }, 257, fill(1, 1, 257))
		},
		`layer "b": meets its floor by another comparison than the first layer`: func(n *quant.IntNet) { n.Populations[1].Spiking.Floor.Also = true },
		`256 weight (9 bits, signed), the limit is 255`:                         func(n *quant.IntNet) { n.Synapses[0].Dense.Weight.Data[0] = 256 },
		`16 ticks of delay, the limit is 15`:                                    func(n *quant.IntNet) { n.Synapses[1].Latency = 16 },
		`1048577 neurons of a layer on all cores, the limit is 1048576`:         func(n *quant.IntNet) { *n = *chainOf(rule, 1, fill(1, 4096*256+1, 1)) },
		`4097 cores, the limit is 4096 (Merolla 2014)`:                          func(n *quant.IntNet) { *n = *chainOf(rule, 1, fill(1, 4096*256, 1)) },
		`values are 0..2; the target takes spikes`:                              func(n *quant.IntNet) { n.Input.Max = 2 },
		`comparison is >, the target has >=`:                                    func(n *quant.IntNet) { first(n).Fire = model.FireAbove },
		`spikes a tick is 2, the target has 1`:                                  func(n *quant.IntNet) { first(n).MaxSpikes = 2 },
		`has a leak that depends on the potential`:                              func(n *quant.IntNet) { first(n).Leak = quant.Decay{Kind: quant.DecayDash, P: quant.Scalar(1)} },
		`synaptic currents is 1, the target has 0`: func(n *quant.IntNet) {
			first(n).Currents = []quant.Current{{Order: quant.DecayAdd, Range: quant.Full()}}
		},
		`charge is staged, the target has sum`: func(n *quant.IntNet) { first(n).Charge = quant.ChargeStaged },
		`neurons of different resets`: func(n *quant.IntNet) {
			first(n).Reset, first(n).Floor.Mode = quant.Vector(0, 1), quant.Vector(0, 1)
		},
		`has no floor`: func(n *quant.IntNet) { first(n).Floor = nil },
		`resets by rule 1 above and by rule 2 below`:    func(n *quant.IntNet) { first(n).Floor.Mode = quant.Scalar(2) },
		`the reset potential below is not the negative`: func(n *quant.IntNet) { first(n).ResetTo = quant.Scalar(3) },
		`range of the potential is`:                     func(n *quant.IntNet) { first(n).Range = quant.Signed(20, quant.Wrap) },
		`layer "a": does not read "input" alone, through weights`: func(n *quant.IntNet) {
			n.Synapses[0].Dense = nil
			n.Synapses[0].Pool = &quant.Pool{}
		},
		`layer "b": has no spiking neurons`: func(n *quant.IntNet) {
			n.Populations[1].Spiking, n.Populations[1].Activation = nil, &quant.Activation{}
		},
		`latency is 0, the target needs at least 1`:     func(n *quant.IntNet) { n.Synapses[1].Latency = 0 },
		`latency is 1, the target has 0; input packets`: func(n *quant.IntNet) { n.Synapses[0].Latency = 1 },
		`has an exponent, a range or delays of its own`: func(n *quant.IntNet) { n.Synapses[0].Exponent = 1 },
		`refractory period is 1, the target has 0`:      func(n *quant.IntNet) { first(n).Refractory = 1 },
		`"b": comes after the output`:                   func(n *quant.IntNet) { n.Output = "a" },
	} {
		n := chainOf(rule, 3, fill(1, 2, 3), fill(-1, 2, 2))
		damage(n)
		_, err := ranc.Map(n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
}

// TestNeuronsOfACore: 256 neurons on a core, one more on another, axons that all read.
func TestNeuronsOfACore(t *testing.T) {
	rule := func() *quant.Spiking { return ranc.LIF(5, 0, -100, quant.ResetSubtract) }
	for neurons, want := range map[int]int64{256: 256, 257: 256} {
		p, err := ranc.New().Place(chainOf(rule, 1, fill(1, neurons, 1)))
		if err != nil || len(p.Cores) != (neurons+255)/256 || p.Usage[2].Used != want {
			t.Errorf("%d neurons: %+v, %v", neurons, p, err)
		}
	}
}

func TestTrueNorthLimits(t *testing.T) {
	first := func(n *quant.IntNet) *quant.Spiking { return n.Populations[0].Spiking }
	for want, damage := range map[string]func(n *quant.IntNet){
		`layer "a": 262144 threshold (18 bits), the limit is 262143 (Cassidy 2013)`: func(n *quant.IntNet) { first(n).Threshold = quant.Scalar(1 << 18) },
		`262144 negative threshold (18 bits), the limit is 262143`:                  func(n *quant.IntNet) { first(n).Floor.At = quant.Scalar(-1 << 18) },
		`256 leak (9 bits, signed), the limit is 255`:                               func(n *quant.IntNet) { first(n).Bias = quant.Scalar(-256) },
		`potential (20 bits, signed) that a tick can reach, the limit is 524287`: func(n *quant.IntNet) {
			first(n).Threshold = quant.Scalar(1<<18 - 1)
			n.Input.Shape = []int{3000}
			n.Synapses[0].Dense.Weight = fill(0, 2, 3000)
			for i := range n.Synapses[0].Dense.Weight.Data[:1100] {
				n.Synapses[0].Dense.Weight.Data[i] = 255
			}
		},
		`has a floor above zero`: func(n *quant.IntNet) { first(n).Floor.At = quant.Scalar(1) },
	} {
		n := chainOf(func() *quant.Spiking { return ranc.LIF(5, 0, -100, quant.ResetSubtract) }, 3, fill(1, 2, 3), fill(-1, 2, 2))
		if err := ranc.TrueNorth().Check(n); err != nil {
			t.Fatal(err)
		}
		damage(n)
		if err := ranc.TrueNorth().Check(n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
		if err := ranc.New().Check(n); err != nil && !strings.Contains(err.Error(), "partial sums") {
			t.Errorf("ranc has no such limit: %v", err)
		}
	}
}

func TestUtilization(t *testing.T) {
	rule := func() *quant.Spiking { return ranc.LIF(5, 0, -100, quant.ResetValue) }
	w := fill(1, 100, 64)
	w.Data[0] = -1 // a type of its own: 64 sources on 65 axons
	net := chainOf(rule, 64, w, fill(1, 10, 100))
	im, err := chip.Make(ranc.New(), net, "test")
	if err != nil {
		t.Fatal(err)
	}
	want := []chip.Use{{Resource: "cores", Used: 2, Limit: 4096}, {Resource: "axons a core", Used: 100, Limit: 256}, {Resource: "neurons a core", Used: 100, Limit: 256}}
	if !slices.Equal(im.Placement.Usage, want) {
		t.Errorf("%+v", im.Placement.Usage)
	}
}

func TestReadFaults(t *testing.T) {
	good := `{"packets":[[{"destination_core":[0,0],"destination_axon":0,"destination_tick":0}]],"output_bus":{"coordinates":[1,0],"num_outputs":1},
	"cores":[{"coordinates":[0,0],"axons":[0],"connections":[[1]],"neurons":[{"weights":[1],"positive_threshold":1,"destination_core_offset":[1,0]}]}]}`
	config := `{"num_neurons":1,"num_axons":1,"num_cores_x":2,"num_cores_y":1,"num_weights":1,"max_tick_offset":16}`
	if _, _, err := ranc.Read([]byte(good), []byte(config)); err != nil {
		t.Fatal(err)
	}
	for want, r := range map[string][2]string{
		"core 0 at [5 0]: lies outside the grid":              {`"coordinates":[0,0]`, `"coordinates":[5,0]`},
		"axon 0 has type 1":                                   {`"axons":[0]`, `"axons":[1]`},
		"2 axons and 1 neurons, a core has 1 and 1":           {`"axons":[0]`, `"axons":[0,0]`},
		"has a connection 2, expected 0 or 1":                 {`[[1]]`, `[[2]]`},
		"1 rows of connections for":                           {`"neurons":[`, `"neurons":[{"weights":[1],"destination_core_offset":[1,0]},`},
		"2 weights, expected 1":                               {`"weights":[1]`, `"weights":[1,2]`},
		"sends to axon 0 of [9 0], which is not there":        {`"destination_core_offset":[1,0]`, `"destination_core_offset":[9,0]`},
		"to axon 7 of core [0 0] after 0 ticks: no such axon": {`"destination_axon":0`, `"destination_axon":7`},
		"reset_mode 9, expected 0, 1 or 2":                    {`"positive_threshold":1`, `"reset_mode":9`},
		"0 outputs":                                           {`"num_outputs":1`, `"num_outputs":0`},
		"invalid character":                                   {`"cores"`, `cores`},
	} {
		_, _, err := ranc.Read([]byte(strings.Replace(good, r[0], r[1], 1)), []byte(config))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, _, err := ranc.Read([]byte(good), []byte(`{}`)); err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("an empty configuration: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"cores":[{"axons":[0],"connections":[[1]],"neurons":[{"weights":[1]}]}],"output_bus":{"num_outputs":1}}`), []byte(`{"num_neurons":1,"num_axons":1,"num_cores_x":2,"num_cores_y":1,"num_weights":1,"max_tick_offset":16}`))
	f.Fuzz(func(_ *testing.T, input, config []byte) {
		c, cfg, err := ranc.Read(input, config)
		if err != nil {
			return
		}
		if net, err := c.Net(cfg); err == nil && len(c.Packets) < 100 {
			_ = c.Raster(cfg, len(c.Packets))
			_, _ = emulator.Compile(net)
		}
	})
}
