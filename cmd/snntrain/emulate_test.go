package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

// imageFile saves an image of one layer: two neurons that sum three inputs.
func imageFile(t *testing.T) string {
	t.Helper()
	net := &quant.IntNet{
		Input: quant.Input{Shape: []int{3}, Max: 1}, Output: "a",
		Populations: []quant.Population{{Name: "a", Shape: []int{2}, Spiking: ranc.LIF(3, 0, -9, quant.ResetSubtract)}},
		Synapses:    []quant.Synapses{{Name: "w", From: "input", To: "a", Dense: &quant.Dense{Weight: quant.NewTensor([]int32{1, 2, 0, -1, 0, 4}, 2, 3)}}},
	}
	im, err := chip.Make(ranc.New(), net, "test")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.snnimg")
	if err := im.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// inputFile saves three ticks of input for imageFile.
func inputFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.npy")
	if err := npy.WriteUint8(path, []int{3, 3}, []uint8{1, 1, 0, 0, 0, 1, 1, 1, 1}); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEmulate(t *testing.T) {
	in, out := inputFile(t), filepath.Join(t.TempDir(), "out.npy")
	var r emulateResult
	object(t, &r, "emulate", imageFile(t), "--input", in, "--out", out, "--ticks", "4")
	if r.Ticks != 4 || r.OutputSpikes != 4 || r.SynapticEvents != 8 || r.Target != "ranc" {
		t.Errorf("%+v", r)
	}
	a, err := npy.Read(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Int32s()
	if want := []int32{1, 0, 0, 1, 1, 1, 0, 0}; err != nil || !slices.Equal(got, want) || !slices.Equal(a.Shape, []int{4, 2}) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestEmulateFaults(t *testing.T) {
	image, dir := imageFile(t), t.TempDir()
	file := func(name string, shape []int, v ...int32) string {
		path := filepath.Join(dir, name)
		if err := npy.WriteInt32(path, shape, v); err != nil {
			t.Fatal(err)
		}
		return path
	}
	half := filepath.Join(dir, "half.npy")
	if err := npy.WriteFloat32(half, []int{1, 3}, []float32{0, 0.5, 1}); err != nil {
		t.Fatal(err)
	}
	good, out := file("good.npy", []int{1, 3}, 0, 1, 1), filepath.Join(dir, "out.npy")
	damaged := filepath.Join(dir, "damaged.snnimg")
	raw := read(t, image)
	raw[len(raw)-1] ^= 1
	if err := os.WriteFile(damaged, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"is [1 2], the image takes ticks of [3]":         {image, "--input", file("narrow.npy", []int{1, 2}, 0, 1), "--out", out},
		"value 1 is 0.5, must be a whole number":         {image, "--input", half, "--out", out},
		"input element 0 is 2, outside 0..1":             {image, "--input", file("large.npy", []int{1, 3}, 2, 0, 0), "--out", out},
		"checksum differs: the file is damaged":          {damaged, "--input", good, "--out", out},
		"needs --input and --out":                        {image, "--input", good},
		"no such file":                                   {filepath.Join(dir, "nothing.snnimg"), "--input", good, "--out", out},
		"needs one chip image or netx file, got 0 argum": {"--input", good},
	} {
		_, errs, status := call(t, append([]string{"emulate"}, args...)...)
		if status == 0 || !strings.Contains(errs, want) {
			t.Errorf("want %q, got status %d, %s", want, status, errs)
		}
		if testkit.Exists(out) {
			t.Fatalf("%q: an output was written", want)
		}
	}
}

func TestExport(t *testing.T) {
	image, dir := imageFile(t), t.TempDir()
	good(t, "export", image, "--target", "ranc", "--out", filepath.Join(dir, "r.json"))
	if _, _, err := ranc.Read(read(t, dir, "r.json"), read(t, dir, "r.config.json")); err != nil {
		t.Error(err)
	}
	again := filepath.Join(dir, "again.snnimg")
	good(t, "export", image, "--target", "image", "--out", again)
	if !slices.Equal(read(t, image), read(t, again)) {
		t.Error("the image is another after export")
	}
	for want, args := range map[string][]string{
		`comparison is >=, the target has >`: {"--target", "netx", "--out", filepath.Join(dir, "n.net")},
		`did you mean "xylo"?`:               {"--target", "xilo", "--out", filepath.Join(dir, "x.json")},
		`needs --out`:                        {"--target", "xylo"},
		`has no hidden layer before it`:      {"--target", "xylo", "--out", filepath.Join(dir, "x.json")},
		`is no plain convolution`:            {"--target", "speck", "--out", filepath.Join(dir, "x.json")},
	} {
		_, errs, status := call(t, append([]string{"export", image}, args...)...)
		if status == 0 || !strings.Contains(errs, want) {
			t.Errorf("want %q, got status %d, %s", want, status, errs)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("refused exports left something behind: %v", entries)
	}
}

// TestExportOfPackets: the simulator's file with the packets of a raster does
// what the image does with the raster.
func TestExportOfPackets(t *testing.T) {
	image, dir := imageFile(t), t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	spikes := []int32{1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0}
	if err := npy.WriteInt32(path("in.npy"), []int{6, 3}, spikes); err != nil {
		t.Fatal(err)
	}
	good(t, "export", image, "--target", "ranc", "--input", path("in.npy"), "--out", path("r.json"))
	c, cfg, err := ranc.Read(read(t, dir, "r.json"), read(t, dir, "r.config.json"))
	if err != nil {
		t.Fatal(err)
	}
	axons := c.Raster(cfg, 6)
	if err := npy.WriteInt32(path("axons.npy"), axons.Shape, axons.Data); err != nil {
		t.Fatal(err)
	}
	good(t, "emulate", image, "--input", path("in.npy"), "--out", path("a.npy"), "--ticks", "8")
	good(t, "emulate", path("r.json"), "--input", path("axons.npy"), "--out", path("b.npy"), "--ticks", "9")
	want, got := int32s(t, path("a.npy")), int32s(t, path("b.npy"))
	outputs := len(want) / 8
	if slices.Max(want) == 0 || !slices.Equal(want, got[outputs:]) { // the bus takes a tick
		t.Errorf("the image sends %v, the file of the simulator %v", want, got)
	}
	spikes[4] = 2
	if err := npy.WriteInt32(path("two.npy"), []int{6, 3}, spikes); err != nil {
		t.Fatal(err)
	}
	refused(t, exitUsage, []string{"two.npy: value 4 is 2, a packet is a spike; give 0 and 1"}, "export", image, "--target", "ranc", "--input", path("two.npy"), "--out", path("r2.json"))
	refused(t, exitUsage, []string{"export: --input: no effect here, packets are for --target ranc"}, "export", image, "--target", "image", "--input", path("in.npy"), "--out", path("i.snnimg"))
}

func int32s(t *testing.T, path string) []int32 {
	t.Helper()
	a, err := npy.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	v, err := a.Int32s()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestEmulateNetx: a trained network of lava-dl, from its file.
func TestEmulateNetx(t *testing.T) {
	net := testkit.Data(t, "loihi_lava", "trained_mnist_network.net")
	if err := hdf5.Available(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	row := make([]uint8, 784*20)
	for i := range row {
		row[i] = uint8(i % 3 % 2)
	}
	in, image := filepath.Join(dir, "in.npy"), filepath.Join(dir, "m.snnimg")
	if err := npy.WriteUint8(in, []int{20, 784}, row); err != nil {
		t.Fatal(err)
	}
	good(t, "export", net, "--target", "image", "--out", image)
	var a, b emulateResult
	object(t, &a, "emulate", net, "--input", in, "--out", filepath.Join(dir, "a.npy"))
	object(t, &b, "emulate", image, "--input", in, "--out", filepath.Join(dir, "b.npy"))
	if a.SynapticEvents == 0 || a.SynapticEvents != b.SynapticEvents || !slices.Equal(read(t, dir, "a.npy"), read(t, dir, "b.npy")) {
		t.Errorf("%+v, from its image %+v", a, b)
	}
}
