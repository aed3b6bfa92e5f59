package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/quant"
)

// onChip is a config that trains in a chip's integers; {} stands for the section.
const onChip = `
seed: 42
data: {name: digits, limit: {train: 400, test: 100}, validation: 0.2, encode: {kind: constant, steps: 6}}
model:
  - {kind: linear, out: 32}
  - {kind: lif, beta: 0.9, reset: zero}
  - {kind: linear, out: 10}
  - {kind: li, beta: 0.9}
loss: {kind: cross-entropy, readout: mean}
train: {epochs: 4, batch: 50, optimizer: {kind: adam, lr: 1e-2}}
`

// TestTrainInIntegers: what was trained is judged alike by eval, by quantize
// and by the emulator; a resumed run has the same bits.
func TestTrainInIntegers(t *testing.T) {
	_, out, sum := trained(t, onChip+"quantize: {target: lava, bits: 6}\n")
	if sum.Test.Accuracy < 0.7 {
		t.Errorf("accuracy %v after 4 epochs", sum.Test.Accuracy)
	}
	var e evalResult
	object(t, &e, "eval", out)
	if e.Correct != sum.Test.Correct || e.Loss != sum.Test.Loss {
		t.Errorf("%+v, in training %+v", e.Score, *sum.Test)
	}
	image := filepath.Join(t.TempDir(), "net.snnimg")
	var q quantization
	object(t, &q, "quantize", out, "-o", image)
	j := q.Judged
	if q.Method != "qat" || j == nil || j.Compared != 100 || j.Identical != 100 || j.Same != 100 || j.Chip != j.Network || j.Chip.Correct != e.Correct {
		t.Fatalf("%+v, %+v", q, j)
	}
	im, err := chip.Load(image)
	if err != nil {
		t.Fatal(err)
	}
	if im.IO.Ticks != 7 || im.IO.From != 1 || im.IO.Steps != 6 || im.IO.Readout != "mean" || im.IO.Potential == 0 || im.Conversion.Method != "qat" || im.Conversion.Accuracy["chip"] != j.Chip.Accuracy {
		t.Errorf("%+v, %+v", im.IO, im.Conversion)
	}
	if most := im.Net.Synapses[0].Dense.Weight.MaxAbs(); most > 64 || im.Net.Synapses[0].Bits != 6 {
		t.Errorf("weights to %d, %d bits", most, im.Net.Synapses[0].Bits)
	}
	changed := onGridOf(t, image)
	if changed {
		t.Error("an image is written differently when it is read and saved again")
	}
}

// onGridOf reports whether an image that is read and saved is another file.
func onGridOf(t *testing.T, path string) bool {
	t.Helper()
	im, err := chip.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	again := path + ".again"
	if err := im.Save(again); err != nil {
		t.Fatal(err)
	}
	a, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(again)
	return err != nil || string(a) != string(b)
}

// TestQuantizeAfterTraining: rounding a float network; for another target than
// that of its training, the trained arrays are rounded.
func TestQuantizeAfterTraining(t *testing.T) {
	_, out, sum := trained(t, onChip)
	image := filepath.Join(t.TempDir(), "net.snnimg")
	var q quantization
	object(t, &q, "quantize", out, "--target", "lava", "--out", image, "--limit", "60")
	j := q.Judged
	if q.Method != "ptq" || j.Compared != 0 || j.Chip.N != 60 || j.Same < 55 || q.IO.From != 2 || q.IO.Ticks != 8 {
		t.Errorf("%+v, %+v", q, j)
	}
	if a := q.Account; len(a.Layers) != 2 || a.Layers[0].Error == 0 || a.Layers[0].Error > 0.05 || a.InputOver != 0 || a.Input.Max < 2 {
		t.Errorf("%+v", a)
	}
	if sum.Test.Accuracy < 0.7 {
		t.Errorf("accuracy %v", sum.Test.Accuracy)
	}
	if im, err := chip.Load(image); err != nil || len(im.Conversion.Calibration) != 64 {
		t.Errorf("the image does not say what it was calibrated with: %+v, %v", im, err)
	}
	_, two, _ := trained(t, strings.Replace(onChip, "reset: zero", "reset: subtract", 1)+"quantize: {target: generic, bits: 4, per: channel}\n")
	object(t, &q, "quantize", two, "--target", "generic", "--out", image)
	if q.Method != "qat" || q.Options.Bits != 4 || q.Judged.Identical != 100 {
		t.Errorf("%+v", q)
	}
	refused(t, exitUsage, []string{`layer "lif1": soft reset: lava cannot compute it`, "set reset: zero"}, "quantize", two, "--target", "lava", "--out", image)
	refused(t, exitUsage, []string{`layer "lif1": no synaptic current`, `layer "li1": no synaptic current`}, "quantize", two, "--target", "xylo", "--out", image)
	refused(t, exitUsage, []string{`"lawa"`, `did you mean "lava"`}, "quantize", out, "--target", "lawa", "--out", image)
	refused(t, exitUsage, []string{`chip/akida: layer "lif1": is a neuron`}, "quantize", out, "--target", "akida", "--out", image)
	refused(t, exitUsage, []string{"was not trained for a chip", "--target"}, "quantize", out, "--out", image)
	refused(t, exitUsage, []string{"needs --out"}, "quantize", out, "--target", "lava")
	refused(t, exitUsage, []string{`--range "most" is unknown`}, "quantize", out, "--target", "lava", "--out", image, "--range", "most")
	refused(t, exitUsage, []string{"weights of 9 bits; 2 to 8"}, "quantize", out, "--target", "lava", "--out", image, "--bits", "9")
}

