package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/testkit"
)

// TestImportNetx: a file of lava-dl becomes an image, and exported it holds what it held.
func TestImportNetx(t *testing.T) {
	if err := hdf5.Available(); err != nil {
		t.Skip(err)
	}
	for _, path := range []string{
		testkit.Data(t, "loihi_lava", "trained_mnist_network.net"),
		testkit.Data(t, "loihi_lava", "oxford", "network.net"),
	} {
		dir := t.TempDir()
		var r imported
		object(t, &r, "import", path, "--out", filepath.Join(dir, "new"))
		im, err := chip.Load(r.File)
		if err != nil {
			t.Fatal(err)
		}
		if r.Format != "netx" || im.Placement == nil || len(r.Notes) != 0 {
			t.Errorf("%+v, %d notes", r, len(r.Notes))
		}
		again := filepath.Join(dir, "again.net")
		good(t, "export", r.File, "--target", "netx", "--out", again)
		a, err := lava.ReadNetx(path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := lava.ReadNetx(again)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(a, b); d != "" {
			t.Errorf("%s: exported again it is another: %s", path, d)
		}
	}
}

// TestImportOfTinynet: what Lava's own models hold, but netx cannot write, is said.
func TestImportOfTinynet(t *testing.T) {
	if err := hdf5.Available(); err != nil {
		t.Skip(err)
	}
	var r imported
	object(t, &r, "import", testkit.Data(t, "loihi_lava", "tinynet", "tiny.net"), "--out", t.TempDir())
	if len(r.Notes) != 2 || !strings.Contains(r.Notes[0], `layer "layer0": 0 synaptic currents`) {
		t.Errorf("%q", r.Notes)
	}
	refused(t, exitUsage, []string{`layer "layer0": 0 synaptic currents, the target has 1`}, "export", r.File, "--target", "netx", "--out", filepath.Join(t.TempDir(), "x.net"))
}

func TestImportFaults(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "a.txt")
	if err := os.WriteFile(text, []byte("no network"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	for want, args := range map[string][]string{
		"is of no known form; known: netx (network.net of lava-dl": {text, "--out", out},
		"needs --out":    {text},
		"no such file":   {filepath.Join(dir, "nothing"), "--out", out},
		"is a directory": {dir, "--out", out},
	} {
		_, errs, status := call(t, append([]string{"import"}, args...)...)
		if status == 0 || !strings.Contains(errs, want) {
			t.Errorf("want %q, got status %d, %s", want, status, errs)
		}
	}
	if testkit.Exists(out) {
		t.Error("a refused import left something behind")
	}
}
