package main

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

// digitsImage saves an image for 8×8 digits: a class's neuron sums its pixels with fixed weights.
func digitsImage(t *testing.T, change func(im *chip.Image)) string {
	t.Helper()
	w := quant.NewTensor(make([]int32, 10*64), 10, 64)
	for i := range w.Data {
		w.Data[i] = int32(i*7919%5) - 2
	}
	net := &quant.IntNet{
		Input: quant.Input{Shape: []int{1, 8, 8}, Max: 1, Scale: 1}, Output: "out",
		Populations: []quant.Population{{Name: "out", Shape: []int{10}, Spiking: ranc.LIF(9, 0, -200, quant.ResetSubtract)}},
		Synapses:    []quant.Synapses{{Name: "w", From: "input", To: "out", Bits: 4, Dense: &quant.Dense{Weight: w}}},
	}
	im := &chip.Image{
		Producer: "test", Target: chip.TargetRecord{Name: "ranc"}, Net: net, Energy: chip.EnergyOf(ranc.New()),
		IO: chip.IO{
			Coding: "constant", Data: map[string]any{"name": "digits", "encode": map[string]any{"kind": "constant", "steps": 6}},
			Ticks: 8, Steps: 6, Readout: "sum",
		},
	}
	if change != nil {
		change(im)
	}
	path := filepath.Join(t.TempDir(), "digits.snnimg")
	if err := im.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEmulateData: an image alone is judged on the data that it records; what
// is counted is an average over samples, and threads do not matter.
func TestEmulateData(t *testing.T) {
	image, dir := digitsImage(t, nil), t.TempDir()
	var a, b judgeResult
	file := func(name string) string { return filepath.Join(dir, name) }
	object(t, &a, "emulate", image, "--threads", "1", "--predictions", file("p1.npy"), "--scores", file("s1.npy"))
	object(t, &b, "emulate", image, "--threads", "3", "--batch", "50", "--predictions", file("p3.npy"), "--scores", file("s3.npy"))
	a.Seconds, b.Seconds, a.PerSecond, b.PerSecond = 0, 0, 0, 0
	if a.N != 359 || a.Ticks != 8 || a.Correct != b.Correct || a.Events != b.Events || a.Spikes["out"] != b.Spikes["out"] || *a.Energy.Joule != *b.Energy.Joule {
		t.Errorf("%+v\n%+v", a, b)
	}
	if !slices.Equal(read(t, dir, "p1.npy"), read(t, dir, "p3.npy")) || !slices.Equal(read(t, dir, "s1.npy"), read(t, dir, "s3.npy")) {
		t.Error("files differ between threads")
	}
	scores, err := npy.Read(file("s1.npy"))
	if err != nil || !slices.Equal(scores.Shape, []int{359, 10}) {
		t.Fatalf("%v, %v", scores.Shape, err)
	}
	// 26 pJ an event, one axon a weight as there are 4 values; 1 ms a tick
	if e := a.Energy; len(e.Parts) != 1 || math.Abs(*e.Joule-e.Parts[0].Count*26e-12) > 1e-18 || e.Parts[0].Count != a.Events || *e.Second != 8e-3 || e.ANN.MACs != 640 {
		t.Errorf("%+v", e)
	}
	if m := a.NeuroBench; m.SynapticOperations.ACs != a.Events || m.SynapticOperations.MACs != 0 || m.SynapticOperations.Dense != 8*640 || m.MembraneUpdates < 10 {
		t.Errorf("%+v", m)
	}
	if len(a.Utilization) != 3 || a.Utilization[0].Used == 0 { // placed when it is asked for
		t.Errorf("%+v", a.Utilization)
	}
	text := good(t, "emulate", image, "--limit", "20")
	for _, want := range []string{"of 20) on digits, emulated as ranc", "synaptic-event", "Merolla 2014", "NeuroBench: Footprint", "used: 1 of 4096 cores", "without spikes, 8 bits: 640 MACs"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestEmulateDataOfAnotherConfig: what an image does not say is given, and what it says is not given again.
func TestEmulateDataOfAnotherConfig(t *testing.T) {
	bare := digitsImage(t, func(im *chip.Image) {
		im.IO, im.Energy, im.Net.Input.Scale = chip.IO{}, nil, 0
	})
	full := digitsImage(t, nil)
	config := write(t, "d.yaml", "data: {name: digits, encode: {kind: constant, steps: 6}}\n")
	var a, b judgeResult
	object(t, &a, "emulate", bare, "--data", config, "--readout", "sum", "--tail", "2", "--scale", "1")
	object(t, &b, "emulate", full)
	if a.Correct != b.Correct || a.Events != b.Events || *a.Energy.Joule != *b.Energy.Joule {
		t.Errorf("%+v\n%+v", a, b)
	}
	other := write(t, "y.yaml", "data: {name: yinyang, encode: {kind: constant, steps: 6}}\n")
	long := write(t, "l.yaml", "data: {name: digits, encode: {kind: constant, steps: 3}}\n")
	for want, args := range map[string][]string{
		"records no data; give --data CONFIG":               {bare},
		"give --readout: sum, mean, max, last, first-spike": {bare, "--data", config, "--scale", "1"},
		"input element 2: 0.1875 is no whole number":        {bare, "--data", config, "--readout", "sum"},
		`readout "vote" is unknown`:                         {bare, "--data", config, "--readout", "vote"},
		"--readout is given, and the image says it itself":  {full, "--readout", "max"},
		"--tail is given":                                   {full, "--tail", "1"},
		"--scale is given":                                  {full, "--scale", "1"},
		"samples are [4], the network takes [1 8 8]":        {full, "--data", other},
		"samples of 3 steps, the image shows 6":             {full, "--data", long},
		`has no part "tset"`:                                {full, "--split", "tset"},
		"--batch 0 must be at least 1":                      {full, "--batch", "0"},
		`target: "lava-loihi" is unknown`:                   {full, "--energy", "lava-loihi"},
		"--batch goes with data":                            {full, "--input", "x.npy", "--out", "y.npy", "--batch", "2"},
	} {
		refused(t, exitUsage, []string{want}, append([]string{"emulate"}, args...)...)
	}
}

// TestEmulateHeldInput: values outside the input's range are counted and said.
func TestEmulateHeldInput(t *testing.T) {
	image := digitsImage(t, func(im *chip.Image) { im.Net.Input.Scale = 0.25 })
	_, errs, status := call(t, "emulate", image, "--limit", "5")
	if status != 0 || !strings.Contains(errs, "input values lie outside 0..1 and were held at its ends") {
		t.Errorf("status %d, %s", status, errs)
	}
}

// TestEnergyOfAnotherTarget: Loihi 2 has no published table, Loihi 1 has one.
func TestEnergyOfAnotherTarget(t *testing.T) {
	image := digitsImage(t, func(im *chip.Image) {
		im.Target.Name, im.Energy = "lava", nil
		im.Net.Populations[0].Spiking = lava.LIF(4096, 0, 3, quant.Tensor{})
		im.Net.Synapses[0].Latency = 1
	})
	var a, b judgeResult
	object(t, &a, "emulate", image, "--limit", "20")
	object(t, &b, "emulate", image, "--limit", "20", "--energy", "lava-loihi1")
	if a.Energy.Joule != nil || len(a.Energy.Notes) != 1 || !strings.Contains(a.Energy.Notes[0], "no published energy constant for lava") {
		t.Errorf("%+v", a.Energy)
	}
	if b.Energy.Joule == nil || len(b.Energy.Parts) != 6 || b.Energy.Second == nil || a.Correct != b.Correct {
		t.Errorf("%+v", b.Energy)
	}
}

// TestMoreCoresThanTheChipHas: the image runs, and what does not fit is said.
func TestMoreCoresThanTheChipHas(t *testing.T) {
	image := digitsImage(t, func(im *chip.Image) { // 129 cores of 1024 neurons
		n := 128*1024 + 1
		im.Target.Name, im.Energy, im.IO = "lava-loihi1", nil, chip.IO{Ticks: 2, Steps: 2, Readout: "sum"}
		im.Net.Input = quant.Input{Shape: []int{64}, Max: 1}
		im.Net.Populations[0].Shape, im.Net.Populations[0].Spiking = []int{n}, lava.LIF(4096, 0, 3, quant.Tensor{})
		start, target := make([]int32, 65), make([]int32, n)
		for i := range target {
			target[i] = int32(i)
		}
		for i := range start {
			start[i] = int32(i * n / 64)
		}
		im.Net.Synapses = []quant.Synapses{{Name: "w", From: "input", To: "out", Latency: 1, Sparse: &quant.Sparse{
			Start: quant.NewTensor(start, 65), Target: quant.NewTensor(target, n), Weight: constantOf(2, n),
		}}}
	})
	config := write(t, "d.yaml", "data: {name: digits, encode: {kind: rate, steps: 2}}\n")
	var r judgeResult
	object(t, &r, "emulate", image, "--data", config, "--limit", "2")
	notes := strings.Join(r.Energy.Notes, "\n")
	if r.N != 2 || r.Cores != 0 || !strings.Contains(notes, "129 cores, the limit is 128 (Davies 2018)") || !strings.Contains(notes, "hop-x is not counted") {
		t.Errorf("%+v", r)
	}
	var info chipInfo
	object(t, &info, "inspect", image)
	if !strings.Contains(strings.Join(info.Notes, "\n"), "129 cores, the limit is 128") {
		t.Errorf("%q", info.Notes)
	}
}

// TestTrainedMNISTNet: the network of lava-dl on test images of MNIST, from its file.
func TestTrainedMNISTNet(t *testing.T) {
	net := testkit.Data(t, "loihi_lava", "trained_mnist_network.net")
	if err := hdf5.Available(); err != nil {
		t.Skip(err)
	}
	config := write(t, "m.yaml", "data: {name: mnist, encode: {kind: constant, steps: 8}}\n")
	var r judgeResult
	object(t, &r, "emulate", net, "--data", config, "--set", "data.dir="+testkit.Data(t, "mnist"), "--readout", "sum", "--tail", "3", "--scale", "1", "--limit", "2000")
	if r.N != 2000 || r.Correct < 1860 || len(r.Utilization) != 3 {
		t.Errorf("%d of %d correct, %+v", r.Correct, r.N, r.Utilization)
	}
	t.Logf("%d of %d, %.0f synaptic events an image", r.Correct, r.N, r.Events)
}
