package quant_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// small is a network of two populations joined by dense synapses.
func small() *quant.IntNet {
	lif := func() *quant.Spiking {
		return &quant.Spiking{
			Charge: quant.ChargeSum, Range: quant.Signed(24, quant.Saturate), Threshold: quant.Scalar(10),
			Fire: model.FireAbove, MaxSpikes: 1, Reset: quant.Scalar(quant.ResetValue),
		}
	}
	return &quant.IntNet{
		Input: quant.Input{Shape: []int{2}, Max: 1},
		Populations: []quant.Population{
			{Name: "a", Shape: []int{3}, Spiking: lif()},
			{Name: "b", Shape: []int{1}, Spiking: lif()},
		},
		Synapses: []quant.Synapses{
			{Name: "in", From: "input", To: "a", Latency: 1, Dense: &quant.Dense{Weight: quant.NewTensor([]int32{1, 2, 3, 4, 5, 6}, 3, 2)}},
			{Name: "ab", From: "a", To: "b", Latency: 0, Dense: &quant.Dense{Weight: quant.NewTensor([]int32{1, -2, 3}, 1, 3)}},
		},
		Output: "b",
	}
}

func TestValidNetwork(t *testing.T) {
	if err := small().Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestEveryFaultIsNamed(t *testing.T) {
	a := func(n *quant.IntNet) *quant.Spiking { return n.Populations[0].Spiking }
	for want, damage := range map[string]func(n *quant.IntNet){
		`population "a": the name is empty or used twice`: func(n *quant.IntNet) { n.Populations[1].Name = "a" },
		`shape [0]; expected 1 to`:                        func(n *quant.IntNet) { n.Populations[0].Shape = []int{0} },
		`shape [65536 65536]; expected 1 to`:              func(n *quant.IntNet) { n.Input.Shape = []int{1 << 16, 1 << 16} },
		`exactly one rule`:                                func(n *quant.IntNet) { n.Populations[0].Spiking = nil },
		`charge "x" is unknown`:                           func(n *quant.IntNet) { a(n).Charge = "x" },
		`fire "=" is unknown`:                             func(n *quant.IntNet) { a(n).Fire = "=" },
		`range 1..0 is empty`:                             func(n *quant.IntNet) { a(n).Range = quant.Range{Min: 1} },
		`overflow "x" is unknown`:                         func(n *quant.IntNet) { a(n).Range.Overflow = "x" },
		`threshold has 2 values`:                          func(n *quant.IntNet) { a(n).Threshold = quant.Vector(1, 2) },
		`threshold is missing`:                            func(n *quant.IntNet) { a(n).Threshold = quant.Tensor{} },
		`threshold of several spikes a tick 0 is outside`: func(n *quant.IntNet) { a(n).MaxSpikes = 3; a(n).Threshold = quant.Scalar(0) },
		`reset of several spikes a tick 0 is outside`:     func(n *quant.IntNet) { a(n).MaxSpikes = 0 },
		`reset 7 is outside 0..2`:                         func(n *quant.IntNet) { a(n).Reset = quant.Scalar(7) },
		`dash 40 is outside 0..31`:                        func(n *quant.IntNet) { a(n).Leak = quant.Decay{Kind: quant.DecayDash, P: quant.Scalar(40)} },
		`decay of 0 bits`:                                 func(n *quant.IntNet) { a(n).Leak = quant.Decay{Kind: quant.DecayMultiply, P: quant.Scalar(1)} },
		`floor mode 3 is outside 0..2`:                    func(n *quant.IntNet) { a(n).Floor = &quant.Floor{At: quant.Scalar(0), Mode: quant.Scalar(3)} },
		`potential 8388608 is outside`:                    func(n *quant.IntNet) { a(n).ResetTo = quant.Scalar(1 << 23) },
		`floor -8388609 is outside`: func(n *quant.IntNet) {
			a(n).Floor = &quant.Floor{At: quant.Scalar(-1<<23 - 1), Mode: quant.Scalar(0)}
		},
		`each_event needs order add-decay`: func(n *quant.IntNet) {
			a(n).Currents = []quant.Current{{Order: quant.DecayAdd, Range: quant.Full(), EachEvent: true}}
		},
		`population "a" has 1`:                                func(n *quant.IntNet) { n.Synapses[0].Current = 1 },
		`join "in" to "a": no such population`:                func(n *quant.IntNet) { n.Synapses[0].From = "in" },
		`latency 0 from "b", which is not updated before "a"`: func(n *quant.IntNet) { n.Synapses[1].From, n.Synapses[1].To = "b", "a" },
		`0 connections; expected one of`:                      func(n *quant.IntNet) { n.Synapses[0].Dense = nil },
		`weight is [2 3], expected [3 2]`:                     func(n *quant.IntNet) { n.Synapses[0].Dense.Weight.Shape = []int{2, 3} },
		`a convolution needs channels`:                        func(n *quant.IntNet) { n.Synapses[0].Dense = nil; n.Synapses[0].Conv = &quant.Conv{} },
		`5 delays per synapse; expected 6`: func(n *quant.IntNet) {
			n.Synapses[0].Delay = quant.Delay{Per: quant.DelaySynapse, Ticks: quant.Vector(1, 1, 1, 1, 1)}
		},
		`delay 5000 is outside 0..4096`: func(n *quant.IntNet) {
			n.Synapses[0].Delay = quant.Delay{Per: quant.DelayAll, Ticks: quant.Scalar(5000)}
		},
		`output "c": names no population`:     func(n *quant.IntNet) { n.Output = "c" },
		`the sum of a tick can leave 32 bits`: func(n *quant.IntNet) { n.Synapses[0].Dense.Weight.Data[0] = 1 << 30; n.Input.Max = 9 },
		`synapses "in": the sum`:              func(n *quant.IntNet) { n.Synapses[0].Dense.Weight.Data[0] = 1 << 20; n.Synapses[0].Exponent = 12 },
		`population "a": what arrives in a tick can leave 32 bits`: func(n *quant.IntNet) {
			n.Synapses[0].Dense.Weight.Data[0] = 1 << 30
			again := n.Synapses[0]
			again.Name = "in2"
			n.Synapses = append(n.Synapses, again)
		},
	} {
		n := small()
		damage(n)
		err := n.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	n := small()
	n.Populations[0].Spiking.Charge = "x"
	n.Synapses[1].Latency = -1
	n.Output = ""
	if err := n.Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("expected three faults, got %v", err)
	}
}

func TestTensorsHaveUniqueNames(t *testing.T) {
	seen := map[string]bool{}
	small().Tensors(func(name string, _ *quant.Tensor) {
		if seen[name] {
			t.Errorf("%s twice", name)
		}
		seen[name] = true
	})
	if want := 6; len(seen) != want {
		t.Errorf("%d arrays, want %d: %v", len(seen), want, seen)
	}
}

func TestSpread(t *testing.T) {
	shape := []int{2, 1, 2}
	for _, c := range []struct {
		t    quant.Tensor
		want string
	}{
		{quant.Scalar(5), "[5 5 5 5]"}, {quant.Vector(1, 2), "[1 1 2 2]"}, {quant.Vector(1, 2, 3, 4), "[1 2 3 4]"}, {quant.Tensor{}, "[0 0 0 0]"},
	} {
		if got := fmt.Sprint(c.t.Spread(shape)); got != c.want {
			t.Errorf("%v spreads to %s, want %s", c.t, got, c.want)
		}
	}
}
