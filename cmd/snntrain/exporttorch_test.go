package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/pytorch"
)

// TestExportTorch: a trained network goes to each framework, the difference is
// counted, and what comes back fires as often as was counted.
func TestExportTorch(t *testing.T) {
	_, run, _ := trained(t, small)
	for _, target := range pytorch.Frameworks() {
		dir := t.TempDir()
		var e exported
		object(t, &e, "export", run, "--target", target, "-o", filepath.Join(dir, "out"), "--samples", "100")
		if e.Difference == nil || e.Difference.Samples != 100 || e.Difference.Layers["lif1"].Spikes == 0 || len(e.Notes) == 0 {
			t.Fatalf("%s: %+v", target, e)
		}
		if !strings.Contains(string(read(t, dir, "out", pytorch.ProgramFile)), "class Network(nn.Module)") {
			t.Error("no Python file")
		}
		var r imported
		object(t, &r, "import", filepath.Join(dir, "out"), "--out", filepath.Join(dir, "in"))
		var a, b evalResult
		object(t, &a, "eval", run, "--split", "train", "--limit", "100")
		object(t, &b, "eval", r.File, "--split", "train", "--limit", "100")
		if a.Correct-b.Correct > e.Difference.Predictions || b.Correct-a.Correct > e.Difference.Predictions {
			t.Errorf("%s: %d of 100 correct before, %d after, %d predictions were said to differ", target, a.Correct, b.Correct, e.Difference.Predictions)
		}
		text := good(t, "export", run, "--target", target, "--out", filepath.Join(dir, "again"), "--samples", "0")
		if !strings.Contains(text, `layer "lif1": `) || strings.Contains(text, "spikes differ") {
			t.Errorf("%s says\n%s", target, text)
		}
	}
}

// TestDifferenceIsCounted: spikes that are sent one step late here are sent at once there.
func TestDifferenceIsCounted(t *testing.T) {
	_, run, _ := trained(t, "profile: spyx\n"+small)
	var e exported
	object(t, &e, "export", run, "--target", "snntorch", "--out", t.TempDir())
	l := e.Difference.Layers["lif1"]
	if l.Differ == 0 || l.Spikes == 0 || e.Difference.Samples != 64 {
		t.Errorf("%+v", e.Difference)
	}
}

// TestImportTorchWithConfig: arrays alone need a config; its layers are named as the modules.
func TestImportTorchWithConfig(t *testing.T) {
	config, run, _ := trained(t, small)
	dir := t.TempDir()
	var r imported
	object(t, &r, "import", filepath.Join(run, "model.safetensors"), "--config", config, "--out", dir)
	n, err := model.Load(r.File)
	if err != nil {
		t.Fatal(err)
	}
	want, err := model.Load(filepath.Join(run, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	arrays := func(n *model.Network) map[string][]float32 {
		out := map[string][]float32{}
		n.Params(func(name string, p model.Param) { out[name] = p.Tensor.Data })
		return out
	}
	if d := cmp.Diff(arrays(want), arrays(n)); d != "" {
		t.Error(d)
	}
	if r.Format != "pytorch" || n.Record.Readout == "" {
		t.Errorf("%+v, record %+v", r, n.Record)
	}
}

// burnMNIST is the structure of data/models/mnist.safetensors, whose layers are named as its modules.
const burnMNIST = `
data: {name: mnist, normalize: {mean: [0.1307], std: [0.3081]}, encode: {kind: constant, steps: 1}}
model:
  - {kind: conv2d, name: conv1, out: 8, kernel: 3}
  - {kind: relu}
  - {kind: conv2d, name: conv2, out: 16, kernel: 3}
  - {kind: relu}
  - {kind: conv2d, name: conv3, out: 24, kernel: 3}
  - {kind: relu}
  - {kind: batch-norm, name: norm1}
  - {kind: linear, name: fc1, out: 32}
  - {kind: relu}
  - {kind: linear, name: fc2, out: 10}
  - {kind: batch-norm, name: norm2}
loss: {kind: cross-entropy, readout: last}
`

// TestImportTrainedWeights: a safetensors file of another project has the accuracy that is known of it.
func TestImportTrainedWeights(t *testing.T) {
	config, dir := write(t, "mnist.yaml", burnMNIST), t.TempDir()
	set := "data.dir=" + testkit.Data(t, "mnist")
	var r imported
	object(t, &r, "import", testkit.Data(t, "models", "mnist.safetensors"), "--config", config, "--set", set, "--out", dir)
	var e evalResult
	object(t, &e, "eval", r.File)
	if e.N != 10000 || e.Correct < 9916 || e.Correct > 9918 {
		t.Errorf("%d of %d correct, 9917 of 10000 are known", e.Correct, e.N)
	}
}

func TestTorchFaults(t *testing.T) {
	config, run, _ := trained(t, small)
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	file := filepath.Join(run, "model.safetensors")
	torch := filepath.Join(testkit.Root(), "internal", "torchfile", "testdata")
	refused(t, exitUsage, []string{"needs --out"}, "export", run, "--target", "snntorch")
	refused(t, exitUsage, []string{"--samples -1 must be at least 0"}, "export", run, "--target", "snntorch", "--samples", "-1", "--out", out)
	refused(t, exitUsage, []string{`export target: "snntorhc" is unknown`, `did you mean "snntorch"?`}, "export", run, "--target", "snntorhc", "--out", out)
	refused(t, exitUsage, []string{"holds arrays, but does not say of what network; give --config CONFIG"}, "import", file, "--out", out)
	refused(t, exitUsage, []string{"--profile and --set go with --config"}, "import", exportedTo(t, run), "--profile", "snntorch", "--out", out)
	refused(t, exitUsage, []string{`asks for "torch.nn.modules.container.Sequential": only state dictionaries are read, and no code is run`}, "import", filepath.Join(torch, "module.pt"), "--config", config, "--out", out)
	refused(t, exitUsage, []string{`layer "linear1": the state dictionary has no "linear1.weight"`, "0.weight: belongs to no layer"}, "import", filepath.Join(torch, "wrapped.pt"), "--config", config, "--out", out)
	if testkit.Exists(out) {
		t.Error("what was refused left something behind")
	}
}

// exportedTo is a directory that holds the network for snnTorch.
func exportedTo(t *testing.T, run string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "e")
	good(t, "export", run, "--target", "snntorch", "--samples", "0", "--out", dir)
	return dir
}
