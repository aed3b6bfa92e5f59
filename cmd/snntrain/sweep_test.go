package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/train"
)

// swept is what tests read of sweep.json.
type swept struct {
	Over   []struct{ Key string }
	Random int
	Rule   string
	Best   *sweptPoint
	Points []sweptPoint
}

type sweptPoint struct {
	Name       string
	Settings   map[string]any
	State      string
	Validation *pointScore
	Test       *pointScore
	Fault      string
	Out        string
	Runs       []string
}

func (s swept) names() []string {
	var names []string
	for _, p := range s.Points {
		names = append(names, p.Name)
	}
	return names
}

// TestSweep: the grid in order, each point the run that train makes of the same config.
func TestSweep(t *testing.T) {
	config, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "sweep")
	var got swept
	object(t, &got, "sweep", config, "--over", "train.optimizer.lr=1e-3,3e-2", "--over", "model.1.beta=0.5,0.9", "--set", "train.epochs=3", "--out", out)
	want := []string{"0001-lr=0.001-beta=0.5", "0002-lr=0.001-beta=0.9", "0003-lr=0.03-beta=0.5", "0004-lr=0.03-beta=0.9"}
	if d := cmp.Diff(want, got.names()); d != "" {
		t.Fatal(d)
	}
	if d := cmp.Diff(append(want, sweepFile), entries(t, out)); d != "" {
		t.Errorf("in the directory: %s", d)
	}
	var onDisk swept
	if err := json.Unmarshal(read(t, out, sweepFile), &onDisk); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got, onDisk); d != "" {
		t.Errorf("printed and on disk: %s", d)
	}
	if d := cmp.Diff(map[string]any{"train.optimizer.lr": 0.03, "model.1.beta": 0.5}, got.Points[2].Settings); d != "" {
		t.Error(d)
	}
	alone := filepath.Join(t.TempDir(), "alone")
	good(t, "train", config, "--set", "train.epochs=3", "--set", "train.optimizer.lr=0.03", "--set", "model.1.beta=0.5", "--set", "train.threads=1", "--out", alone)
	if !bytes.Equal(read(t, alone, train.ModelFile), read(t, got.Points[2].Out, train.ModelFile)) {
		t.Error("a point's network is another than that of train")
	}
	for _, p := range got.Points {
		if p.State != stateDone || p.Validation.Accuracy > got.Best.Validation.Accuracy || p.Test.Accuracy != judged(t, p.Out).Accuracy || !slices.Equal(p.Runs, []string{p.Out}) {
			t.Errorf("%+v; best is %+v", p, got.Best.Validation)
		}
	}
	good(t, "eval", got.Best.Out)
	good(t, "inspect", got.Points[0].Out)
}

// TestSweepSaysWhatIsBest in words: a table by validation, without test figures but for the best, and what to do next.
func TestSweepSaysWhatIsBest(t *testing.T) {
	out := filepath.Join(t.TempDir(), "sweep")
	text := good(t, "sweep", write(t, "small.yaml", small), "--over", "train.optimizer.lr=1e-3,3e-2", "--seeds", "2", "--out", out)
	var got swept
	if err := json.Unmarshal(read(t, out, sweepFile), &got); err != nil {
		t.Fatal(err)
	}
	best := got.Points[1]
	if got.Best.Name != best.Name || best.Validation.SD == nil {
		t.Fatalf("best is %+v", got.Best)
	}
	lines := strings.Split(text, "\n")
	for i, w := range [][]string{
		{"point", "lr", "validation", "loss", "seconds"},
		{"0002", "0.03", best.Validation.percent()},
		{"0001", "0.001", got.Points[0].Validation.percent()},
		nil,
		{"best by validation: lr=0.03 (of 2; highest validation accuracy, then lowest validation loss, then the earlier point; means of 2 seeds)"},
		{"its test accuracy: " + best.Test.percent()},
		{"written to " + out},
		{"next: snntrain eval " + filepath.Join(out, "0002-lr=0.03", "seed-42")},
		{"learning curves side by side: snntrain report " + out + "/[0-9]* --out " + filepath.Join(out, train.ReportFile)},
	} {
		for _, part := range w {
			if !strings.Contains(lines[i], part) {
				t.Errorf("line %d lacks %q:\n%s", i, part, text)
			}
		}
	}
	good(t, "report", got.Points[0].Out, best.Out, "--out", filepath.Join(out, train.ReportFile))
	var seeds seedsSummary
	if err := json.Unmarshal(read(t, best.Out, train.SummaryFile), &seeds); err != nil {
		t.Fatal(err)
	}
	if *best.Validation.SD != seeds.Validation.SD || best.Validation.Accuracy != seeds.Validation.Mean || len(best.Runs) != 2 {
		t.Errorf("%+v is not the mean of %+v", best.Validation, seeds.Validation)
	}
}

