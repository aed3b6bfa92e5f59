package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/train"
)

// refused runs a command line that must fail with a status and a message that holds every part.
func refused(t *testing.T, status int, parts []string, args ...string) string {
	t.Helper()
	out, errs, got := call(t, args...)
	if got != status {
		t.Errorf("status %d, want %d\n%s", got, status, errs)
	}
	for _, part := range parts {
		if !strings.Contains(errs, part) {
			t.Errorf("the message lacks %q:\n%s", part, errs)
		}
	}
	if strings.Contains(errs, "goroutine") || strings.Contains(errs, ".go:") {
		t.Errorf("a stack trace for a user's mistake:\n%s", errs)
	}
	return out
}

const small = `
data: {name: digits, limit: {train: 200, test: 50}, encode: {kind: constant, steps: 4}}
model:
  - {kind: linear, out: 16}
  - {kind: lif, beta: 0.9}
  - {kind: linear, out: 10}
  - {kind: li, beta: 0.9}
train: {epochs: 2, batch: 50}
`

// TestEveryFaultAtOnce: unknown keys, wrong types, impossible values and
// unknown names of a config are all reported, in the order of their lines.
func TestEveryFaultAtOnce(t *testing.T) {
	path := write(t, "bad.yaml", `seed: 1
data:
  name: digits
  encode: {kind: constnt, steps: 4}
model:
  - {kind: linear, out: 16, init: {kind: kaming-normal}}
  - {kind: lif, beta: 1.5, treshold: 1, surrogate: {kind: triangl, width: 1}}
  - {kind: linaer, out: 10}
loss: {kind: cross-entropy, readuot: mean}
train:
  epohs: 3
  batch: 0
  optimizer: {kind: adam, lr: fast}
`)
	wanted := []string{
		`bad.yaml:4:18); did you mean "constant"?`,
		`bad.yaml:6:42); did you mean "kaiming-normal"?`,
		`beta is 1.5, expected 0 to 1 (`,
		`bad.yaml:7:28); did you mean "threshold"?`,
		`bad.yaml:7:59); did you mean "triangle"?`,
		`bad.yaml:8:12); did you mean "linear"?`,
		`bad.yaml:9:29); did you mean "readout"?`,
		`train.epohs: unknown key (`, `bad.yaml:11:3); did you mean "epochs"?`,
		`train.batch: 0 is below 1 (`, `bad.yaml:12:10)`,
		`train.optimizer.lr: needs a number, got "fast" (`, `bad.yaml:13:31)`,
	}
	_, errs, status := call(t, "train", path, "--out", filepath.Join(t.TempDir(), "run"))
	if status != exitUsage {
		t.Errorf("status %d, want %d", status, exitUsage)
	}
	at := 0
	for _, w := range wanted {
		i := strings.Index(errs[at:], w)
		if i < 0 {
			t.Errorf("no %q in the right place of\n%s", w, errs)
			continue
		}
		at += i
	}
}

