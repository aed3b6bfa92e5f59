package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/train"
)

// segmented is chancy with its sequences cut.
func segmented(bptt string) string {
	text := strings.Replace(chancy, "{kind: batch-norm}", "{kind: batch-norm, over: step}", 1)
	return strings.Replace(text, "train: {epochs: 3,", "train: {epochs: 1, bptt: "+bptt+",", 1)
}

// TestSegmentsAndThreads: a run in segments gives the same file on any number of threads.
func TestSegmentsAndThreads(t *testing.T) {
	for _, bptt := range []string{"{checkpoint: 2}", "{checkpoint: 4, truncate: 3}"} {
		path := write(t, "segments.yaml", segmented(bptt))
		var files [2][]byte
		for i, threads := range []string{"1", "3"} {
			out := filepath.Join(t.TempDir(), "run")
			good(t, "train", path, "--out", out, "--set", "train.threads="+threads)
			files[i] = read(t, out, train.ModelFile)
		}
		if !bytes.Equal(files[0], files[1]) {
			t.Errorf("%s: one and three threads give different files", bptt)
		}
	}
}

// TestCheckpointInConfig: how the key is written, kept and refused.
func TestCheckpointInConfig(t *testing.T) {
	for value, want := range map[string]string{"auto": "checkpoint: auto", "off": "checkpoint: off", "3": "checkpoint: 3"} {
		path := write(t, "segments.yaml", segmented("{checkpoint: "+value+"}"))
		out := filepath.Join(t.TempDir(), "run")
		good(t, "train", path, "--out", out)
		if text := string(read(t, out, train.ConfigFile)); !strings.Contains(text, want) {
			t.Errorf("%s: the resolved config has no %q", value, want)
		}
	}
	path := write(t, "wrong.yaml", segmented("{checkpoint: sometimes, truncate: -1}"))
	refused(t, exitUsage, []string{`train.bptt.checkpoint: needs auto, off or a number of steps from 1, got "sometimes"`, "train.bptt.truncate: -1 is below 0"}, "train", path, "--out", filepath.Join(t.TempDir(), "run"))
	over := write(t, "over.yaml", strings.Replace(segmented("{checkpoint: 2}"), "over: step", "over: time", 1))
	refused(t, exitFailed, []string{"batch-norm1: the sequence cannot be cut into segments of 2 steps", "use over: step"}, "train", over, "--out", filepath.Join(t.TempDir(), "run"))
}

// TestEarlyExitCommand: fewer steps, and no margin that can be reached gives the whole.
func TestEarlyExitCommand(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	good(t, "train", write(t, "quick.yaml", segmented("{checkpoint: auto}")), "--out", out, "--set", "train.epochs=3", "--set", "data.encode.steps=12")
	var whole, never, early struct {
		Accuracy  float64            `json:"accuracy"`
		MeanSteps float64            `json:"mean_steps"`
		Spikes    map[string]float64 `json:"spikes_per_neuron"`
	}
	object(t, &whole, "eval", out)
	object(t, &never, "eval", out, "--early-exit", "1e30")
	object(t, &early, "eval", out, "--early-exit", "0.5")
	if whole.MeanSteps != 0 || never.MeanSteps != 12 || never.Accuracy != whole.Accuracy {
		t.Errorf("whole %+v, never decided %+v", whole, never)
	}
	if !(early.MeanSteps > 1 && early.MeanSteps < 11.5) || early.Accuracy < 0.25 {
		t.Errorf("early exit: %+v", early)
	}
	for name, n := range whole.Spikes {
		if e := early.Spikes[name]; !(e > 0 && e < 0.95*n) {
			t.Errorf("%s: %v spikes a neuron with early exit, %v without", name, e, n)
		}
		if d := never.Spikes[name]/n - 1; d > 1e-9 || d < -1e-9 {
			t.Errorf("%s: %v spikes a neuron step by step, %v at once", name, never.Spikes[name], n)
		}
	}
	refused(t, exitUsage, []string{"--early-exit does not go with --steps"}, "eval", out, "--early-exit", "1", "--steps", "4")
	refused(t, exitUsage, []string{"must be above 0"}, "eval", out, "--early-exit", "-1")
}
