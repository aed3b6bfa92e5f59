package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
)

// chipRuns are the configs that train in a chip's integers, shortened, with
// the accuracy that the emulated chip must reach.
var chipRuns = []struct {
	config, data string
	sets         []string
	least        float64
}{
	{config: "mnist-lava.yaml", data: "mnist", sets: []string{"train.epochs=1"}, least: 0.93},
	{config: "mnist-lava-conv.yaml", data: "mnist", sets: []string{"train.epochs=1"}, least: 0.965},
	{config: "mnist-generic.yaml", data: "mnist", sets: []string{"train.epochs=1"}, least: 0.935},
	{config: "mnist-generic.yaml", data: "mnist", sets: []string{"train.epochs=1", "quantize.bits=2"}, least: 0.925},
	{config: "mnist-ranc.yaml", data: "mnist", sets: []string{"train.epochs=1"}, least: 0.93},
	{config: "fsdd-xylo.yaml", data: "fsdd", sets: []string{"train.epochs=10"}, least: 0.92},
}

// TestAccuracyOnChips trains each config in integers and quantizes it: the
// emulator gives the accuracy of training, and every layer of every test sample
// in every tick the same value.
func TestAccuracyOnChips(t *testing.T) {
	for _, c := range chipRuns {
		name := c.config
		args := []string{"--quiet"}
		for _, set := range c.sets {
			name += " " + set
			args = append(args, "--set", set)
		}
		t.Run(name, func(t *testing.T) {
			if os.Getenv(testkit.DataEnv) == "" {
				t.Skipf("takes minutes; set %s to the data folder", testkit.DataEnv)
			}
			dir := t.TempDir()
			out := filepath.Join(dir, "run")
			args = append(args, "--set", "data.dir="+testkit.Data(t, c.data))
			var sum summary
			object(t, &sum, append([]string{"train", filepath.Join(testkit.Root(), "configs", c.config), "--out", out}, args...)...)
			var q quantization
			object(t, &q, "quantize", out, "--out", filepath.Join(dir, "net.snnimg"), "--quiet")
			j := q.Judged
			t.Logf("%s: trained and emulated %.2f %%, %d of %d samples identical, %.0f samples/s in training", name, 100*j.Chip.Accuracy, j.Identical, j.Compared, sum.PerSecond)
			if j.Compared != sum.Test.N || j.Identical != j.Compared || j.Chip.Correct != sum.Test.Correct {
				t.Errorf("%+v, in training %+v", j, sum.Test)
			}
			if j.Chip.Accuracy < c.least {
				t.Errorf("accuracy %.4f is below %.4f", j.Chip.Accuracy, c.least)
			}
		})
	}
}

// TestConvertedOnChips: networks of rectifiers, converted to rates, lose at most
// half a point when they are rounded to a chip.
func TestConvertedOnChips(t *testing.T) {
	for _, c := range []struct {
		net, target string
		convert     []string
		quantize    []string
	}{
		{"vnncomp2021/mnist-net_256x2", "lava", []string{"convert.method=percentile", "convert.steps=32"}, []string{"--stretch", "8"}},
		{"vnncomp2021/mnist-net_256x2", "ranc", []string{"convert.method=percentile", "convert.steps=32"}, []string{"--per", "channel", "--calibrate", "RATES"}},
		{"vnncomp2021/Convnet_avgpool", "speck", []string{"convert.method=half-threshold", "convert.steps=32", "convert.calibration=200"}, nil},
	} {
		t.Run(c.target, func(t *testing.T) {
			path, dir := testkit.Data(t, "onnx", filepath.FromSlash(c.net)+".onnx"), t.TempDir()
			args := []string{"convert", path, "--config", filepath.Join(testkit.Root(), "configs", "convert-mnist.yaml"), "--out", filepath.Join(dir, "spikes"), "--limit", "100", "--quiet"}
			for _, set := range append(c.convert, "data.dir="+testkit.Data(t, "mnist")) {
				args = append(args, "--set", set)
			}
			var r conversion
			object(t, &r, args...)
			rates := write(t, "rates.yaml", "data: {name: mnist, encode: {kind: rate, steps: 64}}\n")
			for i, arg := range c.quantize {
				if arg == "RATES" {
					c.quantize[i] = rates
				}
			}
			var q quantization
			object(t, &q, append([]string{"quantize", filepath.Join(dir, "spikes"), "--target", c.target, "--set", "data.dir=" + testkit.Data(t, "mnist"), "--out", filepath.Join(dir, "net.snnimg"), "--limit", "1000", "--quiet"}, c.quantize...)...)
			j := q.Judged
			t.Logf("%s on %s: spikes in floats %.2f %%, emulated %.2f %% of %d", c.net, c.target, 100*j.Network.Accuracy, 100*j.Chip.Accuracy, j.Chip.N)
			if j.Network.Accuracy-j.Chip.Accuracy > 0.005 {
				t.Errorf("the loss is %.2f points", 100*(j.Network.Accuracy-j.Chip.Accuracy))
			}
		})
	}
}
