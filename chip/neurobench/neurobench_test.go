package neurobench_test

import (
	"testing"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/neurobench"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

func neuron(theta int32, bits int) *quant.Spiking {
	return &quant.Spiking{
		Charge: quant.ChargeSum, Range: quant.Signed(bits, quant.Saturate), Threshold: quant.Scalar(theta), Fire: model.FireAtLeast,
		MaxSpikes: 1, Reset: quant.Scalar(quant.ResetSubtract),
	}
}

// small is 2 inputs → 2 neurons → 1 neuron, by hand:
//
//	w1 = [1 0; 3 300]   θ = 3     w2 = [5 −5]   θ = 100
func small() *quant.IntNet {
	return &quant.IntNet{
		Input: quant.Input{Shape: []int{2}, Max: 7}, Output: "b",
		Populations: []quant.Population{
			{Name: "a", Shape: []int{2}, Spiking: neuron(3, 16)},
			{Name: "b", Shape: []int{1}, Spiking: neuron(100, 8)},
		},
		Synapses: []quant.Synapses{
			{Name: "w1", From: "input", To: "a", Dense: &quant.Dense{Weight: quant.NewTensor([]int32{1, 0, 3, 300}, 2, 2)}},
			{Name: "w2", From: "a", To: "b", Dense: &quant.Dense{Weight: quant.NewTensor([]int32{5, -5}, 1, 2)}},
		},
	}
}

// run shows samples, each a list of input rows.
func run(t *testing.T, net *quant.IntNet, samples ...[][]int32) emulator.Counts {
	t.Helper()
	p, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	m := p.NewMachine()
	for _, rows := range samples {
		m.Reset()
		for _, row := range rows {
			if _, err := m.Step(testkit.Sparse(row)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m.Counts()
}

// two samples of two ticks:
//
//	[1 0]: a = 1, 3 → the second fires, 0 left. b = −5
//	[2 0]: a = 3, 6 → both fire, 0 and 3 left. b = −5
//	[0 0]: nothing
//	[0 0]: nothing
var samples = [][][]int32{{{1, 0}, {2, 0}}, {{0, 0}, {0, 0}}}

func TestFootprint(t *testing.T) {
	// w1 holds 300: 4 weights of 2 bytes; w2: 2 of 1; each population a threshold and a reset of 1 byte
	// potentials: 2 of 16 bits, 1 of 8
	got := neurobench.FootprintOf(small())
	if got.Parameters != 8+2+2*2 || got.Buffers != 4+1 || got.Total() != 19 {
		t.Errorf("%+v", got)
	}
	net := small()
	net.Populations[1].Spiking.Currents = []quant.Current{{Order: quant.DecayAdd, Range: quant.Signed(24, quant.Wrap)}}
	if got := neurobench.FootprintOf(net); got.Buffers != 4+1+4 {
		t.Errorf("with a current: %+v", got)
	}
}

func TestConnectionSparsity(t *testing.T) {
	if got := neurobench.ConnectionSparsity(small()); got != 0.1667 { // 1 of 6
		t.Errorf("%v", got)
	}
}

func TestActivationSparsity(t *testing.T) {
	c := run(t, small(), samples...)
	if got := neurobench.ActivationSparsity(small(), c); got != 0.75 { // 3 spikes, 3 neurons × 4 ticks
		t.Errorf("%v", got)
	}
	if got := neurobench.ActivationSparsity(small(), run(t, small())); got != 0 {
		t.Errorf("without samples: %v", got)
	}
}

func TestSynapticOperations(t *testing.T) {
	c := run(t, small(), samples...)
	// w1: the first input has 2 weights: 2 in tick 1 (a spike, AC), 2 in tick 2 (the value 2, MAC)
	// w2: 1 spike, then 2
	got := neurobench.SynapticOperations(small(), c)
	if want := (neurobench.Operations{MACs: 1, ACs: (2 + 3) / 2.0, Dense: 6 * 4 / 2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestDenseOperationsOfConvolution: 3×3 over 3×3 with padding 1 sees 4 corners of 4, 4 edges of 6, a center of 9; stride and groups.
func TestDenseOperationsOfConvolution(t *testing.T) {
	conv := func(out, in, groups int, stride, size int) *quant.IntNet {
		return &quant.IntNet{
			Input: quant.Input{Shape: []int{in, 3, 3}, Max: 1}, Output: "a",
			Populations: []quant.Population{{Name: "a", Shape: []int{out, size, size}, Spiking: neuron(1, 16)}},
			Synapses: []quant.Synapses{{Name: "w", From: "input", To: "a", Conv: &quant.Conv{
				Weight: quant.NewTensor(make([]int32, out*in/groups*9), out, in/groups, 3, 3), Stride: [2]int{stride, stride},
				Padding: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: groups,
			}}},
		}
	}
	for _, c := range []struct {
		net  *quant.IntNet
		want int64
	}{{conv(1, 1, 1, 1, 3), 49}, {conv(4, 2, 1, 1, 3), 8 * 49}, {conv(4, 2, 2, 1, 3), 4 * 49}, {conv(1, 1, 1, 2, 2), 16}} {
		if got := neurobench.DenseOperations(c.net); got != c.want {
			t.Errorf("%d, want %d", got, c.want)
		}
		run(t, c.net)
	}
}

func TestMembraneUpdates(t *testing.T) {
	// sample 1: 3 in the first tick; then a: 1→0, 0→3, b: −5→−10 without change? b gets 5−5 = 0: 2. sample 2: 3, then 0
	c := run(t, small(), samples...)
	if got := neurobench.MembraneUpdates(small(), c); got != (3+2+3)/2.0 {
		t.Errorf("%v", got)
	}
}

// TestPassingOnIsNoLayer: one-to-one synapses and pooling count in no metric of weights.
func TestPassingOnIsNoLayer(t *testing.T) {
	net := small()
	net.Populations = append([]quant.Population{{Name: "relay", Shape: []int{2}, Activation: &quant.Activation{Range: quant.Signed(8, quant.Saturate)}}}, net.Populations...)
	net.Synapses[0].From = "relay"
	net.Synapses = append(net.Synapses, quant.Synapses{Name: "in", From: "input", To: "relay", One: &quant.One{Weight: quant.Scalar(1)}})
	a, b := neurobench.Of(net, run(t, net, samples...)), neurobench.Of(small(), run(t, small(), samples...))
	a.Footprint -= 1 // the weight of the relay
	if a != b {
		t.Errorf("%+v, without the relay %+v", a, b)
	}
}