// TestQuantizeWithoutData: a network whose data is gone is quantized, and says that nothing was judged.
func TestQuantizeWithoutData(t *testing.T) {
	_, out, _ := trained(t, onChip)
	n, err := loadModel(out)
	if err != nil {
		t.Fatal(err)
	}
	n.Record.Preprocess["name"], n.Record.Preprocess["dir"] = "mnist", filepath.Join(t.TempDir(), "nothing")
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := n.Save(path); err != nil {
		t.Fatal(err)
	}
	var q quantization
	object(t, &q, "quantize", path, "--target", "lava", "--out", filepath.Join(t.TempDir(), "net.snnimg"))
	if q.Judged != nil || !strings.Contains(q.Unjudged, "the data is not there") || q.IO.Steps != 6 || q.Options.Input != "values" {
		t.Errorf("%+v", q)
	}
	refused(t, exitUsage, []string{"no file"}, "quantize", path, "--target", "lava", "--out", "x.snnimg", "--set", "data.dir=elsewhere")
}

// TestQuantizeSection: faults of the section at their places, and what no integer network can have.
func TestQuantizeSection(t *testing.T) {
	for section, want := range map[string]string{
		"quantize: {target: lavva}":                  `did you mean "lava"`,
		"quantize: {target: lava, bit: 8}":           `did you mean "bits"`,
		"quantize: {target: lava, range: all}":       "range",
		"quantize: {bits: 8}":                        "needs target",
		"quantize: {target: lava, bits: 9}":          "weights of 9 bits; 2 to 8 are possible",
		"quantize: {target: xylo}":                   "no synaptic current",
		"quantize: {target: ranc}":                   "values that are no spikes",
		"quantize: {target: generic, per: channels}": "per",
	} {
		path := write(t, "c.yaml", onChip+section+"\n")
		refused(t, exitUsage, []string{want}, "train", path, "--out", filepath.Join(t.TempDir(), "run"))
	}
	learned := write(t, "c.yaml", strings.Replace(onChip, "beta: 0.9, reset: zero", "beta: 0.9, learn: [beta], reset: zero", 1)+"quantize: lava\n")
	refused(t, exitUsage, []string{`layer "lif1": learned parameters`}, "train", learned, "--out", filepath.Join(t.TempDir(), "run"))
}