func TestFaultsOfLayers(t *testing.T) {
	for name, c := range map[string]struct {
		model string
		want  []string
	}{
		"conv behind one axis": {
			"- {kind: linear, out: 16}\n  - {kind: conv2d, out: 4, kernel: 3}",
			[]string{`layer "conv2d1": input is 16, expected channels×height×width`, "a.yaml:4:5"},
		},
		"kernel too large": {
			"- {kind: conv2d, name: wide, out: 4, kernel: 9}",
			[]string{`layer "wide": kernel spans 9, input with padding has 8`, "a.yaml:3:5", `its input comes from "input"`},
		},
		"shapes that do not add up": {
			"- {kind: linear, name: a, out: 16}\n  - {kind: linear, name: b, out: 8}\n  - {kind: add, input: [a, b]}",
			[]string{`layer "add1": inputs are 16 and 8, expected one shape`, "a.yaml:5:5"},
		},
		"unknown input": {
			"- {kind: linear, name: hidden, out: 16}\n  - {kind: lif, input: hiden}",
			[]string{`"hiden" names no earlier layer`, `did you mean "hidden"?`},
		},
		"name twice": {
			"- {kind: linear, name: a, out: 16}\n  - {kind: lif, name: a}",
			[]string{`"a" is the name of an earlier layer`},
		},
		"groups": {
			"- {kind: conv2d, out: 4, kernel: 3, groups: 3}",
			[]string{"groups 3 does not divide 1 input and 4 output channels"},
		},
		"parameter of another model": {
			"- {kind: linear, out: 10}\n  - {kind: if, beta: 0.9}",
			[]string{"has no effect on if with these rules", "a.yaml:4"},
		},
		"beta out of range": {
			"- {kind: linear, out: 10}\n  - {kind: lif, beta: 1.5}",
			[]string{"beta is 1.5, expected 0 to 1"},
		},
		"learning what is not there": {
			"- {kind: linear, out: 10}\n  - {kind: lif, learn: [betta]}",
			[]string{`"betta" is no parameter of lif`, `did you mean "beta"?`},
		},
		"profile": {
			"- {kind: linear, out: 10}\n  - {kind: lif, profile: snntorche}",
			[]string{`"snntorche" is unknown`, `did you mean "snntorch"?`},
		},
		"no classes": {
			"- {kind: conv2d, out: 4, kernel: 3}\n  - {kind: lif}",
			[]string{`the last layer "lif1" gives 4×6×6, expected one axis of classes`},
		},
		"too few outputs": {
			"- {kind: linear, out: 5}\n  - {kind: li}",
			[]string{`dataset "digits": has 10 classes, the network 5 outputs`},
		},
		"surrogate parameter": {
			"- {kind: linear, out: 10}\n  - {kind: lif, surrogate: {kind: triangle, width: -1}}",
			[]string{"width", "a.yaml:4"},
		},
		"no layer": {"[]", []string{"model: has no layer"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "a.yaml", "data: {name: digits}\nmodel:\n  "+c.model+"\n")
			refused(t, exitUsage, c.want, "train", path, "--out", filepath.Join(t.TempDir(), "run"))
		})
	}
}

func TestLossThatDoesNotFit(t *testing.T) {
	path := write(t, "a.yaml", small)
	refused(t, exitUsage, []string{`readout "spike-count": the last layer "li1" does not spike`}, "train", path, "--out", filepath.Join(t.TempDir(), "r"), "--set", "loss.readout=spike-count")
	refused(t, exitUsage, []string{`rate penalty: "lif9" is no spiking layer`}, "train", path, "--out", filepath.Join(t.TempDir(), "r"), "--set", "loss.rates=[{layers: [lif9], weight: 1}]")
	refused(t, exitUsage, []string{"each goes with cross-entropy only"}, "train", path, "--out", filepath.Join(t.TempDir(), "r"), "--set", "loss={kind: mse, readout: each}")
}

// TestEarlyStopThatCannotAct: without a validation part, or one that does not count.
func TestEarlyStopThatCannotAct(t *testing.T) {
	path := write(t, "a.yaml", strings.Replace(small, "epochs: 2", "epochs: 2, early_stop: {patience: 1}", 1))
	out := filepath.Join(t.TempDir(), "r")
	refused(t, exitUsage, []string{"train.early_stop: needs a validation part (", "a.yaml:8:", "set data.validation"}, "train", path, "--out", out, "--set", "data.validation=0")
	refused(t, exitUsage, []string{"train.early_stop: has no effect with select: last (", "a.yaml:8:"}, "train", path, "--out", out, "--set", "train.select=last")
	good(t, "train", path, "--out", out)
}

func TestDataThatIsNotThere(t *testing.T) {
	path := write(t, "a.yaml", strings.Replace(small, "name: digits", "name: mnist, dir: "+t.TempDir(), 1))
	out := filepath.Join(t.TempDir(), "run")
	refused(t, exitUsage, []string{"mnist: no file", "train-images-idx3-ubyte", "snntrain data fetch mnist"}, "train", path, "--out", out)
	if _, err := os.Stat(out); err == nil {
		t.Error("a run directory was left behind")
	}
}

