package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// TestRunDirectory: every file that other tools rely on, and no other.
func TestRunDirectory(t *testing.T) {
	_, out, sum := trained(t, coded, "--set", "train.log_every=2")
	var names []string
	for _, pattern := range []string{"*", "checkpoint/*"} {
		files, err := filepath.Glob(filepath.Join(out, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			names = append(names, regexp.MustCompile(`tfevents\..*`).ReplaceAllString(strings.TrimPrefix(f, out+"/"), "tfevents"))
		}
	}
	want := []string{
		"checkpoint", "config.yaml", "events.out.tfevents", "metrics.jsonl", "model.safetensors", "report.html", "summary.json",
		"checkpoint/step-000000005.safetensors", "checkpoint/step-000000010.safetensors",
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
	var onDisk summary
	if err := json.Unmarshal(read(t, out, train.SummaryFile), &onDisk); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sum, onDisk); d != "" {
		t.Errorf("printed and on disk: %s", d)
	}
	if sum.Test.N != 60 || sum.Validation.N != 60 || sum.Seed != 42 || len(sum.DataHash["train"]) != 64 || sum.Spikes["hidden"] <= 0 || sum.Machine.Cores < 1 {
		t.Errorf("%+v", sum)
	}
	n, err := model.Load(filepath.Join(out, train.ModelFile))
	if err != nil {
		t.Fatal(err)
	}
	if n.Record.Readout != "spike-count" || n.Record.Preprocess["name"] != "digits" || len(n.Record.Classes) != 10 || n.Record.Results["test_accuracy"] != sum.Test.Accuracy || n.Record.Training["train"] == nil {
		t.Errorf("the network's record is %+v", n.Record)
	}
	again := filepath.Join(t.TempDir(), "again")
	good(t, "train", filepath.Join(out, train.ConfigFile), "--out", again) // the resolved config is the run
	if !bytes.Equal(read(t, out, train.ModelFile), read(t, again, train.ModelFile)) {
		t.Error("the resolved config gives another network")
	}
}

// TestReportPage is one file that needs no other, with what a reader looks for.
func TestReportPage(t *testing.T) {
	_, out, sum := trained(t, coded)
	page := string(read(t, out, train.ReportFile))
	for _, part := range []string{
		fmt.Sprintf("%.2f %%", 100*sum.Test.Accuracy), "Learning curves", "Accuracy", "Loss", "Learning rate", "Spikes per neuron and sample", "Firing rate over training",
		"spikes of hidden", "membrane potentials in hidden", "membrane potentials in out", "Confusion matrix of the test part", "Resolved config", "spike-count", sum.DataHash["test"], sum.Machine.Go,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if m := regexp.MustCompile(`(src|href)="(https?:)?//[^"]*"|@import|url\(["']?https?:`).FindString(page); m != "" {
		t.Errorf("the page reads %s", m)
	}
}

// tbValue is one value of an event file.
type tbValue struct {
	step      uint64
	scalar    float64
	histogram bool
}

// eventsOf reads the values of an event file, tag by tag: records of length,
// checksum, data, checksum; in the data field 2 the step and field 5 the summary.
func eventsOf(t *testing.T, raw []byte) map[string][]tbValue {
	t.Helper()
	tags := map[string][]tbValue{}
	for len(raw) > 0 {
		n := int(binary.LittleEndian.Uint64(raw))
		var step uint64
		fieldsOf(t, raw[12:12+n], func(field protowire.Number, v []byte, number uint64) {
			switch field {
			case 2:
				step = number
			case 5:
				fieldsOf(t, v, func(_ protowire.Number, v []byte, _ uint64) {
					tag, value := "", tbValue{step: step}
					fieldsOf(t, v, func(field protowire.Number, v []byte, number uint64) {
						switch field {
						case 1:
							tag = string(v)
						case 2:
							value.scalar = float64(math.Float32frombits(uint32(number)))
						case 5:
							value.histogram = true
						}
					})
					tags[tag] = append(tags[tag], value)
				})
			}
		})
		raw = raw[12+n+4:]
	}
	return tags
}

// fieldsOf calls f with every field of a protobuf message.
func fieldsOf(t *testing.T, b []byte, f func(field protowire.Number, data []byte, number uint64)) {
	t.Helper()
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		size := protowire.ConsumeFieldValue(field, kind, b[max(n, 0):])
		if n < 0 || size < 0 {
			t.Fatal("not a protobuf message")
		}
		b = b[n:]
		switch kind {
		case protowire.VarintType:
			v, _ := protowire.ConsumeVarint(b)
			f(field, nil, v)
		case protowire.Fixed32Type:
			v, _ := protowire.ConsumeFixed32(b)
			f(field, nil, uint64(v))
		case protowire.BytesType:
			v, _ := protowire.ConsumeBytes(b)
			f(field, v, 0)
		}
		b = b[size:]
	}
}

// TestTensorBoardEvents: curves of loss, accuracy, learning rate and gradient
// norm; histograms of weights and of firing rates, an epoch.
func TestTensorBoardEvents(t *testing.T) {
	_, out, _ := trained(t, coded, "--set", "train.log_every=2")
	files, err := filepath.Glob(filepath.Join(out, "events.out.tfevents.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v (%v)", files, err)
	}
	tags := eventsOf(t, read(t, files[0]))
	epochs, err := train.ReadMetrics(out)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range epochs {
		for tag, want := range map[string]float64{
			"train/loss": e.Train.Loss, "train/accuracy": e.Train.Accuracy, "validation/loss": e.Validation.Loss, "validation/accuracy": e.Validation.Accuracy, "rate/hidden": e.Rates["hidden"], "rate/out": e.Rates["out"],
		} {
			if got := tags[tag]; len(got) != 2 || got[i].step != uint64(e.Step) || got[i].scalar != float64(float32(want)) {
				t.Errorf("%s is %+v, want %v at step %d", tag, got, want, e.Step)
			}
		}
	}
	for _, tag := range []string{"batch/loss", "batch/gradient_norm", "batch/learning_rate"} {
		if got := tags[tag]; len(got) != 5 || got[4].step != 10 || got[0].scalar <= 0 { // every second of 10 steps
			t.Errorf("%s is %+v", tag, got)
		}
	}
	for _, tag := range []string{"weights/in.weight", "weights/in.bias", "weights/linear2.weight", "weights/linear2.bias", "rate/hidden/neurons", "rate/out/neurons"} {
		if got := tags[tag]; len(got) != 2 || !got[0].histogram || got[1].step != 10 {
			t.Errorf("%s is %+v, want a histogram an epoch", tag, got)
		}
	}
}

// TestSeedsSayMeanAndDeviation in words, in the file and from the runs themselves.
func TestSeedsSayMeanAndDeviation(t *testing.T) {
	config, out := write(t, "a.yaml", coded), filepath.Join(t.TempDir(), "seeds")
	text := good(t, "train", config, "--out", out, "--seeds", "3", "--seed", "20")
	var sum seedsSummary
	if err := json.Unmarshal(read(t, out, train.SummaryFile), &sum); err != nil {
		t.Fatal(err)
	}
	var values []float64
	for _, seed := range []string{"20", "21", "22"} {
		var one summary
		if err := json.Unmarshal(read(t, out, "seed-"+seed, train.SummaryFile), &one); err != nil {
			t.Fatal(err)
		}
		values = append(values, one.Test.Accuracy)
	}
	a, b, c := values[0], values[1], values[2]
	mean := (a + b + c) / 3
	sd := math.Sqrt((a*a + b*b + c*c - 3*mean*mean) / 2)
	if !slices.Equal(sum.Test.Values, values) || math.Abs(sum.Test.Mean-mean) > 1e-12 || math.Abs(sum.Test.SD-sd) > 1e-9 || sd == 0 {
		t.Errorf("%+v; the runs have %v, mean %v, deviation %v", sum.Test, values, mean, sd)
	}
	if want := fmt.Sprintf("test accuracy %.2f ± %.2f %% (mean ± sd of 3 seeds)", 100*mean, 100*sd); !strings.HasPrefix(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
	if sum.Validation == nil || len(sum.Validation.Values) != 3 || len(sum.Runs) != 3 {
		t.Errorf("%+v", sum)
	}
	refused(t, exitUsage, []string{"seed-20", "holds a run already"}, "train", config, "--out", out, "--seeds", "3", "--seed", "20")
	alone := filepath.Join(t.TempDir(), "alone")
	good(t, "train", config, "--out", alone, "--seed", "21")
	if !bytes.Equal(read(t, alone, train.ModelFile), read(t, out, "seed-21", train.ModelFile)) {
		t.Error("a seed gives another network alone than among others")
	}
}

// TestPreviewIsAPicture of every encoder, with something on it.
func TestPreviewIsAPicture(t *testing.T) {
	for _, kind := range datasets.EncoderKinds().Names() {
		path := filepath.Join(t.TempDir(), "a", kind+".png")
		good(t, "data", "preview", "digits", "--out", path, "-n", "3", "--set", "data.encode.kind="+kind)
		picture, err := png.Decode(bytes.NewReader(read(t, path)))
		if err != nil {
			t.Fatal(err)
		}
		colors := map[any]bool{}
		for y := range picture.Bounds().Dy() {
			for x := range picture.Bounds().Dx() {
				colors[picture.At(x, y)] = true
			}
		}
		if len(colors) < 3 {
			t.Errorf("%s: a picture of %v with %d colors", kind, picture.Bounds(), len(colors))
		}
	}
	refused(t, exitUsage, []string{"-n 0 is below 1"}, "data", "preview", "digits", "-n", "0")
}
