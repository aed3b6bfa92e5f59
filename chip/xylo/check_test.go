package xylo_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/xylo"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// TestExportOfGoldenCases: network → specification → the same network. Aliases
// that chain are refused.
func TestExportOfGoldenCases(t *testing.T) {
	same := 0
	for _, c := range testkit.ChipCases(t, "xylo") {
		net := network(t, spec(t, c))
		s, err := xylo.FromNet(net)
		if err != nil {
			if !strings.Contains(err.Error(), `"aliased": chain; hand spikes on`) {
				t.Error(err)
			}
			continue
		}
		if d := cmp.Diff(net, network(t, s)); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
		same++
	}
	if same == 0 {
		t.Error("nothing was exported")
	}
	t.Logf("%d networks", same)
}

// plain is a specification within all limits.
func plain() *xylo.Spec {
	fill := func(v int32, shape ...int) quant.Tensor {
		t := quant.NewTensor(make([]int32, quant.Len(shape)), shape...)
		for i := range t.Data {
			t.Data[i] = v + int32(i%3)
		}
		return t
	}
	return &xylo.Spec{
		WeightsIn: fill(3, 2, 4, 2), WeightsRec: fill(-2, 4, 4, 2), WeightsOut: fill(5, 4, 3), DashMem: fill(2, 4), DashSyn: fill(1, 4), DashSyn2: fill(3, 4),
		DashMemOut: fill(2, 3), DashSynOut: fill(2, 3), Threshold: fill(40, 4), ThresholdOut: fill(50, 3), Bias: fill(1, 4), ShiftOut: 1,
	}
}

func network(t *testing.T, s *xylo.Spec) *quant.IntNet {
	net, err := s.Net()
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func TestEachLimitIsRefused(t *testing.T) {
	hidden := func(n *quant.IntNet) *quant.Spiking { return n.Find("hidden").Spiking }
	widen := func(in, h, out int) func(*quant.IntNet) {
		return func(n *quant.IntNet) {
			zero := func(shape ...int) quant.Tensor { return quant.NewTensor(make([]int32, quant.Len(shape)), shape...) }
			ones := func(k int) quant.Tensor { t := zero(k); clear(t.Data); return t }
			th := func(k int) quant.Tensor {
				t := ones(k)
				for i := range t.Data {
					t.Data[i] = 1
				}
				return t
			}
			s := &xylo.Spec{
				WeightsIn: zero(in, h), WeightsOut: zero(h, out), DashMem: ones(h), DashSyn: ones(h), DashMemOut: ones(out), DashSynOut: ones(out),
				Threshold: th(h), ThresholdOut: th(out),
			}
			*n = *network(t, s)
		}
	}
	for want, damage := range map[string]func(n *quant.IntNet){
		"17 inputs, the limit is 16":                             widen(17, 2, 1),
		"1001 hidden neurons, the limit is 1000":                 widen(2, 1001, 1),
		"9 outputs, the limit is 8":                              widen(2, 2, 9),
		"129 weight (8 bits, signed), the limit is 127":          func(n *quant.IntNet) { n.Synapses[0].Dense.Weight.Data[0] = 129 },
		"threshold 32768 is outside 1..32767":                    func(n *quant.IntNet) { hidden(n).Threshold = quant.Scalar(32768) },
		"bias 40000 is outside":                                  func(n *quant.IntNet) { hidden(n).Bias = quant.Scalar(40000) },
		"5 spikes a step, the target has 31":                     func(n *quant.IntNet) { hidden(n).MaxSpikes = 5 },
		"2 spikes a step, the target has 1":                      func(n *quant.IntNet) { n.Find("output").Spiking.MaxSpikes = 2 },
		"initial potential 1 is outside 0..0":                    func(n *quant.IntNet) { hidden(n).Initial = quant.Scalar(1) },
		"16 spikes of an input in a step, the limit is 15":       func(n *quant.IntNet) { n.Input.Max = 16 },
		"reset mode 0 is outside 1..1; a reset to a value":       func(n *quant.IntNet) { hidden(n).Reset = quant.Scalar(0) },
		"order of the current is decay-add, the target has add-": func(n *quant.IntNet) { hidden(n).Currents[0].Order = quant.DecayAdd },
		"range of the current is":                                func(n *quant.IntNet) { hidden(n).Currents[0].Range = quant.Signed(24, quant.Saturate) },
		"has a bias; v1 has none":                                func(n *quant.IntNet) { hidden(n).Charge = quant.ChargeStaged },
		"2 currents, the output 2; the target has 1 or 2, and 1": func(n *quant.IntNet) { o := n.Find("output").Spiking; o.Currents = append(o.Currents, o.Currents[0]) },
		"threshold 0 is outside 1..32767":                        func(n *quant.IntNet) { hidden(n).Threshold = quant.Scalar(0) },
		"comparison is >, the target has >=":                     func(n *quant.IntNet) { hidden(n).Fire = model.FireAbove },
		"leak is subtract, the target has dash":                  func(n *quant.IntNet) { hidden(n).Leak.Kind = quant.DecaySubtract },
		"current decay is subtract, the target has dash":         func(n *quant.IntNet) { hidden(n).Currents[0].Decay.Kind = quant.DecaySubtract },
		"the current saturates once a step":                      func(n *quant.IntNet) { hidden(n).Currents[1].EachEvent = false },
		"charge is sum, the target has increment or, v1, staged": func(n *quant.IntNet) { hidden(n).Charge = quant.ChargeSum },
		"range of the potential is":                              func(n *quant.IntNet) { hidden(n).Range = quant.Signed(24, quant.Saturate) },
		"refractory period is 1, the target has 0":               func(n *quant.IntNet) { hidden(n).Refractory = 1 },
		"has a floor":                                                 func(n *quant.IntNet) { hidden(n).Floor = &quant.Floor{At: quant.Scalar(-9), Mode: quant.Scalar(2)} },
		`"in0": latency is 1, the target has 0`:                       func(n *quant.IntNet) { n.Synapses[0].Latency = 1 },
		`"in0": is not plain and dense`:                               func(n *quant.IntNet) { n.Synapses[0].Exponent = 1 },
		`"out": joins "input" to "output"; the target joins input to`: func(n *quant.IntNet) { n.Synapses[4].From = "input" },
		`"x": is a second hidden layer`: func(n *quant.IntNet) {
			n.Populations = append(n.Populations, quant.Population{Name: "x", Shape: []int{1}, Spiking: hidden(n)})
		},
	} {
		n := network(t, plain())
		damage(n)
		_, err := xylo.FromNet(n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
}

func TestSpecification(t *testing.T) {
	im, err := chip.Make(xylo.New(), network(t, plain()), "test")
	if err != nil || len(im.Placement.Usage) != 3 {
		t.Fatalf("%+v, %v", im, err)
	}
	raw, err := plain().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if w := got["weights_in"].([]any)[1].([]any)[3].([]any); len(w) != 2 || got["weight_shift_out"] != 1.0 {
		t.Errorf("%v", got)
	}
	bad := plain()
	bad.Bias = quant.Scalar(1)
	bad.WeightsRec = quant.Scalar(1)
	bad.Aliases = [][]int{{9}}
	if _, err := bad.Net(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("expected three faults, got %v", err)
	}
}
