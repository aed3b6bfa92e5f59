package nir_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
)

// frameworksEnv names a Python that has the frameworks of testdata/frameworks.py.
const frameworksEnv = "SNNTRAIN_FRAMEWORKS_PYTHON"

// TestFrameworksRunOurFiles: what is written for a framework runs there, and
// fires as its profile says, spike for spike.
func TestFrameworksRunOurFiles(t *testing.T) {
	python := os.Getenv(frameworksEnv)
	if python == "" {
		t.Skipf("needs Python with snnTorch, Norse, SpikingJelly and Spyx; set %s to it", frameworksEnv)
	}
	needHDF5(t)
	dir, files := t.TempDir(), 0
	for name, yaml := range map[string]string{
		"lif":  "  - {kind: linear, out: 20}\n  - {kind: lif, beta: 0.9}\n  - {kind: linear, out: 6}\n  - {kind: lif, beta: 0.8, threshold: 0.7}",
		"zero": "  - {kind: linear, out: 20}\n  - {kind: lif, beta: 0.9, reset: zero}\n  - {kind: linear, out: 6}\n  - {kind: lif, beta: 0.95, reset: zero}",
		"cuba": "  - {kind: linear, out: 20}\n  - {kind: cuba-lif, alpha: 0.6, beta: 0.9}\n  - {kind: linear, out: 6}\n  - {kind: cuba-lif, alpha: 0.3, beta: 0.7}",
		"norm": "  - {kind: linear, out: 20}\n  - {kind: lif, tau: 8, norm_input: true, threshold: 0.1}\n  - {kind: linear, out: 6}\n  - {kind: lif, tau: 5, norm_input: true, threshold: 0.04}",
	} {
		n := build(t, layers.Builder{Input: model.Shape{10}, Seed: 3}, yaml)
		for _, framework := range []string{"snntorch", "norse", "spikingjelly", "spyx"} {
			ex, err := nir.Export(n, nir.ExportOptions{Profile: framework})
			if err != nil {
				t.Fatal(err)
			}
			made, err := nir.Import(ex.Graph, nir.Options{Profile: framework})
			if err != nil {
				t.Fatal(err)
			}
			x := noise(5, 50, 4, model.Shape{10}, true)
			raster := run(t, made.Network, x)
			base := filepath.Join(dir, name+"."+framework)
			for path, write := range map[string]func(string) error{
				base + ".nir":        ex.Graph.Write,
				base + ".x.npy":      func(p string) error { return npy.WriteFloat32(p, x.Shape, x.F32()) },
				base + ".raster.npy": func(p string) error { return npy.WriteFloat32(p, []int{50, 4, len(raster) / 200}, raster) },
			} {
				if err := write(path); err != nil {
					t.Fatal(err)
				}
			}
			files++
		}
	}
	cmd := exec.Command(python, filepath.Join("testdata", "frameworks.py"), dir)
	var faults strings.Builder
	cmd.Stderr = &faults
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, faults.String())
	}
	seen := 0
	for _, line := range strings.Split(string(out), "\n") {
		var name, framework string
		var differ, values, spikes int
		if n, _ := fmt.Sscan(line, &name, &framework, &differ, &values, &spikes); n != 5 {
			continue
		}
		seen++
		t.Log(line)
		if differ != 0 || spikes == 0 || values != 50*4*6 {
			t.Errorf("%s in %s: %d of %d values differ, %d spikes", name, framework, differ, values, spikes)
		}
	}
	if seen != files {
		t.Errorf("%d of %d files were run\n%s\n%s", seen, files, out, faults.String())
	}
}