// TestSweepFaultsBeforeTraining: those of all points at once, each said once, and nothing is written.
func TestSweepFaultsBeforeTraining(t *testing.T) {
	config, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "sweep")
	args := []string{"sweep", config, "--out", out, "--over", "train.optimizer.lr=1e-3,fast,-1", "--over", "model[1].beta=0.5,1.5"}
	_, errs, status := call(t, append(args, "--set", "trian.epochs=3")...)
	want := `snntrain: config: trian: unknown key (--set trian.epochs); did you mean "train"?
sweep: point 0002-lr=0.001-beta=1.5 and 2 more: config: model.1: beta is 1.5, expected 0 to 1 (CONFIG:5:5)
sweep: point 0003-lr=fast-beta=0.5 and 1 more: config: train.optimizer.lr: needs a number, got "fast" (--over train.optimizer.lr)
sweep: point 0005-lr=-1-beta=0.5 and 1 more: config: train.optimizer.lr: -1 is not above 0 (--over train.optimizer.lr)
`
	_, errs, _ = strings.Cut(errs, "checking 6 configs\n")
	if d := cmp.Diff(want, strings.ReplaceAll(errs, config, "CONFIG")); d != "" || status != exitUsage {
		t.Errorf("status %d: %s", status, d)
	}
	refused(t, exitUsage, []string{"sweep: needs a validation part to compare on; set data.validation"}, "sweep", config, "--out", out, "--over", "model.1.beta=0.5", "--set", "data.validation=0")
	refused(t, exitUsage, []string{`sweep: point 0002-out=5: model: dataset "digits": has 10 classes, the network 5 outputs`}, "sweep", config, "--out", out, "--over", "model.2.out=10,5")
	refused(t, exitUsage, []string{`point 0002-readout=spike-count: `, "does not spike"}, "sweep", config, "--out", out, "--over", "loss.readout=sum,spike-count")
	if _, err := os.Stat(out); err == nil {
		t.Error("something was written")
	}
}

// TestSweepUsage: the flags.
func TestSweepUsage(t *testing.T) {
	config, full := write(t, "small.yaml", small), t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.tex"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing to vary":  {nil, "sweep: has no key to vary; give one: --over train.optimizer.lr=1e-3,3e-3, or sweep: over: in the config"},
		"no path":          {[]string{"--over", "train..lr=1"}, "sweep: --over train..lr: is no path of keys; as in train.optimizer.lr"},
		"no value":         {[]string{"--over", "seed="}, "sweep: --over seed: has no value"},
		"no key":           {[]string{"--over", "seed"}, "sweep: --over seed: has not the form key.path=value,value,..."},
		"no YAML":          {[]string{"--over", "seed=1,]"}, `sweep: --over seed: "1,]" is not a list of YAML values`},
		"aliases":          {[]string{"--over", "dt=&a 1,*a"}, "sweep: --over dt: a value cannot be read: anchors and aliases are not read here"},
		"a value twice":    {[]string{"--over", "dt=1e-1,0.1"}, "sweep: --over dt: 0.1 is given twice"},
		"a key twice":      {[]string{"--over", "model.1.beta=0.5", "--over", "model[1].beta=0.9"}, "sweep: --over model.1.beta: is given twice; list all its values in one"},
		"two kinds of by":  {[]string{"--over", "dt=1", "--by", "test"}, "sweep: --by test: is unknown; known: accuracy, loss"},
		"no seeds":         {[]string{"--over", "dt=1", "--seeds", "0"}, "sweep: --seeds 0 is below 1"},
		"no points":        {[]string{"--over", "dt=1", "--random", "0"}, "sweep: --random 0 is below 1"},
		"too many points":  {[]string{"--over", "dt=1,2", "--random", "3"}, "sweep: --random 3 of a grid of 2 points"},
		"seeds twice":      {[]string{"--over", "seed=1,2", "--seeds", "2"}, "sweep: seed: is varied; that excludes several seeds a point; leave one of them out"},
		"the same twice":   {[]string{"--over", "train.threads=1,2", "--over", "model.1.beta=0.5,0.9"}, "sweep: point 0003-threads=2-beta=0.5: is the same run as point 0001-threads=1-beta=0.5; its values differ in nothing that changes a result\nsweep: point 0004-threads=2-beta=0.9: is"},
		"no sweep there":   {[]string{"--over", "dt=1", "--resume"}, "holds no sweep to resume; start without --resume"},
		"other files":      {[]string{"--over", "dt=1", "--out", full}, full + ": holds files that are not of a sweep"},
		"several at once":  {[]string{"--over", "dt=1", "--seeds", "0", "--by", "test"}, "--by test: is unknown"},
		"no such file":     {[]string{"--over", "dt=1", "nowhere.yaml"}, "nowhere.yaml: cannot be read: no such file"},
		"validation parts": {[]string{"--over", "data.validation=0.1,2"}, "warning: sweep: data.validation decides which validation samples there are: points are judged on different ones"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, exitUsage, []string{c.want}, append([]string{"sweep", config, "--out", filepath.Join(t.TempDir(), "sweep")}, c.args...)...)
		})
	}
	refused(t, exitUsage, []string{"sweep: needs a config file"}, "sweep", "--over", "dt=1")
}

