package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
	"github.com/snntrain/snntrain/internal/onnx/onnxtest"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// reluNet trains a float network on the digits for a moment and returns its run directory.
func reluNet(t *testing.T, activation string) string {
	t.Helper()
	config := write(t, "relu.yaml", strings.ReplaceAll(`
data: {name: digits, encode: {kind: constant, steps: 1}}
model:
  - {kind: conv2d, out: 8, kernel: 3, padding: 1}
  - {kind: batch-norm}
  - {kind: ACTIVATION}
  - {kind: max-pool, size: 2}
  - {kind: linear, out: 32}
  - {kind: ACTIVATION}
  - {kind: linear, out: 10}
loss: {kind: cross-entropy, readout: last}
train: {epochs: 3, batch: 32, optimizer: {kind: adam, lr: 3e-3}}
`, "ACTIVATION", activation))
	dir := filepath.Join(t.TempDir(), "relu")
	good(t, "train", config, "--out", dir, "--quiet")
	return dir
}

const digitsConvert = "data: {name: digits}\nconvert: {coding: rate, method: advanced, steps: 8, calibration: 300}\n"

func TestConvertCommand(t *testing.T) {
	float, config := reluNet(t, "relu"), write(t, "c.yaml", digitsConvert)
	out := filepath.Join(t.TempDir(), "spikes")
	text := good(t, "convert", float, "--config", config, "--out", out)
	for _, part := range []string{"float network", "T = 8", "UNEVENNESS", "spikes per neuron", "MACs", "snntrain eval " + out} {
		if !strings.Contains(text, part) {
			t.Errorf("the table lacks %q:\n%s", part, text)
		}
	}
	var got conversion
	if err := json.Unmarshal(read(t, out, train.AccountFile), &got); err != nil {
		t.Fatal(err)
	}
	if got.ANN.Accuracy < 0.9 || got.SNN["8"].Accuracy < got.ANN.Accuracy-0.03 || len(got.SNN) != 8 || got.SNN["3"].N != got.ANN.N {
		t.Errorf("float %.3f, spiking %v", got.ANN.Accuracy, got.SNN)
	}
	if len(got.Changes) == 0 || got.Samples != 300 || len(got.Budget.Layers) != 2 || len(got.Budget.Synapses) != 3 || got.Budget.SynOps <= 0 || got.Budget.Analog <= 0 {
		t.Errorf("changes %v, budget %+v", got.Changes, got.Budget)
	}
	for _, l := range got.Budget.Layers {
		if m := l.Mean; math.Abs(m.Input+m.Clipping+m.Quantization+m.Unevenness-m.Total) > 1e-9 {
			t.Errorf("%s: %+v do not add up", l.Name, m)
		}
	}
	if page := string(read(t, out, train.ReportFile)); !strings.Contains(page, "Accuracy against the number of steps") || !strings.Contains(page, "Unevenness") || !strings.Contains(page, got.Why) {
		t.Error("report.html lacks the curve or the account")
	}

	var again evalResult
	object(t, &again, "eval", out, "--steps", "2,8")
	if again.Correct != got.SNN["8"].Correct || again.Steps["2"].Correct != got.SNN["2"].Correct {
		t.Errorf("eval has %d right after 8 steps and %d after 2, convert said %d and %d", again.Correct, again.Steps["2"].Correct, got.SNN["8"].Correct, got.SNN["2"].Correct)
	}
	good(t, "inspect", out)
	n, err := model.Load(filepath.Join(out, train.ModelFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range n.Nodes {
		if k, ok := node.Op.(*model.Neuron); ok && node.Name != n.Output() && (k.Rules.MaxSpikes != 1 || k.Model != "if") {
			t.Errorf("%s: %s with %d spikes a step", node.Name, k.Model, k.Rules.MaxSpikes)
		}
	}
	refused(t, exitUsage, []string{"holds a run already"}, "convert", float, "--config", config, "--out", out)
	good(t, "convert", float, "--config", config, "--out", out, "--force", "--limit", "20")
}

func TestConvertQCFS(t *testing.T) {
	config := write(t, "c.yaml", "data: {name: digits}\nconvert: {method: qcfs, steps: 4}\n")
	var got conversion
	object(t, &got, "convert", reluNet(t, "qcfs"), "--config", config, "--out", filepath.Join(t.TempDir(), "spikes"))
	if got.ANN.Accuracy < 0.9 || got.SNN["4"].Accuracy < got.ANN.Accuracy-0.05 {
		t.Errorf("float %.3f, spiking %v", got.ANN.Accuracy, got.SNN)
	}
}

// TestConvertHeldOut: training samples behind those of calibration judge as well, as many as there are.
func TestConvertHeldOut(t *testing.T) {
	float := reluNet(t, "relu")
	var got conversion
	out := filepath.Join(t.TempDir(), "spikes")
	object(t, &got, "convert", float, "--config", write(t, "c.yaml", strings.Replace(digitsConvert, "calibration: 300", "calibration: 300, held_out: 100000", 1)), "--out", out, "--quiet")
	if v := got.HeldOut; v == nil || v.Samples < 500 || v.Samples > 1500 || v.Agreement < 0.9 || v.Divergence <= 0 {
		t.Errorf("held out: %+v", v)
	}
}

// TestConvertTuning: the samples that tuned trains with are apart from those of calibration, and
// the reason of a conversion says what it was trained with.
func TestConvertTuning(t *testing.T) {
	for set, want := range map[string]string{
		"convert.tuning=0":         "asked for; 2 passes over 300 samples",
		"convert.tuning=500":       "asked for; 2 passes over 500 samples",
		"convert.rate_penalty=0.1": "asked for; 2 passes over 300 samples, rate_penalty 0.1",
		"convert.labels=0.5":       "asked for; 2 passes over 300 samples, labels 0.5",
	} {
		var got conversion
		object(t, &got, "convert", reluNet(t, "relu"), "--config", write(t, "c.yaml", digitsConvert), "--set", "convert.method=tuned", "--set", "convert.epochs=2", "--set", set, "--out", filepath.Join(t.TempDir(), "spikes"))
		if got.Why != want {
			t.Errorf("%s: %q, expected %q", set, got.Why, want)
		}
	}
}

// TestConvertUnread: keys without effect are named, and a config that a conversion left names none.
func TestConvertUnread(t *testing.T) {
	float, config, dir := reluNet(t, "relu"), write(t, "c.yaml", digitsConvert), t.TempDir()
	for i, c := range []struct{ set, want string }{
		{"convert.labels=0.5", "warning: convert: labels: no effect with method advanced\n"},
		{"convert.rounds=0", ""},
	} {
		out := filepath.Join(dir, fmt.Sprint(i))
		_, errs, code := call(t, "convert", float, "--config", config, "--set", c.set, "--out", out, "--quiet", "--limit", "10")
		if code != 0 || errs != c.want {
			t.Errorf("%s: status %d, %q, expected %q", c.set, code, errs, c.want)
		}
	}
	if _, errs, code := call(t, "convert", float, "--config", filepath.Join(dir, "1", train.ConfigFile), "--out", filepath.Join(dir, "again"), "--quiet", "--limit", "10"); code != 0 || errs != "" {
		t.Errorf("status %d, %s", code, errs)
	}
}

func TestConvertAuto(t *testing.T) {
	config := write(t, "c.yaml", "data: {name: digits}\nconvert: {method: auto, max_drop: 2, max_steps: 16, calibration: 300}\n")
	for set, aside := range map[string]string{"convert.held_out=0": " training samples kept aside", "convert.held_out=70": " on 70 training samples kept aside"} {
		var got conversion
		object(t, &got, "convert", reluNet(t, "relu"), "--config", config, "--set", set, "--out", filepath.Join(t.TempDir(), "spikes"))
		if got.Method == "auto" || len(got.Tried) == 0 || got.Steps > 16 || !strings.Contains(got.Why, aside) {
			t.Errorf("%s: chose %s, T = %d, because %q after %v", set, got.Method, got.Steps, got.Why, got.Tried)
		}
	}
}

// TestConvertWithoutActivation: that nothing spikes is said.
func TestConvertWithoutActivation(t *testing.T) {
	linear := onnxFile(t, onnxtest.New(13).Input("x", -1, 64).Const(onnxtest.Floats("w", []int64{64, 10}, make([]float32, 640)...)).
		Node("MatMul", []string{"x", "w"}, []string{"y"}, nil).Output("y"))
	for file, want := range map[string]bool{linear: true, reluNet(t, "relu"): false} {
		_, errs, code := call(t, "convert", file, "--config", write(t, "c.yaml", digitsConvert), "--out", filepath.Join(t.TempDir(), "out"))
		if code != 0 || strings.Contains(errs, "has no activation between its layers") != want {
			t.Errorf("%s: status %d, %s", file, code, errs)
		}
	}
}

func TestConvertFaults(t *testing.T) {
	config, net := write(t, "c.yaml", digitsConvert), onnxFile(t, brightest(-1, 64))
	out := filepath.Join(t.TempDir(), "out")
	with := func(text string) string { return write(t, "bad.yaml", text) }
	for _, c := range []struct {
		want []string
		args []string
	}{
		{[]string{"needs --config"}, []string{net, "--out", out}},
		{[]string{"needs --out"}, []string{net, "--config", config}},
		{[]string{"truncated, corrupted, or another format"}, []string{write(t, "bad.onnx", "no model"), "--config", config, "--out", out}},
		{[]string{`nowhere.onnx": no such file`}, []string{"nowhere.onnx", "--config", config, "--out", out}},
		{[]string{"give the shape with --input-shape"}, []string{onnxFile(t, brightest(-1, -1, -1, 1)), "--config", config, "--out", out}},
		{[]string{"takes samples of 3×8×8, 192 values; the data gives 1×8×8"}, []string{onnxFile(t, brightest(1, 3, 8, 8)), "--config", config, "--out", out}},
		{[]string{"held_out", "calibration and tuning take 5000", "nothing is left"}, []string{net, "--config", with("data: {name: digits}\nconvert: {calibration: 5000, held_out: 10}\n"), "--out", out}},
		{[]string{"held_out", "tuning take 9000", "nothing is left"}, []string{net, "--config", with("data: {name: digits}\nconvert: {calibration: 50, tuning: 9000, held_out: 10}\n"), "--out", out}},
		{[]string{"tuning", "calibration and tuning take all", "auto needs"}, []string{net, "--config", with("data: {name: digits}\nconvert: {method: auto, tuning: 9000}\n"), "--out", out}},
		{[]string{"convert.labels"}, []string{net, "--config", with("data: {name: digits}\nconvert: {labels: 1.5}\n"), "--out", out}},
		{[]string{"convert.method", "advanced"}, []string{net, "--config", with("data: {name: digits}\nconvert: {method: advance}\n"), "--out", out}},
		{[]string{"convert.steps", "convert.calibration", "convert.stepz"}, []string{net, "--config", with("data: {name: digits}\nconvert: {steps: 0, calibration: 0, stepz: 3}\n"), "--out", out}},
		{[]string{"shows a sample as a constant input"}, []string{net, "--config", with("data: {name: digits, encode: {kind: rate, steps: 4}}\nconvert: {steps: 4}\n"), "--out", out}},
		{[]string{"input_range from 0 to 0.1"}, []string{net, "--config", with("data: {name: digits}\nconvert: {input_range: [0, 0.1]}\n"), "--out", out}},
		{[]string{"is no qcfs activation"}, []string{net, "--config", with("data: {name: digits}\nconvert: {method: qcfs}\n"), "--out", out}},
	} {
		refused(t, exitUsage, c.want, append([]string{"convert"}, c.args...)...)
		if _, err := os.Stat(out); err == nil {
			t.Fatalf("%v left an output directory", c.args)
		}
	}
}

// TestConvertBadFiles: what is wrong with the ONNX file or the samples is said,
// by either coding, and nothing is written.
func TestConvertBadFiles(t *testing.T) {
	whole := brightest(-1, 64).Bytes()
	flipped := bytes.Clone(whole)
	for i := 20; i < 60; i++ {
		flipped[i] ^= 0x5a
	}
	away := onnxtest.Floats("w", []int64{64, 10}, make([]float32, 640)...)
	away.FloatData, away.RawData = nil, nil
	away.DataLocation = onnxpb.TensorProto_EXTERNAL.Enum()
	key, file := "location", "weights.bin"
	away.ExternalData = []*onnxpb.StringStringEntryProto{{Key: &key, Value: &file}}
	matmul := func(opset int64, op string, w *onnxpb.TensorProto) []byte {
		return onnxtest.New(opset).Input("x", 1, 64).Const(w).Node(op, []string{"x", "w"}, []string{"y"}, nil).Output("y").Bytes()
	}
	plain := onnxtest.Floats("w", []int64{64, 10}, make([]float32, 640)...)
	rate, times := write(t, "rate.yaml", digitsConvert), write(t, "ttfs.yaml", timesConfig)
	empty := write(t, "empty.csv", "a,b,label\n")
	for _, c := range []struct {
		name string
		file []byte
		want string
		sets []string
	}{
		{"truncated", whole[:len(whole)/2], "truncated, corrupted, or another format", nil},
		{"empty", nil, "is empty", nil},
		{"flipped", flipped, "net.onnx", nil},
		{"external data missing", matmul(13, "MatMul", away), `external data "weights.bin"`, nil},
		{"opset", matmul(99, "MatMul", plain), "opset 99", nil},
		{"operator", matmul(13, "Einsum", plain), "Einsum", nil},
		{"dynamic", brightest(-1, -1, 8, 8).Bytes(), "--input-shape", nil},
		{"no samples", whole, "", []string{"data={name: csv, train: " + empty + ", test: " + empty + "}"}},
	} {
		for _, config := range []string{rate, times} {
			dir := t.TempDir()
			net, out := filepath.Join(dir, "net.onnx"), filepath.Join(dir, "out")
			if err := os.WriteFile(net, c.file, 0o644); err != nil {
				t.Fatal(err)
			}
			args := []string{"convert", net, "--config", config, "--out", out}
			for _, s := range c.sets {
				args = append(args, "--set", s)
			}
			_, message, status := call(t, args...)
			if status != exitUsage || !strings.Contains(message, c.want) || strings.Contains(message, "panic") {
				t.Errorf("%s: status %d, want %q in\n%s", c.name, status, c.want, message)
			}
			if _, err := os.Stat(out); err == nil {
				t.Errorf("%s left an output directory", c.name)
			}
		}
	}
}

// TestConvertRateInput: the network's record says how its input is encoded, so that
// eval counts the same; what is compared is in the report.
func TestConvertRateInput(t *testing.T) {
	config := write(t, "c.yaml", "data: {name: digits}\nconvert: {method: light, steps: 16, calibration: 200, input: rate, compare: [srp, cos]}\n")
	out := filepath.Join(t.TempDir(), "spikes")
	var got conversion
	object(t, &got, "convert", reluNet(t, "relu"), "--config", config, "--out", out)
	if got.SNN["16"].Accuracy < got.ANN.Accuracy-0.1 || got.Budget.Analog != 0 {
		t.Errorf("float %.3f, spiking %.3f, %g multiplications of the input", got.ANN.Accuracy, got.SNN["16"].Accuracy, got.Budget.Analog)
	}
	var again evalResult
	object(t, &again, "eval", out)
	if again.Correct != got.SNN["16"].Correct {
		t.Errorf("eval has %d right, convert said %d", again.Correct, got.SNN["16"].Correct)
	}
	if len(got.Compared) != 2 || got.Compared[0].Extra != 4 || got.Compared[1].Extra != 16 || got.Compared[1].Score.N != got.ANN.N || got.Compared[0].Spikes <= 0 {
		t.Errorf("compared: %+v", got.Compared)
	}
	refused(t, exitUsage, []string{"convert.compare", "cos", "convert.input"}, "convert", out, "--out", out+"2", "--config", write(t, "bad.yaml", "data: {name: digits}\nconvert: {compare: [coss], input: rat}\n"))
}

// TestHeldOutText: nothing lost is no loss, and samples that auto chose by are no others.
func TestHeldOutText(t *testing.T) {
	r := &conversion{HeldOut: &convert.Verdict{Samples: 5, Agreement: 1}}
	for _, want := range []string{"5 training samples held out: +0.00 points", "5 training samples held out, by which it was chosen: +0.00 points"} {
		if text := r.heldOutText(); !strings.Contains(text, want) {
			t.Errorf("%q, expected %q", text, want)
		}
		r.Tried = append(r.Tried, convert.Trial{})
	}
}

// TestAutoThatMissed: a bound kept on the samples aside and broken on the test part is said.
func TestAutoThatMissed(t *testing.T) {
	r := &conversion{Steps: 4, ANN: train.Score{Correct: 950, N: 1000}, SNN: map[string]train.Score{"4": {Correct: 940, N: 1000}}}
	o := convert.RateDefaults()
	o.Method, o.MaxDrop = "auto", 0.5
	if text := r.missed(o); !strings.Contains(text, "1.00 points are lost on the test part, more than max_drop 0.5") {
		t.Errorf("%q", text)
	}
	if o.MaxDrop = 1; r.missed(o) != "" {
		t.Error("a warning without need")
	}
}
