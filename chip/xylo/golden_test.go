package xylo_test

import (
	"testing"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/xylo"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

type goldenCase struct {
	Version  string  `json:"version"`
	ShiftIn  int     `json:"weight_shift_in"`
	ShiftRec int     `json:"weight_shift_rec"`
	ShiftOut int     `json:"weight_shift_out"`
	Aliases  [][]int `json:"aliases"`
}

func spec(t *testing.T, c testkit.ChipCase) *xylo.Spec {
	var g goldenCase
	c.Parameters(t, &g)
	get := func(name string) quant.Tensor {
		if _, ok := c.Arrays[name]; !ok {
			return quant.Tensor{}
		}
		return c.Tensor(t, name)
	}
	return &xylo.Spec{
		Version: g.Version, ShiftIn: g.ShiftIn, ShiftRec: g.ShiftRec, ShiftOut: g.ShiftOut, Aliases: g.Aliases,
		WeightsIn: get("weights_in"), WeightsRec: get("weights_rec"), WeightsOut: get("weights_out"),
		DashMem: get("dash_mem"), DashSyn: get("dash_syn"), DashSyn2: get("dash_syn_2"), DashMemOut: get("dash_mem_out"), DashSynOut: get("dash_syn_out"),
		Threshold: get("threshold"), ThresholdOut: get("threshold_out"), Bias: get("bias"), BiasOut: get("bias_out"),
	}
}

// TestGoldenXylo: spikes, currents and potentials of both layers of xylosim.
func TestGoldenXylo(t *testing.T) {
	compared := 0
	testkit.GoldenChips(t, "xylo", func(t *testing.T, c testkit.ChipCase) {
		net, err := spec(t, c).Net()
		if err != nil {
			t.Fatal(err)
		}
		input := c.Tensor(t, "input")
		for i, v := range input.Data {
			input.Data[i] = min(v, net.Input.Max) // the chip's own limit of 15 a step
		}
		compared += c.Compare(t, net, input, probes(net))
	})
	t.Logf("%d values compared", compared)
}

func probes(net *quant.IntNet) []testkit.Probe {
	spikes := "hidden"
	if net.Find("aliased") != nil {
		spikes = "aliased"
	}
	n, out := net.Find("hidden").N(), net.Find("output").N()
	list := []testkit.Probe{
		{Array: "hidden", Get: func(m *emulator.Machine) []int32 { return testkit.Spikes(m, spikes, n) }},
		{Array: "i_syn", Get: func(m *emulator.Machine) []int32 { return m.State("hidden").I[0] }},
		{Array: "v_mem", Get: func(m *emulator.Machine) []int32 { return m.State("hidden").V }},
		{Array: "i_syn_out", Get: func(m *emulator.Machine) []int32 { return m.State("output").I[0] }},
		{Array: "v_mem_out", Get: func(m *emulator.Machine) []int32 { return m.State("output").V }},
		{Array: "output", Get: func(m *emulator.Machine) []int32 { return testkit.Spikes(m, "output", out) }},
	}
	if len(net.Find("hidden").Spiking.Currents) == 2 {
		list = append(list, testkit.Probe{Array: "i_syn2", Get: func(m *emulator.Machine) []int32 { return m.State("hidden").I[1] }})
	}
	return list
}
