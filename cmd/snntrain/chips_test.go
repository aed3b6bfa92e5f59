package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

// TestSampledChips trains the config of BrainScaleS-2, in full where real data is
// read, quantizes it, and judges it on 20 sampled chips.
func TestSampledChips(t *testing.T) {
	dir := t.TempDir()
	run, image := filepath.Join(dir, "run"), filepath.Join(dir, "digits.snnimg")
	args, least := []string{"train", filepath.Join(testkit.Root(), "configs", "digits-brainscales2.yaml"), "--out", run, "--quiet"}, 0.96
	if os.Getenv(testkit.DataEnv) == "" {
		args, least = append(args, "--set", "train.epochs=3"), 0.8
	}
	good(t, args...)
	good(t, "quantize", run, "--out", image, "--quiet")
	var a, b, other chipsResult
	object(t, &a, "emulate", image, "--chips", "20")
	object(t, &b, "emulate", image, "--chips", "20", "--threads", "1", "--batch", "100")
	object(t, &other, "emulate", image, "--chips", "2", "--chip-seed", "2")
	if !slices.Equal(a.Accuracy.Chips, b.Accuracy.Chips) || slices.Equal(a.Accuracy.Chips[:2], other.Accuracy.Chips) {
		t.Errorf("%v, again %v, of another seed %v", a.Accuracy.Chips, b.Accuracy.Chips, other.Accuracy.Chips)
	}
	if len(a.Accuracy.Chips) != 20 || a.N != 359 || a.Accuracy.Mean < least || a.Accuracy.Std <= 0 || a.Accuracy.Std > 0.03 {
		t.Errorf("%+v", a)
	}
	t.Logf("accuracy %.4f as meant, %s", a.Meant, a.Accuracy)
}

func TestChipsRefused(t *testing.T) {
	refused(t, exitUsage, []string{"the image is for ranc, whose chips are all alike; brainscales2 is analog"}, "emulate", digitsImage(t, nil), "--chips", "20")
	refused(t, exitUsage, []string{"--chips 1 0 or at least 2"}, "emulate", digitsImage(t, nil), "--chips", "1")
}

// TestExportWithoutSpikes: the forms of Akida and NorthPole, and that a spiking image has none.
func TestExportWithoutSpikes(t *testing.T) {
	unit, err := northpole.ReLU(8, quant.Tensor{}, 1.0/64)
	if err != nil {
		t.Fatal(err)
	}
	w := quant.NewTensor([]int32{1, -2, 3, 4, -5, 6}, 2, 3)
	net := &quant.IntNet{
		Input: quant.Input{Shape: []int{3}, Max: 255}, Output: "a", Populations: []quant.Population{{Name: "a", Shape: []int{2}, Activation: unit}},
		Synapses: []quant.Synapses{{Name: "w", From: "input", To: "a", Dense: &quant.Dense{Weight: w}}},
	}
	dir := t.TempDir()
	save := func(target chip.Target, net *quant.IntNet) string {
		im, err := chip.Make(target, net, "test")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, target.Name()+".snnimg")
		if err := im.Save(path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := filepath.Join(dir, "net.onnx")
	good(t, "export", save(northpole.New(), net), "--target", "northpole", "--out", file)
	if m, err := onnx.Read(file); err != nil || len(m.Outputs) != 1 {
		t.Errorf("%+v, %v", m, err)
	}
	for name, net := range akidaNets() {
		file := filepath.Join(dir, name+".json")
		good(t, "export", save(akidaTarget(name), net), "--target", name, "--out", file)
		var d struct {
			Format string `json:"format"`
			Layers []any  `json:"layers"`
		}
		raw := read(t, file)
		if err := json.Unmarshal(raw, &d); err != nil || d.Format != "snntrain-akida" || len(d.Layers) != 2 {
			t.Errorf("%s: %s, %v", name, raw, err)
		}
		if len(read(t, filepath.Join(dir, name+".npz"))) == 0 || len(read(t, filepath.Join(dir, "load_akida.py"))) == 0 {
			t.Errorf("%s: no arrays or no loader", name)
		}
	}
	for _, target := range []string{"northpole", "akida", "akida2"} {
		refused(t, exitUsage, []string{"has spiking neurons"}, "export", digitsImage(t, nil), "--target", target, "--out", filepath.Join(dir, "none"))
	}
}

func akidaTarget(name string) chip.Target {
	if name == "akida" {
		return akida.New()
	}
	return akida.New2()
}

// akidaNets is a dense layer of each generation.
func akidaNets() map[string]*quant.IntNet {
	dense := func(most int32, a *quant.Activation) *quant.IntNet {
		return &quant.IntNet{
			Input: quant.Input{Shape: []int{3}, Max: most}, Output: "a", Populations: []quant.Population{{Name: "a", Shape: []int{2}, Activation: a}},
			Synapses: []quant.Synapses{{Name: "w", From: "input", To: "a", Dense: &quant.Dense{Weight: quant.NewTensor([]int32{1, -2, 3, 4, -5, 6}, 2, 3)}}},
		}
	}
	levels := &quant.Activation{Range: quant.Signed(20, quant.Saturate), Levels: &quant.Levels{Threshold: quant.Scalar(1), Step: quant.Scalar(32), Bits: 4}}
	return map[string]*quant.IntNet{"akida": dense(15, levels), "akida2": dense(127, akida.ReLU2(8, quant.Tensor{}, quant.Scalar(3), quant.Scalar(4)))}
}
