package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
)

// conversions are trained networks with the points of accuracy that they may
// lose at T steps. The first of each config converts as the config says.
var conversions = []struct {
	net, config string
	sets        []string
	steps       int
	drop        float64
	limit       int
}{
	{net: "vnncomp2021/mnist-net_256x4", config: "convert-mnist", sets: []string{"convert.epochs=3"}, steps: 8, drop: 0.5},
	{net: "vnncomp2021/mnist-net_256x2", config: "convert-mnist", sets: []string{"convert.epochs=3"}, steps: 8, drop: 0.5},
	{net: "dnnv/mnist_relu_3_50", config: "convert-mnist", steps: 8, drop: 0.5},
	{net: "dnnv/mnist_relu_3_50", config: "convert-mnist-full", steps: 4, drop: -0.5}, // it wins 0.9
	{net: "vnncomp2021/mnist-net_256x2", config: "convert-auto", sets: []string{"convert.epochs=3"}, drop: 1},
	{net: "vnncomp2021/cifar_base_kw", config: "convert-cifar10", sets: []string{"data.normalize.std=[0.225]", "convert.epochs=6"}, steps: 8, drop: 1},
	{net: "vnncomp2021/cifar_deep_kw", config: "convert-cifar10", sets: []string{"data.normalize.std=[0.225]", "convert.epochs=6"}, steps: 8, drop: 2},
	{net: "resnet20/resnet20", config: "convert-cifar10", sets: []string{"convert.calibration=128", "convert.rounds=1", "convert.epochs=0"}, steps: 16, drop: 6, limit: 100},
}

// TestConversion: networks of the data folder, converted as the configs say and
// judged on test images, lose no more than stated.
func TestConversion(t *testing.T) {
	covered := map[string]bool{"convert-qcfs-mnist": true, "convert-qcfs-fashion": true, "convert-ttfs": true} // TestConversionOfQCFS, TestTTFS
	for _, c := range conversions {
		covered[c.config] = true
		t.Run(fmt.Sprintf("%s %s %d", c.net, c.config, c.steps), func(t *testing.T) {
			path := testkit.Data(t, "onnx", filepath.FromSlash(c.net)+".onnx")
			dir := testkit.Data(t, "mnist")
			if strings.HasPrefix(c.config, "convert-cifar") {
				dir = testkit.Data(t, "cifar10")
			}
			args := []string{"convert", path, "--config", filepath.Join(testkit.Root(), "configs", c.config+".yaml"), "--out", filepath.Join(t.TempDir(), "out"), "--set", "data.dir=" + dir, "--limit", fmt.Sprint(c.limit), "--quiet"}
			if c.steps > 0 {
				args = append(args, "--set", fmt.Sprintf("convert.steps=%d", c.steps))
			}
			for _, s := range c.sets {
				args = append(args, "--set", s)
			}
			var got conversion
			object(t, &got, args...)
			snn := got.SNN[fmt.Sprint(got.Steps)]
			lost := 100 * (got.ANN.Accuracy - snn.Accuracy)
			t.Logf("%s, T = %d: float %.2f %%, spiking %.2f %%, %.2f spikes per neuron", got.Method, got.Steps, 100*got.ANN.Accuracy, 100*snn.Accuracy, got.Budget.Spikes)
			if lost > c.drop {
				t.Errorf("loses %.2f points, may lose %g", lost, c.drop)
			}
		})
	}
	files, err := filepath.Glob(filepath.Join(testkit.Root(), "configs", "convert-*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".yaml"); !covered[name] {
			t.Errorf("configs/%s.yaml is run by no test", name)
		}
	}
}

// TestConversionOfQCFS trains a network with activations that convert, for one
// epoch, and converts it at the thresholds that it learned. After one epoch
// 1.4 points were lost on MNIST and 0.1 on Fashion-MNIST; docs/results-conversion.md
// has what the whole trainings lose.
func TestConversionOfQCFS(t *testing.T) {
	for _, c := range []struct {
		data  string
		least float64
	}{{"mnist", 0.98}, {"fashion", 0.86}} {
		t.Run(c.data, func(t *testing.T) {
			dir := testkit.Data(t, "mnist")
			if c.data == "fashion" {
				dir = onnxData(t, "fashion")
			}
			configs, float := filepath.Join(testkit.Root(), "configs"), filepath.Join(t.TempDir(), "float")
			good(t, "train", filepath.Join(configs, c.data+"-qcfs.yaml"), "--set", "data.dir="+dir, "--set", "train.epochs=1", "--out", float, "--quiet")
			var got conversion
			object(t, &got, "convert", float, "--config", filepath.Join(configs, "convert-qcfs-"+c.data+".yaml"), "--set", "data.dir="+dir, "--out", filepath.Join(t.TempDir(), "spikes"), "--quiet")
			if lost := got.ANN.Accuracy - got.SNN["4"].Accuracy; got.ANN.Accuracy < c.least || lost > 0.02 {
				t.Errorf("float %.2f %%, %.2f points lost at T = 4", 100*got.ANN.Accuracy, 100*lost)
			}
		})
	}
}
