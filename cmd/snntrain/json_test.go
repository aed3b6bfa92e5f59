package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/surrogate"
	"github.com/snntrain/snntrain/train"
)

// TestJSONOnEveryCommand: one object on standard output and nothing else,
// whether the command does its work, fails, or is asked for help. Every
// command of the program must be in the list.
func TestJSONOnEveryCommand(t *testing.T) {
	config, dir := write(t, "small.yaml", small), t.TempDir()
	out := filepath.Join(dir, "run")
	lines := map[string]struct {
		args   []string
		status int
		keys   []string // that the object must have
	}{
		"snntrain":               {nil, 0, []string{"command", "help"}},
		"snntrain train":         {[]string{"train", config, "--out", out}, 0, []string{"test", "validation", "epochs", "seconds", "samples_per_second", "peak_rss_bytes", "spikes_per_neuron", "seed", "version"}},
		"snntrain sweep":         {[]string{"sweep", config, "--over", "train.optimizer.lr=1e-3,3e-3", "--out", filepath.Join(dir, "sweep")}, 0, []string{"over", "rule", "best", "points", "out"}},
		"snntrain eval":          {[]string{"eval", out}, 0, []string{"accuracy", "correct", "n", "loss", "seconds"}},
		"snntrain convert":       {[]string{"convert", out, "--config", write(t, "c.yaml", digitsConvert), "--out", filepath.Join(dir, "spikes")}, exitUsage, []string{"error", "status"}}, // it spikes already
		"snntrain quantize":      {[]string{"quantize", out, "--target", "generic", "--out", filepath.Join(dir, "net.snnimg")}, 0, []string{"target", "method", "options", "account", "io", "usage", "judged", "file", "seconds"}},
		"snntrain inspect":       {[]string{"inspect", out}, 0, []string{"input", "layers", "params", "macs", "record"}},
		"snntrain emulate":       {[]string{"emulate", imageFile(t), "--input", inputFile(t), "--out", filepath.Join(dir, "raster.npy")}, 0, []string{"target", "ticks", "output_spikes", "spikes", "synaptic_events", "seconds"}},
		"snntrain export":        {[]string{"export", imageFile(t), "--target", "ranc", "--out", filepath.Join(dir, "ranc.json")}, 0, []string{"target", "file"}},
		"snntrain import":        {[]string{"import", config, "--out", dir}, exitUsage, []string{"error", "status"}}, // of no known form
		"snntrain doctor":        {[]string{"doctor", out}, 0, []string{"model", "data", "part", "samples", "steps", "score", "layers", "parameters", "training", "notes", "findings"}},
		"snntrain report":        {[]string{"report", out}, 0, []string{"file", "left_out", "run"}},
		"snntrain nir":           {[]string{"nir"}, 0, []string{"command", "help"}},
		"snntrain nir diff":      {[]string{"nir", "diff", config}, exitUsage, []string{"error", "status"}}, // no NIR file
		"snntrain data":          {[]string{"data"}, 0, []string{"command", "help"}},
		"snntrain data list":     {[]string{"data", "list"}, 0, []string{"datasets", "encoders"}},
		"snntrain data info":     {[]string{"data", "info", "digits"}, 0, []string{"name", "doc", "source", "license", "shape", "classes", "train", "test"}},
		"snntrain data preview":  {[]string{"data", "preview", "digits", "--out", filepath.Join(dir, "p.png"), "-n", "2"}, 0, []string{"file", "samples"}},
		"snntrain data fetch":    {[]string{"data", "fetch", "digits"}, exitUsage, []string{"error", "status"}},
		"snntrain config":        {[]string{"config"}, 0, []string{"command", "help"}},
		"snntrain config schema": {[]string{"config", "schema"}, 0, []string{"$schema", "properties"}},
		"snntrain config check":  {[]string{"config", "check", config}, 0, []string{"config", "params"}},
		"snntrain bench":         {[]string{"bench", "W1", "--n", "64", "--steps", "10", "--runs", "1"}, 0, []string{"workload", "framework", "params", "fwd_s", "bwd_s", "step_s", "peak_rss_mb", "baseline_rss_mb", "threads", "extra"}},
		"snntrain version":       {[]string{"version"}, 0, []string{"version", "go", "os", "arch"}},
		"snntrain completion":    {[]string{"completion", "zsh"}, 0, []string{"shell", "script"}},
		"snntrain help":          {[]string{"help", "train"}, 0, []string{"command", "help"}},
	}
	for _, path := range commandPaths(t) {
		c, ok := lines[path]
		if !ok {
			t.Errorf("%s is not tested", path)
			continue
		}
		runJSON(t, c.args, c.status, c.keys...)
		runJSON(t, append(strings.Fields(path)[1:], "--help"), 0, "command", "help")
		if path != "snntrain" {
			runJSON(t, append(strings.Fields(path)[1:], "--nonsense"), exitUsage, "error", "status")
		}
		delete(lines, path)
	}
	for path := range lines {
		t.Errorf("%s is no command", path)
	}
}

