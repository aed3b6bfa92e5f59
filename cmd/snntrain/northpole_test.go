package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/internal/onnx/onnxtest"
	"github.com/snntrain/snntrain/internal/testkit"
)

// TestNorthPoleAccuracy: trained ONNX networks, calibrated on 1000 training
// images, in integers of 8 and 4 bits on all test images, and exported.
func TestNorthPoleAccuracy(t *testing.T) {
	for _, c := range []struct {
		onnxNet
		drop8, drop4 float64 // most points lost
	}{
		{onnxNet{net: "vnncomp2021/mnist-net_256x2", config: "mnist", correct: 9808}, 0.3, 3},
		{onnxNet{net: "dnnv/convSmallRELU__Point", config: "mnist-standardized", correct: 9825}, 0.3, 3},
		{onnxNet{net: "mnist_bn/mnist_bn", config: "mnist-standardized", correct: 9917}, 0.3, 0}, // batch-norm behind the ReLUs; 4 bits would take as long again
	} {
		t.Run(c.net, func(t *testing.T) {
			dir := t.TempDir()
			image := filepath.Join(dir, "net.snnimg")
			for bits, drop := range map[int]float64{8: c.drop8, 4: c.drop4} {
				if drop == 0 {
					continue
				}
				args := []string{
					"quantize", testkit.Data(t, "onnx", filepath.FromSlash(c.net)+".onnx"), "--target", "northpole", "--bits", fmt.Sprint(bits),
					"--calibrate", filepath.Join(testkit.Root(), "configs", "onnx-"+c.config+".yaml"), "--out", image,
				}
				for _, set := range c.set(t) {
					args = append(args, "--set", set)
				}
				var r floatQuantization
				object(t, &r, args...)
				t.Logf("%d bits: %.4f in integers, %.4f in floats", bits, r.Chip, r.Float)
				if int(r.Float*10000+0.5) != c.correct || r.N != 10000 || 100*(r.Float-r.Chip) > drop {
					t.Errorf("%d bits: %+v; at most %.2f points may be lost", bits, r, drop)
				}
			}
			file := filepath.Join(dir, "net.onnx")
			good(t, "export", image, "--target", "northpole", "--out", file)
			if m, err := onnx.Read(file); err != nil || len(m.Outputs) != 1 {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestQuantizeFloatRefused: what an ONNX file needs besides.
func TestQuantizeFloatRefused(t *testing.T) {
	file, out := onnxFile(t, brightest(-1, 64)), filepath.Join(t.TempDir(), "a.snnimg")
	refused(t, exitUsage, []string{"an ONNX network has no spikes; --target akida, akida2, northpole takes it, or convert it first"}, "quantize", file, "--target", "lava", "--out", out)
	refused(t, exitUsage, []string{"does not say what data it is for; give --calibrate CONFIG"}, "quantize", file, "--target", "northpole", "--out", out)
	refused(t, exitUsage, []string{"--bits 3: akida takes [4 2]"}, "quantize", file, "--target", "akida", "--bits", "3", "--out", out)
}

// rectified is a chain of two layers of weights for 8×8 digits.
func rectified() *onnxtest.Builder {
	w, v := make([]float32, 64*12), make([]float32, 12*10)
	for i := range w {
		w[i] = float32(i*7919%11-4) / 20
	}
	for i := range v {
		v[i] = float32(i*31%7-3) / 5
	}
	return onnxtest.New(13).Input("x", -1, 64).Const(onnxtest.Floats("w", []int64{64, 12}, w...), onnxtest.Floats("v", []int64{12, 10}, v...)).
		Node("Flatten", []string{"x"}, []string{"flat"}, nil).
		Node("MatMul", []string{"flat", "w"}, []string{"hidden"}, nil).
		Node("Relu", []string{"hidden"}, []string{"positive"}, nil).
		Node("MatMul", []string{"positive", "v"}, []string{"scores"}, nil).Output("scores")
}

// TestQuantizedONNXIsRead: the exported file is inspected, imported and run like the image that it came from.
func TestQuantizedONNXIsRead(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	data := write(t, "d.yaml", "data: {name: digits, limit: {train: 100, test: 50}, encode: {kind: constant, steps: 1}}\n")
	good(t, "quantize", onnxFile(t, rectified()), "--target", "northpole", "--calibrate", data, "--out", path("net.snnimg"))
	good(t, "export", path("net.snnimg"), "--target", "northpole", "--out", path("q.onnx"))
	if text := good(t, "inspect", path("q.onnx")); !strings.Contains(text, "for northpole") || !strings.Contains(text, "hidden") {
		t.Errorf("%s", text)
	}
	good(t, "import", path("q.onnx"), "--out", path("in"))
	im, err := chip.Load(path("net.snnimg"))
	if err != nil {
		t.Fatal(err)
	}
	scale := fmt.Sprint(im.Net.Input.Scale)
	good(t, "emulate", path("net.snnimg"), "--data", data, "--scores", path("a.npy"))
	good(t, "emulate", path("in/q.snnimg"), "--data", data, "--scores", path("b.npy"), "--readout", "sum", "--scale", scale)
	good(t, "emulate", path("q.onnx"), "--data", data, "--scores", path("c.npy"), "--readout", "sum", "--scale", scale)
	a, b, c := string(read(t, path("a.npy"))), string(read(t, path("b.npy"))), string(read(t, path("c.npy")))
	if a != b || a != c {
		t.Error("other scores than those of the image")
	}
	refused(t, exitUsage, []string{"is quantized (QDQ); run it with snntrain emulate"}, "eval", path("q.onnx"), "--data", data)
}
