package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/chip/speck"
	"github.com/snntrain/snntrain/chip/xylo"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/quant"
)

func ramp(shape ...int) quant.Tensor {
	t := quant.NewTensor(make([]int32, quant.Len(shape)), shape...)
	for i := range t.Data {
		t.Data[i] = 2 * (int32(i%13) - 6)
	}
	return t
}

func constantOf(v int32, n int) quant.Tensor {
	t := quant.NewTensor(make([]int32, n), n)
	for i := range t.Data {
		t.Data[i] = v
	}
	return t
}

// small4 is weights −2..2.
func small4(shape ...int) quant.Tensor {
	t := ramp(shape...)
	for i := range t.Data {
		t.Data[i] = int32(i%5) - 2
	}
	return t
}

// formCase is a network that one form can hold, and what inspect says of it.
type formCase struct {
	form     string // export target and name of the form
	file     string
	target   chip.Target
	net      func() (*quant.IntNet, error)
	neurons  int
	synapses int64
	bits     int64
	cores    int
}

func formCases() []formCase {
	one := [2]int{1, 1}
	return []formCase{
		// 3×2 and 2×3 weights, two of 12 zero: 6 and 6 multiples of 2 from −12
		{"netx", "n.net", lava.Loihi2(), (&lava.Netx{Layers: []lava.Layer{
			{Type: "dense", Neuron: &lava.Neuron{Type: "CUBA", IDecay: 1024, VDecay: 128, VThMant: 80}, Weight: ramp(3, 2)},
			{Type: "dense", Neuron: &lava.Neuron{Type: "CUBA", IDecay: 1024, VDecay: 128, VThMant: 80}, Weight: ramp(2, 3)},
		}}).Net, 5, 12, 8 * 12, 2},
		{"xylo", "x.json", xylo.New(), (&xylo.Spec{
			WeightsIn: ramp(2, 4), WeightsRec: ramp(4, 4), WeightsOut: ramp(4, 3), DashMem: constantOf(3, 4), DashSyn: constantOf(2, 4),
			DashMemOut: constantOf(3, 3), DashSynOut: constantOf(2, 3), Threshold: constantOf(20, 4), ThresholdOut: constantOf(30, 3),
		}).Net, 7, 8 + 16 + 12 - 3, 8 * 36, 1}, // one weight in 13 is 0
		{"speck", "s.json", speck.New(), (&speck.Model{Input: [3]int{1, 3, 3}, Layers: []speck.Layer{
			{Weight: ramp(2, 1, 2, 2), Threshold: 9, Floor: -9, Stride: one, Pool: 1},
			{Weight: ramp(5, 2, 2, 2), Threshold: 9, Floor: -9, Stride: one, Pool: 1},
		}}).Net, 8 + 5, 4*7 + 40 - 3, 8 * 48, 2},
		{"akida", "a.json", akida.New(), (&akida.Model{Layers: []akida.Layer{
			{Type: akida.InputData, Shape: [3]int{1, 1, 6}, Bits: 4},
			{Type: akida.FullyConnected, Weights: small4(6, 5), WeightsBits: 4, ActBits: 4, Threshold: constantOf(3, 5), ActStep: []float32{1, 1, 1, 1, 1}},
			{Type: akida.FullyConnected, Weights: small4(5, 3), WeightsBits: 4, ActBits: 1, NoActivation: true},
		}}).Net, 8, 30 + 15 - 6 - 3, 4 * 45, 2}, // one weight in 5 is 0
		{"akida2", "b.json", akida.New2(), func() (*quant.IntNet, error) {
			return &quant.IntNet{
				Input: quant.Input{Shape: []int{4, 1, 1}, Min: -128, Max: 127}, Output: "layer0",
				Populations: []quant.Population{{Name: "layer0", Shape: []int{3, 1, 1}, Activation: akida.ReLU2(8, constantOf(5, 3), constantOf(9, 3), constantOf(14, 3))}},
				Synapses:    []quant.Synapses{{Name: "layer0", From: "input", To: "layer0", Bits: 8, Dense: &quant.Dense{Weight: ramp(3, 4)}}},
			}, nil
		}, 3, 11, 8 * 12, 1},
	}
}