// TestSweepOfPointsThatFail: recorded, and only when all fail is that of the command.
func TestSweepOfPointsThatFail(t *testing.T) {
	config, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "sweep")
	args := []string{"sweep", config, "--set", "train.optimizer=sgd", "--out"}
	text, errs, status := call(t, append(args, out, "--over", "train.optimizer.lr=1e36,0.1")...)
	if status != 0 || !strings.Contains(errs, "warning: sweep: 0001-lr=1e+36: train: step 3 (epoch 1, batch 3): ") || !strings.Contains(text, "failed: 0001-lr=1e+36: train: step 3") {
		t.Errorf("status %d\n%s%s", status, errs, text)
	}
	var got swept
	if err := json.Unmarshal(read(t, out, sweepFile), &got); err != nil {
		t.Fatal(err)
	}
	if p := got.Points[0]; p.State != stateFailed || p.Validation != nil || !strings.HasPrefix(p.Fault, "train: step 3") || got.Best.Name != "0002-lr=0.1" {
		t.Errorf("%+v", got)
	}
	all := filepath.Join(t.TempDir(), "all")
	refused(t, exitFailed, []string{"sweep: all 2 points failed, the first: train: step 3"}, append(args, all, "--over", "train.optimizer.lr=1e36,2e36")...)
	if text := string(read(t, all, sweepFile)); !strings.Contains(text, `"best": null`) || strings.Count(text, `"state": "failed"`) != 2 {
		t.Error(text)
	}
}

// TestSweepOfPlugIns: a map that names its kind replaces that of the config, one that does not is laid over it.
func TestSweepOfPlugIns(t *testing.T) {
	config, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "sweep")
	var got swept
	object(t, &got, "sweep", config, "--out", out, "--set", "train.optimizer={kind: adam, lr: 1e-2, beta1: 0.8}", "--set", "model.1.surrogate={kind: atan, alpha: 3}",
		"--over", "train.optimizer={kind: sgd, lr: 0.1},{lr: 0.5}", "--over", "model.1.surrogate=sigmoid,{kind: triangle, width: 2}", "--over", "data={name: digits, limit: {train: 100}}")
	for i, want := range [][]string{{"kind: sgd", "lr: 0.1"}, {"kind: sgd", "width: 2"}, {"kind: adam", "lr: 0.5", "beta1: 0.8", "surrogate: sigmoid"}, {"kind: triangle"}} {
		text := string(read(t, got.Points[i].Out, train.ConfigFile))
		for _, w := range append(want, "train: 100", "kind: constant") {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q:\n%s", got.Points[i].Name, w, text)
			}
		}
		if strings.Contains(text, "alpha: 3") {
			t.Errorf("%s keeps a key of another kind:\n%s", got.Points[i].Name, text)
		}
	}
}
