package energy_test

import (
	"math"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/energy"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// image is 2 inputs → 2 neurons on core 0 → 2 neurons, one on core 1 (tile 0),
// one on core 40 (tile 10: column 2, row 1). All weights are 1 but one, which
// is 0; every neuron fires when anything comes, a tick after it came.
func image() *chip.Image {
	rule := func() *quant.Spiking {
		return &quant.Spiking{
			Charge: quant.ChargeSum, Range: quant.Signed(16, quant.Saturate), Threshold: quant.Scalar(0), Fire: model.FireAbove,
			MaxSpikes: 1, Reset: quant.Scalar(quant.ResetValue),
		}
	}
	return &chip.Image{
		Target: chip.TargetRecord{Name: "test"},
		Net: &quant.IntNet{
			Input: quant.Input{Shape: []int{2}, Max: 1}, Output: "b",
			Populations: []quant.Population{{Name: "a", Shape: []int{2}, Spiking: rule()}, {Name: "b", Shape: []int{2}, Spiking: rule()}},
			Synapses: []quant.Synapses{
				{Name: "wa", From: "input", To: "a", Latency: 1, Dense: &quant.Dense{Weight: quant.NewTensor([]int32{1, 1, 0, 1}, 2, 2)}},
				{Name: "wb", From: "a", To: "b", Latency: 1, Dense: &quant.Dense{Weight: quant.NewTensor([]int32{1, 1, 1, 1}, 2, 2)}},
			},
		},
		Placement: &chip.Placement{Cores: []chip.Core{
			{Index: 0, Slices: []chip.Slice{{Population: "a", From: 0, To: 2}}},
			{Index: 1, Slices: []chip.Slice{{Population: "b", From: 0, To: 1}}},
			{Index: 40, Slices: []chip.Slice{{Population: "b", From: 1, To: 2}}},
		}},
	}
}

// run shows one input spike to element 0, and 4 ticks in all, n times.
func run(t *testing.T, net *quant.IntNet, n int) emulator.Counts {
	t.Helper()
	p, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	m := p.NewMachine()
	for range n {
		m.Reset()
		for tick := range 4 {
			row := []int32{0, 0}
			if tick == 0 {
				row[0] = 1
			}
			if _, err := m.Step(testkit.Sparse(row)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m.Counts()
}

func constants() []chip.Constant {
	return []chip.Constant{
		{Event: chip.SynapticEvent, Joule: 1, Second: 10, Source: "s"},
		{Event: chip.ActiveUpdate, Joule: 100, Second: 1, Source: "s"},
		{Event: chip.InactiveUpdate, Joule: 1000, Source: "s"},
		{Event: chip.CoreSpike, Joule: 1e4, Source: "s"},
		{Event: chip.HopX, Joule: 1e5, Source: "s"},
		{Event: chip.HopY, Joule: 1e6, Source: "s"},
		{Event: chip.Tick, Joule: 1e7, Second: 100, Source: "s"},
		{Event: chip.Second, Joule: 1e-9, Source: "s"},
	}
}

// TestByHand: input 0 reaches neuron 0 of a (1 event); it fires once, to both of
// b (2 events, 2 cores, 2 hops east and 1 south to the farther one), which fire
// too: 3 active updates. A time of 1 goes with each, on core 0 beside 1 event.
func TestByHand(t *testing.T) {
	im := image()
	im.Energy = constants()
	r := energy.Of(im, nil, run(t, im.Net, 3))
	want := map[chip.Event]float64{
		chip.SynapticEvent: 3, chip.ActiveUpdate: 3, chip.InactiveUpdate: 13, chip.CoreSpike: 3, chip.HopX: 2, chip.HopY: 1, chip.Tick: 4,
		chip.Second: 400 + 10 + 1, // each core has 1 event and 1 active update
	}
	sum := 0.0
	for _, p := range r.Parts {
		if math.Abs(p.Count-want[p.Event]) > 1e-9 {
			t.Errorf("%s: %v, want %v", p.Event, p.Count, want[p.Event])
		}
		delete(want, p.Event)
		sum += p.Count * p.Each
	}
	if len(want) > 0 || r.Joule == nil || math.Abs(*r.Joule-sum) > 1e-6 || math.Abs(sum-(3+3e2+13e3+3e4+2e5+1e6+4e7+411e-9)) > 1e-3 {
		t.Errorf("%v left; %v J, parts %v J", want, r.Joule, sum)
	}
	if r.Ticks != 4 || r.Second == nil || *r.Second != 411 {
		t.Errorf("%v ticks, %v s", r.Ticks, r.Second)
	}
}

// TestActive: a neuron that keeps its charge changes once.
func TestActive(t *testing.T) {
	im := image()
	im.Energy = constants()
	im.Net.Find("a").Spiking.Threshold = quant.Scalar(5)
	r := energy.Of(im, nil, run(t, im.Net, 2))
	for _, p := range r.Parts {
		if p.Event == chip.ActiveUpdate && p.Count != 1 || p.Event == chip.InactiveUpdate && p.Count != 15 {
			t.Errorf("%s: %v", p.Event, p.Count)
		}
	}
}

// TestWithoutConstants: nothing is guessed; what is missing is named.
func TestWithoutConstants(t *testing.T) {
	im := image()
	r := energy.Of(im, nil, run(t, im.Net, 1))
	if r.Joule != nil || r.Second != nil || len(r.Parts) != 0 || !strings.Contains(strings.Join(r.Notes, "\n"), "no published energy constant for test") {
		t.Errorf("%+v", r)
	}
	im.Net.Dt = 1e-3
	if r = energy.Of(im, nil, run(t, im.Net, 1)); r.Second == nil || math.Abs(*r.Second-4e-3) > 1e-12 {
		t.Errorf("%v s for 4 ticks of 1 ms", r.Second)
	}
	im.Placement, im.Energy = nil, constants()
	notes := strings.Join(energy.Of(im, nil, run(t, im.Net, 1)).Notes, "\n")
	if strings.Count(notes, "the network is not placed on cores") != 3 {
		t.Errorf("%s", notes)
	}
	im.Net.Dt, im.Energy = 0, []chip.Constant{{Event: chip.Second, Joule: 1, Source: "meter"}}
	if r = energy.Of(im, nil, run(t, im.Net, 1)); r.Joule != nil || !strings.Contains(strings.Join(r.Notes, "\n"), "the time of an inference is unknown") {
		t.Errorf("%+v", r)
	}
	if r = energy.Of(im, nil, run(t, im.Net, 0)); r.Ticks != 0 || r.ANN.MACs != 0 {
		t.Errorf("without samples: %+v", r)
	}
}

// TestANN: one pass of 8 MACs for a static sample, a pass a tick for a sequence.
func TestANN(t *testing.T) {
	im := image()
	im.IO.Ticks = 4
	c := run(t, im.Net, 1)
	r := energy.Of(im, nil, c)
	if r.ANN.MACs != 8 || r.ANN.Passes != 1 || math.Abs(r.ANN.Joule-8*0.3e-12) > 1e-20 || r.Operations.ACs != 3 || math.Abs(r.Operations.Joule-0.3e-12) > 1e-20 {
		t.Errorf("%+v, %+v", r.ANN, r.Operations)
	}
	im.IO.Coding = "bins"
	if r = energy.Of(im, nil, c); r.ANN.MACs != 32 || r.ANN.Passes != 4 {
		t.Errorf("a sequence: %+v", r.ANN)
	}
	im.IO.Coding = "constant"
	im.Net.Synapses = append(im.Net.Synapses, quant.Synapses{Name: "rec", From: "b", To: "a", Latency: 1, Dense: &quant.Dense{Weight: quant.NewTensor(make([]int32, 4), 2, 2)}})
	if r = energy.Of(im, nil, run(t, im.Net, 1)); r.ANN.Passes != 4 {
		t.Errorf("recurrent: %+v", r.ANN)
	}
}

// TestConstantsHaveSources: known events, positive figures, a source for each.
func TestConstantsHaveSources(t *testing.T) {
	known := map[chip.Event]bool{}
	for _, e := range chip.Events() {
		known[e] = true
	}
	with := 0
	for _, name := range all.Targets().Names() {
		target, err := all.Targets().Get(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range chip.EnergyOf(target) {
			if !known[k.Event] || k.Source == "" || k.Joule < 0 || k.Second < 0 || k.Joule+k.Second == 0 {
				t.Errorf("%s: %+v", name, k)
			}
			with++
		}
	}
	if with == 0 {
		t.Error("no target has constants")
	}
}