// TestEveryFormIsInspectedAndImported: image → export → inspect, import, and exported again the same file.
func TestEveryFormIsInspectedAndImported(t *testing.T) {
	for _, c := range formCases() {
		t.Run(c.target.Name(), func(t *testing.T) {
			if err := hdf5.Available(); err != nil && c.form == "netx" {
				t.Skip(err)
			}
			net, err := c.net()
			if err != nil {
				t.Fatal(err)
			}
			im, err := chip.Make(c.target, net, "test")
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			image, file := filepath.Join(dir, "a.snnimg"), filepath.Join(dir, c.file)
			if err := im.Save(image); err != nil {
				t.Fatal(err)
			}
			good(t, "export", image, "--target", c.form, "--out", file)
			var own, info chipInfo
			object(t, &own, "inspect", image)
			object(t, &info, "inspect", file)
			for _, i := range []chipInfo{own, info} {
				if i.Neurons != c.neurons || i.Synapses != c.synapses || i.WeightBits != c.bits || i.Cores != c.cores || len(i.Utilization) == 0 != (info.Format == "akida") || len(i.Notes) != 0 {
					t.Errorf("%s: %+v", i.Format, i)
				}
			}
			if form := strings.TrimSuffix(c.form, "2"); own.Format != "image" || info.Format != form || own.Producer != "test" || info.Target != c.target.Name() {
				t.Errorf("%s of %s for %s, %s", own.Format, own.Producer, info.Target, info.Format)
			}
			var r imported
			object(t, &r, "import", file, "--out", filepath.Join(dir, "new"))
			again := filepath.Join(dir, "again"+filepath.Ext(c.file))
			good(t, "export", r.File, "--target", c.form, "--out", again)
			if r.Format != info.Format || c.form != "netx" && !slices.Equal(read(t, file), read(t, again)) { // of netx the content is compared elsewhere
				t.Errorf("%+v, exported again it is another", r)
			}
		})
	}
}

// TestInspectCountsCoresOnce: however many slices of a layer one core holds.
func TestInspectCountsCoresOnce(t *testing.T) {
	image := digitsImage(t, func(im *chip.Image) {
		slice := func(from, to int) chip.Slice { return chip.Slice{Population: "out", From: from, To: to} }
		im.Placement = &chip.Placement{Cores: []chip.Core{{Index: 0, Slices: []chip.Slice{slice(0, 3), slice(5, 10)}}, {Index: 1, Slices: []chip.Slice{slice(3, 5)}}}}
	})
	var info chipInfo
	object(t, &info, "inspect", image)
	if info.Layers[0].Cores != 2 || info.Cores != 2 {
		t.Errorf("%d cores, %d of the layer; want 2", info.Cores, info.Layers[0].Cores)
	}
}

// TestInspectRANC: the file of the simulator with its configuration beside it,
// and what is missing without.
func TestInspectRANC(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "r.json")
	good(t, "export", imageFile(t), "--target", "ranc", "--out", file)
	var info chipInfo
	object(t, &info, "inspect", file)
	if info.Format != "ranc" || info.Target != ranc.New().Name() || info.Cores != 1 || len(info.Layers) != 3 || info.Utilization[0].Limit < 1 {
		t.Errorf("%+v", info)
	}
	var r imported
	object(t, &r, "import", file, "--out", filepath.Join(dir, "new"))
	if im, err := chip.Load(r.File); err != nil || im.Placement == nil {
		t.Errorf("%v", err)
	}
	if err := os.Remove(filepath.Join(dir, "r.config.json")); err != nil {
		t.Fatal(err)
	}
	refused(t, exitUsage, []string{"has no configuration of the simulator beside it; expected r.config.json or config.json"}, "inspect", file)
}

// TestInspectTextOfImage: what people read.
func TestInspectTextOfImage(t *testing.T) {
	text := good(t, "inspect", digitsImage(t, nil))
	for _, want := range []string{
		"digits.snnimg: chip image for ranc, written by test", "input [1 8 8], 0..1; output out", "dense", "-2..2", "≥ 9, reset subtract", "floor -200",
		"10 neurons, 512 synapses, 2560 bits of weights", "used: 1 of 4096 cores", "a sample: 8 ticks, input in 6; readout sum",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestDamagedFilesOfChips: read by whatever command, the message is that of the form.
func TestDamagedFilesOfChips(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, raw []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	image := read(t, imageFile(t))
	image[len(image)-1] ^= 1
	for want, path := range map[string]string{
		"checksum differs: the file is damaged":  put("a.snnimg", image),
		"not a safetensors file, or damaged":     put("b.snnimg", []byte("nothing")),
		"chip/xylo: specification: unexpected E": put("x.json", []byte(`{"weights_in":[[1]],"weights_out":[[1]],"dash_mem":[1],`)),
		"configuration: holds no layer":          put("s.json", []byte(`{"cnn_layers":[]}`)),
	} {
		for _, command := range [][]string{{"inspect", path}, {"export", path, "--target", "image", "--out", filepath.Join(dir, "out")}, {"emulate", path}} {
			refused(t, exitUsage, []string{want}, command...)
		}
	}
	refused(t, exitUsage, []string{"is of no known form; known: netx (network.net of lava-dl netx); ranc (input file of the RANC simulator"}, "emulate", put("c.txt", []byte("{}")))
	if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
		t.Error("a refused export left a file")
	}
}