// commandPaths lists the commands as users type them.
func commandPaths(t *testing.T) []string {
	t.Helper()
	paths := []string{"snntrain", "snntrain train", "snntrain help"} // train first: others read its network
	root := newRoot(newStreams(nil, nil))
	for _, c := range root.Commands() {
		for _, sub := range append(c.Commands(), c) {
			if p := sub.CommandPath(); p != "snntrain train" {
				paths = append(paths, p)
			}
		}
	}
	return paths
}

func runJSON(t *testing.T, args []string, status int, keys ...string) {
	t.Helper()
	text, errs, got := call(t, append(append([]string{}, args...), "--json")...)
	var object map[string]any
	dec := json.NewDecoder(strings.NewReader(text))
	if err := dec.Decode(&object); err != nil || dec.More() || got != status {
		t.Errorf("%v: status %d, want %d; %v; on standard output\n%s\non standard error\n%s", args, got, status, err, text, errs)
		return
	}
	for _, k := range keys {
		if _, ok := object[k]; !ok {
			t.Errorf("%v: no %q in %s", args, k, text)
		}
	}
}

// TestTextOfCommands: what people read of the commands that only show something.
func TestTextOfCommands(t *testing.T) {
	_, out, sum := trained(t, small)
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"version"}, []string{"snntrain " + version(), "go1."}},
		{[]string{"completion", "bash"}, []string{"__start_snntrain"}},
		{[]string{"completion", "fish"}, []string{"complete -c snntrain"}},
		{[]string{"completion", "powershell"}, []string{"Register-ArgumentCompleter"}},
		{[]string{"data", "list"}, []string{"digits", "yinyang", "mnist", "fashion-mnist", "npz", "csv", "constant", "rate", "latency", "delta", "bins"}},
		{[]string{"data", "info", "digits"}, []string{"1438 training, 359 test", "1×8×8", "blake3"}},
		{[]string{"inspect", out}, []string{"linear1", "64", "1040", "1024", "lif, beta 0.9", "gives its membrane potential", "1210 parameters, 1184 MACs a step", "readout sum", "validation accuracy"}},
		{[]string{"config", "check", filepath.Join(out, train.ConfigFile)}, []string{"beta1: 0.9", "kind: cross-entropy"}},
		{nil, []string{"snntrain train configs/quickstart.yaml", "Exit status: 0 done, 1 failed, 2 wrong usage, config or input, 130 interrupted"}},
	} {
		text := good(t, c.args...)
		for _, w := range c.want {
			if !strings.Contains(text, w) {
				t.Errorf("%v: no %q in\n%s", c.args, w, text)
			}
		}
	}
	if sum.Version != version() || sum.Epochs != 2 || sum.PeakRSS == 0 {
		t.Errorf("summary %+v", sum)
	}
	refused(t, exitUsage, []string{`unknown shell "tcsh"; known: bash, zsh, fish, powershell`}, "completion", "tcsh")
}

// TestQuiet: no progress on standard error; warnings stay.
func TestQuiet(t *testing.T) {
	path := write(t, "a.yaml", strings.Replace(small, "out: 16", "out: 16, bias: false, init: {kind: constant, value: -1}", 1))
	_, errs, status := call(t, "train", path, "--out", filepath.Join(t.TempDir(), "r"), "--quiet")
	if status != 0 || strings.Contains(errs, "epoch") || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, `warning: layers: layer "lif1" is silent: 100 % of its neurons fire no spike in the first batch; raise the weights (init: {kind: fluctuation})`) {
		t.Errorf("status %d, on standard error\n%s", status, errs)
	}
}

// TestSchemaNamesEveryPlugIn that the program has.
func TestSchemaNamesEveryPlugIn(t *testing.T) {
	var s struct {
		Defs map[string]struct {
			OneOf []struct {
				Enum       []string // bare names
				Properties map[string]struct{ Const string }
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(good(t, "config", "schema")), &s); err != nil {
		t.Fatal(err)
	}
	for def, want := range map[string][]string{
		"dataset": datasets.Builtin().Names(), "encoder-constant": datasets.EncoderKinds().Names(), "layer": layers.Kinds().Names(), "init-fan-in": layers.Inits().Names(),
		"surrogate": surrogate.Builtin().Names(), "loss-cross-entropy": train.Losses().Names(), "optimizer-adam": train.Optimizers().Names(), "schedule-constant": train.Schedules().Names(),
		"coding-rate": {"rate", "ttfs"},
	} {
		var got, bare []string
		for _, one := range s.Defs[def].OneOf {
			if name := one.Properties["kind"].Const + one.Properties["name"].Const + one.Properties["coding"].Const; name != "" {
				got = append(got, name)
			}
			bare = append(bare, one.Enum...)
		}
		slices.Sort(got)
		slices.Sort(want)
		slices.Sort(bare)
		if d := cmp.Diff(want, bare); d != "" && def != "dataset" && def != "layer" {
			t.Errorf("bare names of %s: %s", def, d)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", def, d)
		}
	}
}