func TestTruncatedData(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte{0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 28, 0, 0, 0, 28, 1, 2, 3}, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path := write(t, "a.yaml", strings.Replace(small, "name: digits", "name: mnist, dir: "+dir, 1))
	refused(t, exitUsage, []string{"train-images-idx3-ubyte"}, "train", path, "--out", filepath.Join(t.TempDir(), "run"))
}

func TestARunIsNotOverwritten(t *testing.T) {
	path, out := write(t, "a.yaml", small), filepath.Join(t.TempDir(), "run")
	refused(t, exitUsage, []string{"holds no run to resume"}, "train", path, "--out", out, "--resume")
	good(t, "train", path, "--out", out)
	before := string(read(t, out, train.ModelFile))
	refused(t, exitUsage, []string{"holds a run already", "--resume", "--force"}, "train", path, "--out", out)
	good(t, "train", path, "--out", out, "--force", "--seed", "5")
	if string(read(t, out, train.ModelFile)) == before {
		t.Error("--force left the old network")
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "thesis.tex"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	refused(t, exitUsage, []string{"holds files that are not of a run"}, "train", path, "--out", other, "--force")
	refused(t, exitUsage, []string{"holds a run of one seed", "choose another --out"}, "train", path, "--out", out, "--seeds", "2", "--force")
	refused(t, exitUsage, []string{"--resume and --force exclude each other"}, "train", path, "--out", out, "--force", "--resume")
}

func TestResumeFromAnotherConfigSaysWhatDiffers(t *testing.T) {
	path, out := write(t, "a.yaml", small), filepath.Join(t.TempDir(), "run")
	good(t, "train", path, "--out", out)
	refused(t, exitUsage, []string{
		"started with another config", "model.1.beta: 0.9 in the run, 0.8 now", "train.epochs: 2 in the run, 5 now",
		"data.limit.train: 200 in the run, 100 now",
	}, "train", path, "--out", out, "--resume", "--set", "model.1.beta=0.8", "--set", "train.epochs=5", "--set", "data.limit.train=100")
	good(t, "train", path, "--out", out, "--resume", "--set", "train.threads=1", "--set", "train.log_every=5") // these change no result
}

// TestALossThatIsNotFinite stops, names step and layer, and keeps the last good checkpoint.
func TestALossThatIsNotFinite(t *testing.T) {
	path, out := write(t, "a.yaml", small), filepath.Join(t.TempDir(), "run")
	args := []string{"train", path, "--out", out, "--set", "train.optimizer={kind: sgd, lr: 1e36}", "--set", "train.save_every=1"}
	refused(t, exitFailed, []string{"train: step 3 (epoch 1, batch 3)", "the first value that is not finite is in readout", "the last good checkpoint is", "step-000000002", "lower the learning rate or set clip"}, args...)
	if _, err := os.Stat(filepath.Join(out, "checkpoint", "step-000000002.safetensors")); err != nil {
		t.Error("the last good checkpoint is gone")
	}
}

func TestACorruptedCheckpointIsNamedAndTheOneBeforeTaken(t *testing.T) {
	path, out, whole := write(t, "a.yaml", small), filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "whole")
	good(t, "train", path, "--out", whole)
	good(t, "train", path, "--out", out)
	files, err := filepath.Glob(filepath.Join(out, "checkpoint", "*.safetensors"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%d checkpoints are kept, want 2 (%v)", len(files), err)
	}
	raw := read(t, files[1])
	raw[len(raw)-5] ^= 1
	if err := os.WriteFile(files[1], raw, 0o644); err != nil {
		t.Fatal(err)
	}
	_, errs, status := call(t, "train", path, "--out", out, "--resume")
	if status != 0 || !strings.Contains(errs, filepath.Base(files[1])) || !strings.Contains(errs, "the file is damaged") || !strings.Contains(errs, "going on from "+filepath.Base(files[0])) {
		t.Errorf("status %d\n%s", status, errs)
	}
	if string(read(t, out, train.ModelFile)) != string(read(t, whole, train.ModelFile)) {
		t.Error("the run went on to another network")
	}
	for _, f := range files {
		if err := os.WriteFile(f, []byte("not a checkpoint"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, exitFailed, []string{filepath.Base(files[0]), filepath.Base(files[1]), "damaged"}, "train", path, "--out", out, "--resume")
}

func TestUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no config":       {[]string{"train"}, "needs a config file"},
		"missing file":    {[]string{"train", "nowhere.yaml"}, "nowhere.yaml: cannot be read: no such file"},
		"unknown flag":    {[]string{"train", "--epochs", "3"}, "unknown flag: --epochs"},
		"unknown command": {[]string{"trian"}, `unknown command "trian"`},
		"no model":        {[]string{"eval", "nowhere"}, "nowhere: does not exist"},
		"negative seed":   {[]string{"train", "nowhere.yaml", "--seed", "-3"}, `invalid argument "-3" for "--seed"`},
		"no seeds":        {[]string{"train", "nowhere.yaml", "--seeds", "0"}, "--seeds 0 is below 1"},
		"bad steps":       {[]string{"eval", "nowhere", "--steps", "8,4"}, "ascending whole numbers"},
		"unknown data":    {[]string{"data", "info", "mnits"}, `did you mean "mnist"?`},
		"nothing to get":  {[]string{"data", "fetch", "digits"}, "nothing to fetch"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, exitUsage, []string{c.want}, c.args...) })
	}
}

