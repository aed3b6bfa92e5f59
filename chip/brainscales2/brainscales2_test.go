package brainscales2_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/brainscales2"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

func lif() *quant.Spiking {
	return brainscales2.LIF(brainscales2.Decay(5e-3, 1e-3), brainscales2.Decay(10e-3, 1e-3), quant.Scalar(60<<8), quant.Scalar(10))
}

func weights(out, in int) quant.Tensor {
	t := quant.NewTensor(make([]int32, out*in), out, in)
	for i := range t.Data {
		t.Data[i] = int32(i*29%127) - 63
	}
	return t
}

// network is 8-6-3 neurons.
func network() *quant.IntNet {
	return &quant.IntNet{
		Input: quant.Input{Shape: []int{8}, Max: 31}, Output: "b",
		Populations: []quant.Population{{Name: "a", Shape: []int{6}, Spiking: lif()}, {Name: "b", Shape: []int{3}, Spiking: lif()}},
		Synapses: []quant.Synapses{
			{Name: "aw", From: "input", To: "a", Latency: 1, Dense: &quant.Dense{Weight: weights(6, 8)}},
			{Name: "bw", From: "a", To: "b", Latency: 1, Dense: &quant.Dense{Weight: weights(3, 6)}},
		},
	}
}

// wide is one layer of a fan-in.
func wide(out, in int) *quant.IntNet {
	n := network()
	w := quant.NewTensor(make([]int32, out*in), out, in)
	for i := range w.Data {
		w.Data[i] = 1
	}
	n.Input.Shape, n.Output = []int{in}, "a"
	n.Populations, n.Synapses = []quant.Population{{Name: "a", Shape: []int{out}, Spiking: lif()}}, n.Synapses[:1]
	n.Synapses[0].Dense.Weight = w
	return n
}

