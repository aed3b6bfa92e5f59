package spinnaker2_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/spinnaker2"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// network is 6-5-3 neurons.
func network(rule func() *quant.Spiking) *quant.IntNet {
	w := func(out, in int) *quant.Dense {
		t := quant.NewTensor(make([]int32, out*in), out, in)
		for i := range t.Data {
			t.Data[i] = int32(i*37%255) - 127
		}
		return &quant.Dense{Weight: t}
	}
	return &quant.IntNet{
		Input: quant.Input{Shape: []int{6}, Max: 1}, Output: "b",
		Populations: []quant.Population{{Name: "a", Shape: []int{5}, Spiking: rule()}, {Name: "b", Shape: []int{3}, Spiking: rule()}},
		Synapses: []quant.Synapses{
			{Name: "aw", From: "input", To: "a", Latency: 1, Exponent: 8, Dense: w(5, 6)},
			{Name: "bw", From: "a", To: "b", Latency: 1, Exponent: 8, Dense: w(3, 5)},
		},
	}
}

func fixed() *quant.Spiking {
	return spinnaker2.LIF(spinnaker2.Decay(20e-3, 1e-3), quant.Scalar(spinnaker2.Fixed(1)), quant.Scalar(100), quant.ResetSubtract)
}

func float() *quant.Spiking {
	s := fixed()
	s.State = quant.StateFloat32
	return s
}

