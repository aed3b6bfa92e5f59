package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// TestDoctor: it looks at the validation part and finds there what eval finds; a sound run has no findings.
func TestDoctor(t *testing.T) {
	_, out, sum := trained(t, coded, "--set", "train.epochs=12")
	var d diagnosis
	object(t, &d, "doctor", out)
	if d.Part != "validation" || d.Samples != 60 || d.Steps != 8 || d.Data != "digits" || d.Score.Correct != sum.Validation.Correct || math.Abs(d.Score.Loss-sum.Validation.Loss) > 1e-9 {
		t.Errorf("%+v, score %+v; in training %+v", d, d.Score, sum.Validation)
	}
	var e evalResult
	object(t, &e, "eval", out, "--split", "validation")
	if len(d.Layers) != 2 || d.Layers[0].Name != "hidden" || d.Layers[1].Neurons != 10 {
		t.Errorf("%+v", d.Layers)
	}
	for _, l := range d.Layers {
		if math.Abs(8*l.Rate-e.Spikes[l.Name]) > 1e-9 || l.Rate == 0 {
			t.Errorf("%+v, in eval %v spikes a neuron", l, e.Spikes[l.Name])
		}
	}
	if len(d.Parameters) != 4 || len(d.OverTime) != 8 || d.Parameters[0].Name != "in.weight" || *d.Parameters[0].Gradient <= 0 || d.Training.Epochs != 12 || d.Training.Planned != 12 || !d.Training.Finished {
		t.Errorf("%+v, training %+v", d.Parameters, d.Training)
	}
	var few diagnosis
	object(t, &few, "doctor", filepath.Join(out, train.ModelFile), "--samples", "7", "--set", "data.validation=0")
	if few.Part != "train" || few.Samples != 7 || few.Training != nil || len(few.Notes) != 1 {
		t.Errorf("%+v", few)
	}
	text := good(t, "doctor", out)
	for _, w := range []string{"60 samples of the validation part of digits, 8 steps", "SATURATED %", "in.weight", "GRADIENT/RMS", "gradient by the input", "12 of 12 epochs"} {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}

// TestDoctorDrawsSamples: data sorted by class shows all classes.
func TestDoctorDrawsSamples(t *testing.T) {
	var rows strings.Builder
	for i := range 200 {
		fmt.Fprintf(&rows, "%d,%d,%d\n", i%5, i%3, i/100)
	}
	path := write(t, "train.csv", rows.String())
	n := &model.Network{Record: model.Record{Seed: 3}}
	source, _, seed, err := openRecorded(n, config.Options{Texts: []config.Text{{Name: "test", YAML: []byte("data: {name: csv, train: " + path + ", test: " + path + ", label: last, dir: " + filepath.Dir(path) + "}")}}}, datasets.Train)
	if err != nil {
		t.Fatal(err)
	}
	few, count, dst := drawn(source, 40, seed), [2]int{}, make([]float32, 2)
	for i := range few.Len() {
		label, err := few.At(i, dst)
		if err != nil {
			t.Fatal(err)
		}
		count[label]++
	}
	if few.Len() != 40 || count[0] < 10 || count[1] < 10 || drawn(source, 0, 1) != source || drawn(source, 200, 1) != source {
		t.Errorf("%d samples, of each class %v", few.Len(), count)
	}
}

// TestDoctorFindsNothing in the network of the quickstart.
func TestDoctorFindsNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	good(t, "train", filepath.Join(testkit.Root(), "configs", "quickstart.yaml"), "--out", out, "--quiet")
	if text := good(t, "doctor", out); !strings.HasSuffix(text, "\nnothing found\n") {
		t.Error(text)
	}
}

// TestDoctorFinds what was broken on purpose. The exit status is 0 all the same.
func TestDoctorFinds(t *testing.T) {
	for name, c := range map[string]struct {
		yaml string
		args []string
		harm func(t *testing.T, out string)
		want []string
	}{
		"silent": {strings.Replace(small, "out: 16", "out: 16, bias: false, init: {kind: constant, value: -1}", 1), nil, nil, []string{
			`layer "lif1" is silent: 100 % of its neurons fire no spike in 20 samples; raise the weights`, "parameter linear2.weight: its gradient is 0",
		}},
		"saturated":  {strings.Replace(small, "out: 16", "out: 16, init: {kind: constant, value: 5}", 1), nil, nil, []string{`layer "lif1" is saturated: its neurons fire`}},
		"no longer":  {small, []string{"--set", "train.optimizer={kind: sgd, lr: 1e-9}"}, nil, []string{"training: the loss went from", "it should fall by 1 % at least"}},
		"overfitted": {strings.Replace(small, "train: 200", "train: 100", 1), []string{"--set", "train.epochs=60", "--set", "train.optimizer={kind: adam, lr: 2e-2}", "--set", "data.validation=0.8"}, nil, []string{"validation: ", "points behind, limit ", "; train fewer epochs"}},
		"unfinished": {small, nil, func(t *testing.T, out string) { remove(t, out, train.SummaryFile) }, []string{"training: ended after 2 of 2 epochs, without a result; it is in progress, was interrupted"}},
		"not finite": {small, nil, spoil, []string{"parameter linear1.weight: 1 of 1024 values are not finite", "gives a value that is not finite"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, out, _ := trained(t, c.yaml, append(c.args, "--quiet")...)
			if c.harm != nil {
				c.harm(t, out)
			}
			var d diagnosis
			object(t, &d, "doctor", out)
			all := strings.Join(d.Findings, "\n")
			for _, w := range c.want {
				if !strings.Contains(all, w) {
					t.Errorf("no %q in the findings\n%s", w, all)
				}
			}
			if text := good(t, "doctor", out); !strings.Contains(text, "findings:\n  "+d.Findings[0]) {
				t.Errorf("as text:\n%s", text)
			}
		})
	}
}

