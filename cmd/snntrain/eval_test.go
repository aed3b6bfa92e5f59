package main

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sbinet/npyio"

	"github.com/snntrain/snntrain/train"
)

// coded is small with an encoding that draws random numbers.
const coded = `
seed: 42
data: {name: digits, limit: {train: 300, test: 60}, validation: 0.2, encode: {kind: rate, steps: 8}}
model:
  - {kind: linear, name: in, out: 16}
  - {kind: lif, name: hidden, beta: 0.9}
  - {kind: linear, out: 10}
  - {kind: lif, name: out, beta: 0.9}
loss: {kind: cross-entropy, readout: spike-count}
train: {epochs: 2, batch: 50, optimizer: {kind: adam, lr: 1e-2}}
`

// trained trains a config and returns its directory and summary.
func trained(t *testing.T, yaml string, args ...string) (config, out string, sum summary) {
	t.Helper()
	config, out = write(t, "config.yaml", yaml), filepath.Join(t.TempDir(), "run")
	object(t, &sum, append([]string{"train", config, "--out", out}, args...)...)
	return config, out, sum
}

// TestEvalFindsTheResultsOfTraining: the recorded seed decides the validation
// part, also of a config that names another one, and the encoding.
func TestEvalFindsTheResultsOfTraining(t *testing.T) {
	config, out, sum := trained(t, coded, "--seed", "9223372036854775813")
	for _, c := range []struct {
		args []string
		want *train.Score
	}{
		{nil, sum.Test},
		{[]string{"--split", "validation"}, sum.Validation},
		{[]string{"--split", "validation", "--data", config}, sum.Validation},
		{[]string{"--data", config, "--batch", "7", "--threads", "1"}, sum.Test},
	} {
		var got evalResult
		object(t, &got, append([]string{"eval", out}, c.args...)...)
		if got.Correct != c.want.Correct || got.N != c.want.N || got.Accuracy != c.want.Accuracy || got.Loss != c.want.Loss {
			t.Errorf("%v: %+v, in training %+v", c.args, got.Score, *c.want)
		}
	}
	var other, again evalResult
	object(t, &other, "eval", out, "--split", "validation", "--set", "seed=5")
	if other.Loss == sum.Validation.Loss {
		t.Error("--set seed=5 gives the validation part of the recorded seed")
	}
	object(t, &again, "eval", filepath.Join(out, train.ModelFile)) // the file is enough
	if again.Score != *sum.Test {
		t.Errorf("the file alone: %+v, in training %+v", again.Score, *sum.Test)
	}
}

// TestEvalFiles: what --steps, --predictions, --logits and --record give fits together.
func TestEvalFiles(t *testing.T) {
	_, out, _ := trained(t, coded)
	dir := t.TempDir()
	predictions, logits, record := filepath.Join(dir, "p.npy"), filepath.Join(dir, "l.npy"), filepath.Join(dir, "rasters")
	var got evalResult
	object(t, &got, "eval", out, "--limit", "25", "--batch", "9", "--steps", "2,4,8", "--predictions", predictions, "--logits", logits, "--record", record)
	if got.N != 25 || len(got.Steps) != 3 || got.Steps["8"] != got.Score || got.Seconds <= 0 {
		t.Fatalf("%+v", got)
	}
	for steps, score := range got.Steps {
		if score.N != 25 || score.Accuracy != float64(score.Correct)/25 {
			t.Errorf("after %s steps: %+v", steps, score)
		}
	}
	var classes []int32
	var scores []float32
	npyFile(t, predictions, []int{25}, &classes)
	npyFile(t, logits, []int{25, 10}, &scores)
	var hidden, last []uint8
	npyFile(t, filepath.Join(record, "hidden.npy"), []int{25, 8, 16}, &hidden)
	npyFile(t, filepath.Join(record, "out.npy"), []int{25, 8, 10}, &last)
	if files, _ := filepath.Glob(filepath.Join(record, "*")); len(files) != 2 {
		t.Errorf("%v were recorded, want the two spiking layers", files)
	}
	for i, class := range classes {
		row := scores[10*i : 10*i+10]
		if slices.Index(row, slices.Max(row)) != int(class) {
			t.Errorf("sample %d: class %d of %v", i, class, row)
		}
		for c, v := range row { // the readout is the spike count
			count := 0
			for step := range 8 {
				count += int(last[(i*8+step)*10+c])
			}
			if float32(count) != v {
				t.Errorf("sample %d, class %d: score %v, %d spikes recorded", i, c, v, count)
			}
		}
	}
	spikes := 0
	for _, v := range hidden {
		spikes += int(v)
	}
	if per := float64(spikes) / (25 * 16); math.Abs(per-got.Spikes["hidden"]) > 1e-9 || spikes == 0 {
		t.Errorf("%v spikes per neuron and sample, %v in the raster", got.Spikes["hidden"], per)
	}
}