func TestUnknownInstructionSet(t *testing.T) {
	cmd := process(t, "train", "configs/none.yaml")
	cmd.Env = append(cmd.Env, "SNNTRAIN_SIMD=mmx")
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitUsage {
		t.Fatalf("got %v, want exit status %d", err, exitUsage)
	}
	if text := cmd.Stderr.(*bytes.Buffer).String(); !strings.Contains(text, `SNNTRAIN_SIMD: "mmx" is not among [go`) {
		t.Errorf("the message does not name the value and what is known: %s", text)
	}
}

// TestValuesOfTraining: limits hold inside lists and optional parts too.
func TestValuesOfTraining(t *testing.T) {
	path := write(t, "a.yaml", small)
	for set, want := range map[string]string{
		"train.early_stop={patience: 0}":                "train.early_stop.patience: 0 is below 1",
		"train.early_stop={patience: 2, min_delta: -1}": "train.early_stop.min_delta: -1 is below 0",
		"train.early_stop={patiense: 2}":                `did you mean "patience"?`,
		"train.schedule={kind: step, at: [0.5, 1.5]}":   "train.schedule.at.1: 1.5 is not below 1",
		"train.schedule=cosin":                          `did you mean "cosine"?`,
		"train.optimizer={kind: adam, beta1: 1}":        "train.optimizer.beta1: 1 is not below 1",
		"train.optimizer.lr=0":                          "train.optimizer.lr: 0 is not above 0",
		"train.warm_up=-1":                              "train.warm_up: -1 is below 0",
		"train.clip=-1":                                 "train.clip: -1 is below 0",
		"train.select=best":                             `train.select: "best" is unknown`,
		"data.validation=1":                             "data.validation: 1 is not below 1",
		"data.encode.steps=0":                           "data.encode.steps: 0 is below 1",
		"data.normalize={mean: [0.1], std: [0]}":        "data.normalize.std.0: 0 is not above 0",
		"dt=0":                                          "dt: 0 is not above 0",
		"seed=-1":                                       "seed: ",
		"trian.epochs=3":                                `trian: unknown key (--set trian.epochs); did you mean "train"?`,
	} {
		refused(t, exitUsage, []string{want}, "train", path, "--out", filepath.Join(t.TempDir(), "r"), "--set", set)
	}
}
