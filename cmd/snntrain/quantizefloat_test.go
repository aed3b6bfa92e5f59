package main

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
)

// TestFloatOnTargetsWithoutSpikes: a convolutional network with batch
// normalization and pools, and one of qcfs layers, trained here, rounded for
// each target that takes ReLU networks, exported, and judged again from the image.
func TestFloatOnTargetsWithoutSpikes(t *testing.T) {
	const form = `
seed: 42
data: {name: digits, validation: 0.1, encode: {kind: constant, steps: 1}}
model:
%s
  - {kind: linear, out: 10}
loss: {kind: cross-entropy, readout: last}
train: {epochs: 20, batch: 32, optimizer: {kind: adamw, lr: 3e-3, weight_decay: 1e-2}, schedule: cosine}
`
	const conv = `  - {kind: conv2d, out: 8, kernel: 3, padding: 1}
  - {kind: batch-norm}
  - {kind: relu}
  - {kind: max-pool, size: 2}
  - {kind: conv2d, out: 16, kernel: 3, padding: 1}
  - {kind: relu}`
	const qcfs = `  - {kind: linear, out: 64}
  - {kind: qcfs, levels: 15, threshold: 4}`
	for _, c := range []struct {
		name, layers, target string
		bits                 int
		drop                 float64
	}{
		{"conv", conv, "akida", 4, 0.015},
		{"conv", conv, "akida2", 8, 0.005},
		{"conv", conv, "akida2", 4, 0.02},
		{"qcfs", qcfs, "akida", 4, 0.015},
	} {
		dir := t.TempDir()
		config := write(t, "float.yaml", fmt.Sprintf(form, c.layers))
		var sum summary
		object(t, &sum, "train", config, "--out", filepath.Join(dir, "run"))
		image := filepath.Join(dir, "net.snnimg")
		var r floatQuantization
		object(t, &r, "quantize", filepath.Join(dir, "run"), "--target", c.target, "--bits", fmt.Sprint(c.bits), "--out", image)
		t.Logf("%s on %s, %d bits: %.2f %% in floats, %.2f %% in integers", c.name, c.target, c.bits, 100*r.Float, 100*r.Chip)
		if r.Float != sum.Test.Accuracy || r.Float < 0.93 || r.Float-r.Chip > c.drop {
			t.Errorf("%s, %d bits: %+v, %+v", c.target, c.bits, r, sum.Test)
		}
		var again judgeResult
		if object(t, &again, "emulate", image); again.Accuracy != r.Chip {
			t.Errorf("%v, in quantize %v", again.Accuracy, r.Chip)
		}
		good(t, "export", image, "--target", c.target, "--out", filepath.Join(dir, "net.json"))
	}
}

// TestAkidaAccuracy: a trained ONNX network and the config for Akida on both generations.
func TestAkidaAccuracy(t *testing.T) {
	mnist, file := testkit.Data(t, "mnist"), testkit.Data(t, "onnx", "vnncomp2021", "mnist-net_256x2.onnx")
	run := filepath.Join(t.TempDir(), "run")
	good(t, "train", filepath.Join(testkit.Root(), "configs", "mnist-akida.yaml"), "--out", run, "--set", "data.dir="+mnist, "--quiet")
	for model, more := range map[string][]string{file: {"--calibrate", filepath.Join(testkit.Root(), "configs", "onnx-mnist.yaml"), "--set", "data.dir=" + mnist}, run: nil} {
		for _, c := range []struct {
			target string
			bits   int
			drop   float64 // most points lost
		}{{"akida", 4, 0.5}, {"akida2", 8, 0.15}, {"akida2", 4, 0.5}} {
			var r floatQuantization
			object(t, &r, append([]string{"quantize", model, "--target", c.target, "--bits", fmt.Sprint(c.bits), "--out", filepath.Join(t.TempDir(), "net.snnimg")}, more...)...)
			t.Logf("%s, %s, %d bits: %.2f %% in floats, %.2f %% in integers", filepath.Base(model), c.target, c.bits, 100*r.Float, 100*r.Chip)
			if r.N != 10000 || r.Float < 0.978 || 100*(r.Float-r.Chip) > c.drop {
				t.Errorf("%s, %d bits: %+v", c.target, c.bits, r)
			}
		}
	}
}