func TestEachLimitIsRefused(t *testing.T) {
	a := func(n *quant.IntNet) *quant.Spiking { return n.Populations[0].Spiking }
	for want, damage := range map[string]func(n *quant.IntNet){
		`layer "aw": 64 weight (6 bits, its sign by the row), the limit is 63 (Pehle 2022)`: func(n *quant.IntNet) { n.Synapses[0].Dense.Weight.Data[0] = -64 },
		`layer "input": 32 value of an input (5 bits), the limit is 31`:                     func(n *quant.IntNet) { n.Input.Max = 32 },
		`values down to -1; inputs are not negative`:                                        func(n *quant.IntNet) { n.Input.Min = -1 },
		`513 neuron circuits, the limit is 512`:                                             func(n *quant.IntNet) { *n = *wide(513, 1) },
		`65 circuits joined to a neuron (128 signed inputs each), the limit is 64`:          func(n *quant.IntNet) { *n = *wide(1, 64*128+1) },
		`threshold 8388608 is outside 1..8388607`:                                           func(n *quant.IntNet) { a(n).Threshold = quant.Scalar(1 << 23) },
		`bias 8388608 is outside`:                                                           func(n *quant.IntNet) { a(n).Bias = quant.Scalar(1 << 23) },
		`0 synaptic currents, the target has 1`:                                             func(n *quant.IntNet) { a(n).Currents = nil },
		`order of the current is add-decay`:                                                 func(n *quant.IntNet) { a(n).Currents[0].Order = quant.AddDecay },
		`range of the current is`:                                                           func(n *quant.IntNet) { a(n).Currents[0].Range = quant.Full() },
		`shift of the input is 0, the target has 8`:                                         func(n *quant.IntNet) { a(n).Currents[0].Shift = 0 },
		`current decay is none`:                                                             func(n *quant.IntNet) { a(n).Currents[0].Decay = quant.Decay{} },
		`membrane decay is dash, the target has multiply`:                                   func(n *quant.IntNet) { a(n).Leak.Kind = quant.DecayDash },
		`membrane decay bits is 12`:                                                         func(n *quant.IntNet) { a(n).Leak.Bits = 12 },
		`membrane decay rounding is floor`:                                                  func(n *quant.IntNet) { a(n).Leak.Round = quant.RoundFloor },
		`charge is staged`:                                                                  func(n *quant.IntNet) { a(n).Charge = quant.ChargeStaged },
		`range of the potential is`:                                                         func(n *quant.IntNet) { a(n).Range = quant.Full() },
		`comparison is >=, the target has >`:                                                func(n *quant.IntNet) { a(n).Fire = model.FireAtLeast },
		`spikes a tick is 2, the target has 1`:                                              func(n *quant.IntNet) { a(n).MaxSpikes = 2 },
		`reset mode 1 is outside 0..0; soft reset is not possible`:                          func(n *quant.IntNet) { a(n).Reset = quant.Scalar(1) },
		`has a floor`:          func(n *quant.IntNet) { a(n).Floor = &quant.Floor{} },
		`has noise of its own`: func(n *quant.IntNet) { a(n).Noise = &quant.Noise{} },
		`has no spiking neurons`: func(n *quant.IntNet) {
			n.Populations[0].Spiking, n.Populations[0].Activation = nil, &quant.Activation{}
		},
		`is a max pool`:                         func(n *quant.IntNet) { n.Synapses[0].Dense, n.Synapses[0].Pool = nil, &quant.Pool{} },
		`has an exponent, a range or delays`:    func(n *quant.IntNet) { n.Synapses[0].Exponent = 1 },
		`latency is 0, the target needs at lea`: func(n *quant.IntNet) { n.Synapses[0].Latency = 0 },
	} {
		n := network()
		damage(n)
		err := brainscales2.New().Check(n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
}

func TestPlacement(t *testing.T) {
	im, err := chip.Make(brainscales2.New(), wide(100, 200), "test")
	if err != nil {
		t.Fatal(err)
	}
	want := []chip.Use{
		{Resource: "neuron circuits", Used: 200, Limit: 512}, // two a neuron, 64 neurons a quadrant
		{Resource: "synapses, two for each signed weight", Used: 2 * 100 * 200, Limit: 512 * 256},
	}
	if !slices.Equal(im.Placement.Usage, want) || len(im.Placement.Cores) != 2 || im.Placement.Cores[1].Slices[0].From != 64 {
		t.Errorf("%+v", im.Placement)
	}
}

// TestSizeLimits: neurons whose circuits do not go into quadrants, and a chip
// whose circuits are all in use, which is one whose synapses are, too.
func TestSizeLimits(t *testing.T) {
	n := wide(170, 3*128) // 510 circuits, 42 neurons a quadrant of 128
	if err := brainscales2.New().Check(n); err != nil {
		t.Fatal(err)
	}
	if _, err := brainscales2.New().Place(n); err == nil || !strings.Contains(err.Error(), "640 neuron circuits, the limit is 512 (Pehle 2022)") {
		t.Errorf("%v", err)
	}
	p, err := brainscales2.New().Place(wide(512, 128))
	if err != nil || p.Usage[0].Used != 512 || p.Usage[1].Used != p.Usage[1].Limit {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestSampleWithoutVariationIsTheNetwork: the chip as it is meant to be, spike for spike.
func TestSampleWithoutVariationIsTheNetwork(t *testing.T) {
	same, err := brainscales2.Variation{}.Sample(network(), 1)
	if err != nil {
		t.Fatal(err)
	}
	a, b := machine(t, network()), machine(t, same)
	spikes := 0
	for tick := range 60 {
		row := make([]int32, 8)
		for i := range row {
			row[i] = int32((tick*7 + i*5) % 32)
		}
		x, err := a.Step(testkit.Sparse(row))
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Step(testkit.Sparse(row))
		if err != nil {
			t.Fatal(err)
		}
		if spikes += len(x.Index); !slices.Equal(x.Index, y.Index) || !slices.Equal(a.State("a").V, b.State("a").V) {
			t.Fatalf("tick %d: %v, sampled %v", tick, x.Index, y.Index)
		}
	}
	if spikes == 0 {
		t.Error("no spikes: nothing was tested")
	}
}

func machine(t *testing.T, n *quant.IntNet) *emulator.Machine {
	p, err := emulator.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	return p.NewMachine()
}

// TestSampleSpreads: one seed gives one chip, seeds differ, and what is drawn has the deviations asked for.
func TestSampleSpreads(t *testing.T) {
	net := wide(100, 120)
	for i := range net.Synapses[0].Dense.Weight.Data {
		net.Synapses[0].Dense.Weight.Data[i] = 40
	}
	v := brainscales2.Variation{Weight: 0.1, Threshold: 0.05, Time: 0.2, Noise: 0.02}
	chipOf := func(seed uint64) *quant.IntNet {
		n, err := v.Sample(net, seed)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if d := cmp.Diff(chipOf(1), chipOf(1)); d != "" {
		t.Error(d)
	}
	one, other := chipOf(1), chipOf(2)
	if slices.Equal(one.Synapses[0].Dense.Weight.Data, other.Synapses[0].Dense.Weight.Data) {
		t.Error("two seeds give one chip")
	}
	deviation(t, "weights", one.Synapses[0].Dense.Weight.Data, 40*256, 0.1)
	deviation(t, "thresholds", one.Populations[0].Spiking.Threshold.Data, 60*256, 0.05)
	var times []int32
	for _, p := range one.Populations[0].Spiking.Leak.P.Data {
		times = append(times, int32(math.Round(1e4*math.Log(-1/math.Log(1-float64(p)/32768)/10))))
	}
	deviation(t, "logarithms of time constants", shifted(times, 10000), 10000, 0.2)
	if s := one.Populations[0].Spiking.Noise.Sigma.Data[0]; s != 307 { // 0.02·60·256
		t.Errorf("noise %d", s)
	}
	if _, err := (brainscales2.Variation{Weight: 2}).Sample(net, 1); err == nil || !strings.Contains(err.Error(), "a variation of 2; standard deviations of 0 to 1") {
		t.Errorf("%v", err)
	}
}

func shifted(v []int32, by int32) []int32 {
	for i := range v {
		v[i] += by
	}
	return v
}

// deviation checks mean and relative standard deviation within four standard errors.
func deviation(t *testing.T, what string, v []int32, mean, sigma float64) {
	t.Helper()
	n, sum, square := float64(len(v)), 0.0, 0.0
	for _, x := range v {
		sum += float64(x) / mean / n
	}
	for _, x := range v {
		square += (float64(x)/mean - sum) * (float64(x)/mean - sum) / (n - 1)
	}
	got := math.Sqrt(square)
	if math.Abs(sum-1) > 4*sigma/math.Sqrt(n) || math.Abs(got-sigma) > 4*sigma/math.Sqrt(2*n) {
		t.Errorf("%s: mean %g, deviation %g, expected 1 and %g", what, sum, got, sigma)
	}
}

// TestSampleUnrolls: a convolution's synapses are drawn one by one, and without variation stay the convolution.
func TestSampleUnrolls(t *testing.T) {
	net := network()
	net.Input.Shape = []int{2, 5, 4}
	net.Populations[0].Shape = []int{4, 3, 2}
	net.Synapses[0].Dense = nil
	w := weights(4, 9)
	net.Synapses[0].Conv = &quant.Conv{Weight: quant.NewTensor(w.Data, 4, 1, 3, 3), Stride: [2]int{2, 2}, Padding: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 2}
	net.Synapses[1].Dense.Weight = weights(3, 24)
	net.Populations = append(net.Populations, quant.Population{Name: "c", Shape: []int{3}, Spiking: lif()})
	net.Synapses = append(net.Synapses, quant.Synapses{Name: "cw", From: "b", To: "c", Latency: 1, One: &quant.One{Weight: quant.Scalar(63)}})
	net.Output = "c"
	same, err := brainscales2.Variation{}.Sample(net, 3)
	if err != nil {
		t.Fatal(err)
	}
	a, b := machine(t, net), machine(t, same)
	for tick := range 40 {
		row := make([]int32, 40)
		for i := range row {
			row[i] = int32((tick*11 + i*7) % 32)
		}
		if _, err := a.Step(testkit.Sparse(row)); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Step(testkit.Sparse(row)); err != nil {
			t.Fatal(err)
		}
		for _, p := range []string{"a", "c"} {
			if !slices.Equal(a.State(p).V, b.State(p).V) {
				t.Fatalf("tick %d: %s is %v, sampled %v", tick, p, a.State(p).V, b.State(p).V)
			}
		}
	}
}

func TestJudge(t *testing.T) {
	k := 0.0
	s, err := brainscales2.Typical().Judge(network(), 4, 1, func(*quant.IntNet) (float64, error) { k++; return k, nil })
	if err != nil || s.Mean != 2.5 || math.Abs(s.Std-math.Sqrt(5.0/3)) > 1e-12 || s.Lowest != 1 || len(s.Chips) != 4 {
		t.Errorf("%+v, %v", s, err)
	}
	if got := s.String(); got != "2.5 ± 1.3 over 4 chips" {
		t.Error(got)
	}
	if _, err := brainscales2.Typical().Judge(network(), 1, 1, nil); err == nil {
		t.Error("one chip has a spread")
	}
}