// npyFile reads a file of a given shape.
func npyFile(t *testing.T, path string, shape []int, into any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := npyio.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(shape, r.Header.Descr.Shape); d != "" {
		t.Fatalf("%s: %s", path, d)
	}
	if err := r.Read(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// TestEvalAfterOtherNumbersOfSteps: one step fewer or more than in training is
// judged like a run of that length when the input is the same in every step.
func TestEvalAfterOtherNumbersOfSteps(t *testing.T) {
	_, out, _ := trained(t, strings.Replace(coded, "kind: rate", "kind: constant", 1))
	var all evalResult
	object(t, &all, "eval", out, "--steps", "1, 3,11")
	for _, steps := range []string{"1", "3", "11"} {
		var one evalResult
		object(t, &one, "eval", out, "--steps", steps)
		if one.Score != all.Steps[steps] {
			t.Errorf("%s steps: %+v alone, %+v with others", steps, one.Score, all.Steps[steps])
		}
	}
}

// TestRecordStaysInItsFolder, whatever the layers of a file are called.
func TestRecordStaysInItsFolder(t *testing.T) {
	_, out, _ := trained(t, strings.Replace(coded, "name: hidden", `name: "../a/b"`, 1))
	dir := t.TempDir()
	good(t, "eval", out, "--limit", "5", "--record", filepath.Join(dir, "in", "rasters"))
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			files = append(files, strings.TrimPrefix(path, dir))
		}
		return err
	})
	if d := cmp.Diff([]string{"/in/rasters/..%2Fa%2Fb.npy", "/in/rasters/out.npy"}, files); d != "" || err != nil {
		t.Errorf("%v %s", err, d)
	}
}

func TestEvalFaults(t *testing.T) {
	config, out, _ := trained(t, coded)
	other := write(t, "other.yaml", "data: {name: yinyang}")
	raw := read(t, out, train.ModelFile)
	raw[len(raw)-9] ^= 4
	damaged := write(t, "damaged.safetensors", string(raw))
	cut := write(t, "cut.safetensors", string(raw[:len(raw)/2]))
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"unknown part":     {[]string{"eval", out, "--split", "tset"}, []string{`has no part "tset"`}},
		"another data set": {[]string{"eval", out, "--data", other}, []string{`dataset "yinyang": gives samples of 4, the network reads 1×8×8`}},
		"damaged":          {[]string{"eval", damaged}, []string{"damaged.safetensors", "checksum differs: the file is damaged"}},
		"damaged, shown":   {[]string{"inspect", damaged}, []string{"damaged.safetensors", "checksum differs: the file is damaged"}},
		"cut":              {[]string{"eval", cut}, []string{"cut.safetensors", "not a safetensors file, or damaged"}},
		"a config":         {[]string{"eval", config}, []string{"config.yaml", "not a safetensors file"}},
		"a folder":         {[]string{"eval", t.TempDir()}, []string{"model.safetensors: is missing"}},
		"no batch":         {[]string{"eval", out, "--batch", "0"}, []string{"--batch 0 must be at least 1"}},
		"unknown key":      {[]string{"eval", out, "--set", "data.limt.test=5"}, []string{`did you mean "limit"?`}},
	} {
		t.Run(name, func(t *testing.T) { refused(t, exitUsage, c.want, c.args...) })
	}
	refused(t, exitUsage, []string{"eval: --predictions ", "p.npy: there is no directory"}, "eval", out, "--predictions", filepath.Join(t.TempDir(), "none", "p.npy"))
}