func remove(t *testing.T, elem ...string) {
	t.Helper()
	if err := os.Remove(filepath.Join(elem...)); err != nil {
		t.Fatal(err)
	}
}

// spoil puts a NaN among the weights of a run.
func spoil(t *testing.T, out string) {
	t.Helper()
	path := filepath.Join(out, train.ModelFile)
	n, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	n.Node("linear1").Op.Params()[0].Tensor.Data[3] = float32(math.NaN())
	if err := n.Save(path); err != nil {
		t.Fatal(err)
	}
}

// TestDoctorOfConverted: a network of rates has no loss, and its activity is that of the conversion's kind.
func TestDoctorOfConverted(t *testing.T) {
	out := filepath.Join(t.TempDir(), "spikes")
	good(t, "convert", reluNet(t, "relu"), "--config", write(t, "c.yaml", digitsConvert), "--out", out)
	var d diagnosis
	object(t, &d, "doctor", out)
	if len(d.Layers) != 2 || d.Layers[0].Rate <= 0 || d.Score.Accuracy < 0.8 || d.Training != nil || len(d.Parameters) > 0 && d.Parameters[0].Gradient != nil {
		t.Errorf("%+v, score %+v", d, d.Score)
	}
	if notes := strings.Join(d.Notes, "\n"); !strings.Contains(notes, "no loss is recorded") || !strings.Contains(notes, "there is no metrics.jsonl") {
		t.Error(notes)
	}
}

func TestDoctorFaults(t *testing.T) {
	config, out, _ := trained(t, small)
	times := filepath.Join(t.TempDir(), "times")
	good(t, "convert", onnxFile(t, brightest(-1, 64)), "--config", write(t, "d.yaml", "data: {name: digits, limit: {test: 80}}"), "--config", filepath.Join(testkit.Root(), "configs", "convert-ttfs.yaml"), "--set", "convert.calibration=50", "--out", times)
	bare := filepath.Join(t.TempDir(), train.ModelFile)
	n, err := model.Load(filepath.Join(out, train.ModelFile))
	if err != nil {
		t.Fatal(err)
	}
	n.Record = model.Record{}
	if err := n.Save(bare); err != nil {
		t.Fatal(err)
	}
	broken := write(t, train.MetricsFile, "{\n{}\n")
	good(t, "train", config, "--out", filepath.Join(filepath.Dir(broken), "run"))
	if err := os.Rename(broken, filepath.Join(filepath.Dir(broken), "run", train.MetricsFile)); err != nil {
		t.Fatal(err)
	}
	seeds := filepath.Join(t.TempDir(), "seeds")
	good(t, "train", config, "--out", seeds, "--seeds", "2")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"seeds":           {[]string{seeds}, "holds runs of several seeds; name one, such as " + filepath.Join(seeds, "seed-42")},
		"spike times":     {[]string{times}, "is a network of first spike times"},
		"no data":         {[]string{bare}, "records no data to run it on; give --data CONFIG"},
		"other data":      {[]string{out, "--data", write(t, "o.yaml", "data: {name: yinyang}")}, `dataset "yinyang": gives samples of 4, the network reads 1×8×8`},
		"no run":          {[]string{t.TempDir()}, "model.safetensors: is missing; is the directory that of a run?"},
		"nothing":         {[]string{filepath.Join(t.TempDir(), "gone")}, "does not exist"},
		"a config":        {[]string{config}, "not a safetensors file"},
		"no batch":        {[]string{out, "--batch", "0", "--samples", "-1"}, "doctor: --batch 0 must be at least 1\ndoctor: --samples -1 must be at least 0"},
		"broken metrics":  {[]string{filepath.Join(filepath.Dir(broken), "run")}, "metrics.jsonl:1: "},
		"two runs":        {[]string{out, out}, "needs one run directory or model file, got 2 arguments"},
		"an unknown key":  {[]string{out, "--set", "data.limt.test=5"}, `did you mean "limit"?`},
		"data, with both": {[]string{bare, "--data", config, "--set", "data.name=nothing"}, `"nothing"`},
	} {
		t.Run(name, func(t *testing.T) { refused(t, exitUsage, []string{c.want}, append([]string{"doctor"}, c.args...)...) })
	}
	good(t, "doctor", bare, "--data", config)
}