// TestQuantizeText: the words of the result.
func TestQuantizeText(t *testing.T) {
	_, out, _ := trained(t, onChip+"quantize: lava\n")
	text, errs, status := call(t, "quantize", out, "--out", filepath.Join(t.TempDir(), "net.snnimg"))
	if status != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{"LAYER", "lif1", "100 of 100 samples: every layer in every tick the same", "input -", "cores: 2 of 128", "written to"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	var schema map[string]any
	raw, _, _ := call(t, "config", "schema")
	if err := json.Unmarshal([]byte(raw), &schema); err != nil || !strings.Contains(raw, `"input_bits"`) {
		t.Errorf("the schema does not know quantize: %v", err)
	}
}

// TestConvertedOnRANC: a network of rectifiers, converted to rates, on cores of
// axon types: weights of 4 bits, spikes in and spikes out, at most half a point
// lost, also where the sums of 256 neurons fit no core and are taken in parts.
func TestConvertedOnRANC(t *testing.T) {
	for hidden, parts := range map[string]int{"64": 0, "256": 1} {
		dir := t.TempDir()
		config := write(t, "relu.yaml", `
seed: 42
data: {name: digits, validation: 0.1, encode: {kind: constant, steps: 1}}
model:
  - {kind: linear, out: `+hidden+`}
  - {kind: relu}
  - {kind: linear, out: 10}
loss: {kind: cross-entropy, readout: last}
train: {epochs: 20, batch: 32, optimizer: {kind: adamw, lr: 3e-3, weight_decay: 1e-2}, schedule: cosine}
`)
		var sum summary
		object(t, &sum, "train", config, "--out", filepath.Join(dir, "relu"))
		var r conversion
		how := write(t, "convert.yaml", "data: {name: digits}\nconvert: {coding: rate, method: percentile, steps: 64, calibration: 500}\n")
		object(t, &r, "convert", filepath.Join(dir, "relu"), "--config", how, "--out", filepath.Join(dir, "spikes"))
		data, image := write(t, "rate.yaml", "data: {name: digits, encode: {kind: rate, steps: 256}}\n"), filepath.Join(dir, "net.snnimg")
		var q quantization
		object(t, &q, "quantize", filepath.Join(dir, "spikes"), "--target", "ranc", "--bits", "4", "--per", "channel", "--calibrate", data, "--out", image)
		j := q.Judged
		t.Logf("%s hidden: spikes in floats %.2f %%, on cores %.2f %%, %+v", hidden, 100*j.Network.Accuracy, 100*j.Chip.Accuracy, q.Parts)
		if sum.Test.Accuracy < 0.93 || j.Network.Accuracy-j.Chip.Accuracy > 0.006 || len(q.Parts) != parts {
			t.Errorf("%+v", j)
		}
		var again judgeResult
		object(t, &again, "emulate", image)
		if again.Correct != j.Chip.Correct || again.Ticks != float64(q.IO.Ticks) || q.IO.Ticks != 256+q.IO.From || q.IO.From != q.Account.From || q.IO.From != 1+parts {
			t.Errorf("%+v, %+v, %+v", again, j, q.IO)
		}
		good(t, "export", image, "--target", "ranc", "--out", filepath.Join(dir, "chip.json"))
	}
}

// wideTarget has a layer whose sums it takes in parts.
type wideTarget struct{ *ranc.Target }

func (wideTarget) Wide(*quant.IntNet) []string { return []string{"input"} }

// TestPartsNeedSamples: without data nobody knows what parts of a sum there are.
func TestPartsNeedSamples(t *testing.T) {
	_, _, err := inParts(t.Context(), wideTarget{ranc.New()}, &quant.IntNet{}, &chip.IO{}, nil)
	if err == nil || !strings.Contains(err.Error(), "no core holds their sums") || !strings.Contains(err.Error(), "--calibrate CONFIG") {
		t.Error(err)
	}
}

// TestRandomCodesAreTheSameOnTheChip: spikes drawn by a rate code are those that eval draws.
func TestRandomCodesAreTheSameOnTheChip(t *testing.T) {
	config := strings.Replace(strings.Replace(onChip, "kind: constant, steps: 6", "kind: rate, steps: 6", 1), "epochs: 4", "epochs: 1", 1)
	_, out, _ := trained(t, config+"quantize: {target: lava, bits: 6}\n")
	dir := t.TempDir()
	image, a, b := filepath.Join(dir, "net.snnimg"), filepath.Join(dir, "a.npy"), filepath.Join(dir, "b.npy")
	good(t, "eval", out, "--predictions", a)
	good(t, "quantize", out, "--out", image)
	good(t, "emulate", image, "--predictions", b)
	if string(read(t, a)) != string(read(t, b)) {
		t.Error("eval and emulate saw other spikes of the same samples")
	}
}

// TestImagesAreHeldToTheirVector: an image carries what it does with a sample;
// another answer of the emulator is found, with tick and neuron.
func TestImagesAreHeldToTheirVector(t *testing.T) {
	_, out, _ := trained(t, strings.Replace(onChip, "epochs: 4", "epochs: 1", 1)+"quantize: {target: lava, bits: 6}\n")
	image, other := filepath.Join(t.TempDir(), "net.snnimg"), filepath.Join(t.TempDir(), "other.snnimg")
	good(t, "quantize", out, "--out", image)
	if text := good(t, "inspect", image); !strings.Contains(text, "conformance vectors: 1") {
		t.Errorf("%s", text)
	}
	good(t, "emulate", image)
	im, err := chip.Load(image)
	if err != nil {
		t.Fatal(err)
	}
	v := &im.Conformance[0]
	if !v.Potential || v.Output.MaxAbs() == 0 || v.Input.MaxAbs() == 0 {
		t.Errorf("a vector in which nothing happens: %+v", v)
	}
	v.Output.Data[23]++
	if err := im.Save(other); err != nil {
		t.Fatal(err)
	}
	want := `chip/run: conformance vector "test sample 0": tick 2, neuron 3: the emulator gives `
	refused(t, exitFailed, []string{want, "the image was made by another emulator, or changed"}, "emulate", other)
}

const ownChip = `
name: tiny
weight: {bits: 4}
threshold: {bits: 14}
potential: {bits: 14, overflow: wrap, decay: multiply, decay_bits: 8, rounding: floor}
reset: zero
cores: {count: 4, neurons: 16, in_axons: 64}
energy: [{event: synaptic-event, joule: 1e-12, second: 0, source: a guess}]
`

// TestChipOfOnesOwn: a generic chip is described in the config that trains for
// it, or in a file for rounding after training; network and image carry it.
func TestChipOfOnesOwn(t *testing.T) {
	dir := t.TempDir()
	config := strings.Replace(onChip, "reset: zero}", "reset: zero, fire: \">=\"}", 1)
	inline := "quantize:\n  target: generic\n  chip:" + strings.ReplaceAll(ownChip, "\n", "\n    ") + "\n"
	_, out, sum := trained(t, config+inline)
	var e evalResult
	object(t, &e, "eval", out)
	var q quantization
	image := filepath.Join(dir, "own.snnimg")
	object(t, &q, "quantize", out, "--out", image)
	if j := q.Judged; q.Method != "qat" || j.Identical != 100 || j.Chip.Correct != sum.Test.Correct || e.Correct != sum.Test.Correct {
		t.Errorf("%+v, %+v", q, q.Judged)
	}
	if l := q.Account.Layers[0]; l.Min < -8 || l.Max > 7 || q.Usage[0].Limit != 4 || q.Usage[1].Limit != 16 {
		t.Errorf("weights %d..%d, usage %+v", l.Min, l.Max, q.Usage)
	}
	var m judgeResult
	object(t, &m, "emulate", image)
	if m.Correct != sum.Test.Correct || m.Energy.Joule == nil || m.Energy.Parts[0].Source != "a guess" {
		t.Errorf("%+v", m)
	}

	file := write(t, "chip.yaml", ownChip)
	_, float, _ := trained(t, config)
	object(t, &q, "quantize", float, "--target", "generic", "--chip", file, "--out", image)
	if l := q.Account.Layers[0]; q.Method != "ptq" || l.Min < -8 || l.Max > 7 || q.Usage[0].Limit != 4 {
		t.Errorf("%+v", q)
	}
	refused(t, exitUsage, []string{"layer \"lif1\": reset: zero: generic cannot compute it"}, "quantize", float, "--target", "generic", "--out", image)
	refused(t, exitUsage, []string{"--chip: no effect here, a description is of --target generic"}, "quantize", float, "--target", "lava", "--chip", file, "--out", image)
	refused(t, exitUsage, []string{`chip.potential.overflow: "wrp" is unknown`, `did you mean "wrap"?`}, "train", write(t, "a.yaml", config+strings.Replace(inline, "wrap", "wrp", 1)), "--out", filepath.Join(dir, "none"))
	refused(t, exitUsage, []string{`cores.hops: unknown key (`, "bad.yaml:6:32)"}, "quantize", float, "--target", "generic", "--chip", write(t, "bad.yaml", strings.TrimSpace(strings.Replace(ownChip, "in_axons: 64", "hops: 3", 1))), "--out", image)
}
