package main

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/internal/onnx"
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
	} {
		t.Run(c.net, func(t *testing.T) {
			dir := t.TempDir()
			image := filepath.Join(dir, "net.snnimg")
			for bits, drop := range map[int]float64{8: c.drop8, 4: c.drop4} {
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