func TestEachLimitIsRefused(t *testing.T) {
	a := func(n *quant.IntNet) *quant.Spiking { return n.Populations[0].Spiking }
	for want, damage := range map[string]func(n *quant.IntNet){
		`layer "aw": 128 weight (8 bits, both signs alike), the limit is 127`: func(n *quant.IntNet) { n.Synapses[0].Dense.Weight.Data[0] = -128 },
		`16 bits of a layer's scale, the limit is 15`:                         func(n *quant.IntNet) { n.Synapses[0].Exponent = 16 },
		`1245192 neurons in the memory of all cores (16 bytes each), the l`:   func(n *quant.IntNet) { n.Populations[0].Shape = []int{1245189} },
		`exponent -1; scale`:                               func(n *quant.IntNet) { n.Synapses[0].Exponent = -1 },
		`latency is 0, the target needs at least 1`:        func(n *quant.IntNet) { n.Synapses[0].Latency = 0 },
		`sums are held in a register`:                      func(n *quant.IntNet) { n.Synapses[0].Range = &quant.Range{} },
		`is a max pool`:                                    func(n *quant.IntNet) { n.Synapses[0].Dense, n.Synapses[0].Pool = nil, &quant.Pool{} },
		`synaptic currents is 1, the target has 0`:         func(n *quant.IntNet) { a(n).Currents = make([]quant.Current, 1) },
		`decay is dash, the target has multiply`:           func(n *quant.IntNet) { a(n).Leak.Kind = quant.DecayDash },
		`decay bits is 12, the target has 15`:              func(n *quant.IntNet) { a(n).Leak.Bits = 12 },
		`decay rounding is toward-zero, the target has fl`: func(n *quant.IntNet) { a(n).Leak.Round = quant.RoundTowardZero },
		`charge is staged`:                                 func(n *quant.IntNet) { a(n).Charge = quant.ChargeStaged },
		`range of the potential is`:                        func(n *quant.IntNet) { a(n).Range = quant.Signed(24, quant.Wrap) },
		`comparison is >=, the target has >`:               func(n *quant.IntNet) { a(n).Fire = model.FireAtLeast },
		`spikes a tick is 3, the target has 1`:             func(n *quant.IntNet) { a(n).MaxSpikes = 3 },
		`refractory period is 1`:                           func(n *quant.IntNet) { a(n).Refractory = 1 },
		`reset mode 2 is outside 0..1`:                     func(n *quant.IntNet) { a(n).Reset = quant.Scalar(2) },
		`reset potential 5 is outside 0..0`:                func(n *quant.IntNet) { a(n).ResetTo = quant.Scalar(5) },
		`threshold 0 is outside 1..1073741824`:             func(n *quant.IntNet) { a(n).Threshold = quant.Scalar(0) },
		`has a floor`:                                      func(n *quant.IntNet) { a(n).Floor = &quant.Floor{} },
		`has no spiking neurons`: func(n *quant.IntNet) {
			n.Populations[0].Spiking, n.Populations[0].Activation = nil, &quant.Activation{}
		},
	} {
		n := network(fixed)
		damage(n)
		err := spinnaker2.New().Check(n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
}

// TestPlaceLimits: the memory of a core and the number of cores.
func TestPlaceLimits(t *testing.T) {
	one := func(out, in int) *quant.IntNet {
		n := network(fixed)
		w := quant.NewTensor(make([]int32, out*in), out, in)
		for i := range w.Data {
			w.Data[i] = 1
		}
		n.Input.Shape, n.Populations, n.Output = []int{in}, []quant.Population{{Name: "a", Shape: []int{out}, Spiking: fixed()}}, "a"
		n.Synapses = []quant.Synapses{{Name: "aw", From: "input", To: "a", Latency: 1, Dense: &quant.Dense{Weight: w}}}
		return n
	}
	for want, net := range map[string]*quant.IntNet{
		`1048608 bits of synapse memory a core (a word each) of neuron 0, the limit is 1048576`: one(1, 32769),
		`153 cores, the limit is 152 (Mayr 2019)`:                                               one(153, 32768),
	} {
		if _, err := spinnaker2.New().Place(net); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	wide := one(8193, 1)
	if p, err := spinnaker2.New().Place(wide); err != nil || len(p.Cores) != 2 {
		t.Errorf("8193 neurons need two cores: %v", err)
	}
	if p, err := spinnaker2.New().Place(one(8192, 1)); err != nil || len(p.Cores) != 1 {
		t.Errorf("8192 neurons fit one core: %v", err)
	}
}

// TestBothStates: s16.15 and float32 against float64 and the exact decay: the
// images keep the form, and spikes differ only where a potential is near the threshold.
func TestBothStates(t *testing.T) {
	for name, rule := range map[string]func() *quant.Spiking{"s16.15": fixed, "float32": float} {
		im, err := chip.Make(spinnaker2.New(), network(rule), "test")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := im.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := chip.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := emulator.Compile(again.Net)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			m, v := prog.NewMachine(), make([]float64, 5)
			w, keep := again.Net.Synapses[0].Dense.Weight.Data, 1-float64(again.Net.Populations[0].Spiking.Leak.P.Data[0])/32768
			last := make([]int32, 6)
			for range 30 {
				in := rapid.SliceOfN(rapid.Int32Range(0, 1), 6, 6).Draw(t, "in")
				if _, err := m.Step(testkit.Sparse(in)); err != nil {
					t.Fatal(err)
				}
				spikes := testkit.Spikes(m, "a", 5)
				for n := range v {
					v[n] = v[n]*keep + 100
					for i, x := range last {
						v[n] += float64(w[n*6+i] * x * 256)
					}
					if near := math.Abs(v[n]-32768) < 64; !near && (v[n] > 32768) != (spikes[n] == 1) {
						t.Fatalf("%s: neuron %d: v is %g, spikes %d", name, n, v[n], spikes[n])
					}
					v[n] -= 32768 * float64(spikes[n])
				}
				last = in
			}
		})
	}
}

func TestFixedAndDecay(t *testing.T) {
	if spinnaker2.Fixed(1) != 32768 || spinnaker2.Fixed(-0.5) != -16384 || spinnaker2.Fixed(1e9) != math.MaxInt32 {
		t.Error("s16.15")
	}
	if p := spinnaker2.Decay(20e-3, 1e-3).P.Data[0]; p != 1598 { // (1 − e^(−1/20))·2^15 = 1598.1
		t.Errorf("%d", p)
	}
	if s := spinnaker2.Float(spinnaker2.Decay(1, 1), quant.Scalar(1), quant.Tensor{}, quant.ResetValue); s.State != quant.StateFloat32 {
		t.Error("float32")
	}
}
