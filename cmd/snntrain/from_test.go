package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// TestTrainFrom a converted network: its whole network, data and readout.
func TestTrainFrom(t *testing.T) {
	spikes, out := filepath.Join(t.TempDir(), "spikes"), filepath.Join(t.TempDir(), "tuned")
	good(t, "convert", reluNet(t, "relu"), "--config", write(t, "c.yaml", digitsConvert), "--out", spikes)
	config := write(t, "f.yaml", "train: {epochs: 1, batch: 32, optimizer: {kind: adam, lr: 1e-4}}\n")
	_, log, status := call(t, "train", config, "--from", spikes, "--out", out)
	if status != 0 || !strings.Contains(log, "from "+spikes+": all ") {
		t.Fatalf("status %d, said\n%s", status, log)
	}
	var before, after evalResult
	object(t, &before, "eval", spikes)
	object(t, &after, "eval", out)
	if after.Accuracy < before.Accuracy-0.03 {
		t.Errorf("accuracy %.3f, %.3f before", after.Accuracy, before.Accuracy)
	}
	networks := map[string]*model.Network{}
	for _, dir := range []string{spikes, out} {
		n, err := model.Load(filepath.Join(dir, train.ModelFile))
		if err != nil {
			t.Fatal(err)
		}
		networks[dir] = n
	}
	same := true
	networks[spikes].Params(func(name string, p model.Param) {
		networks[out].Params(func(other string, q model.Param) {
			for i := range p.Tensor.Data {
				same = same && (name != other || p.Tensor.Data[i] == q.Tensor.Data[i])
			}
		})
	})
	if same || networks[out].Record.Readout != "mean" {
		t.Errorf("nothing was trained, or the readout is %q", networks[out].Record.Readout)
	}
	if config := string(read(t, out, train.ConfigFile)); !strings.Contains(config, "from: "+spikes) || !strings.Contains(config, "name: digits") {
		t.Errorf("the run's config does not say what it started from:\n%s", config)
	}
	good(t, "train", filepath.Join(out, train.ConfigFile), "--set", "train.epochs=1", "--resume", "--out", out)

	few := filepath.Join(t.TempDir(), "few")
	_, log, status = call(t, "train", config, "--from", spikes, "--out", few, "--set", "data.limit.train=64")
	if status != 0 || !strings.Contains(log, "58 training, 6 validation") {
		t.Errorf("a key over the recorded data: status %d, said\n%s", status, log)
	}
}

// TestTrainFromLayers of the same names.
func TestTrainFromLayers(t *testing.T) {
	first, out := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "out")
	good(t, "train", write(t, "a.yaml", small), "--out", first, "--quiet")
	other := strings.Replace(small, "  - {kind: li,", "  - {kind: lif, name: between}\n  - {kind: linear, name: head, out: 10}\n  - {kind: li,", 1)
	_, log, status := call(t, "train", write(t, "b.yaml", other), "--from", first, "--out", out)
	if status != 0 || !strings.Contains(log, "not there, left as initialized: ") || !strings.Contains(log, "head.weight") {
		t.Errorf("status %d, said\n%s", status, log)
	}
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, c := range []struct {
		config, from string
		want         []string
	}{
		{strings.Replace(small, "out: 16", "out: 17", 1), first, []string{"linear1.weight: is 16×", "17×", "linear2.weight"}},
		{"data: {name: yinyang, encode: {kind: constant, steps: 4}}\n", first, []string{"reads samples of", "the data gives"}},
		{small, nowhere, []string{"nowhere: does not exist"}},
	} {
		refused(t, exitUsage, c.want, "train", write(t, "c.yaml", c.config), "--from", c.from, "--out", nowhere)
		if _, err := os.Stat(nowhere); err == nil {
			t.Fatal("a refused start left a run directory")
		}
	}
}
