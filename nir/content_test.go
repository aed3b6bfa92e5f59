package nir_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
)

// files are the NIR files of other programs.
func files(t testing.TB) []string {
	t.Helper()
	needHDF5(t)
	var out []string
	for _, dir := range []string{testkit.Data(t, "nir"), testkit.GoldenDir(t, "nir")} {
		list, _ := filepath.Glob(filepath.Join(dir, "*.nir"))
		out = append(out, list...)
	}
	if len(out) == 0 {
		t.Fatal("no files")
	}
	return out
}

// TestEqualContent: a file is read, made a network under every profile that
// takes it, stored as a model file, and exported with equal content: the same
// nodes, edges, types and values.
func TestEqualContent(t *testing.T) {
	for _, path := range files(t) {
		if filepath.Base(path) == "lif_rockpool.nir" {
			continue
		}
		g, err := nir.Read(path)
		if err != nil {
			t.Error(err)
			continue
		}
		taken := 0
		for _, profile := range append(nir.Profiles().Names(), "") {
			made, err := nir.Import(g, nir.Options{Profile: profile})
			if err != nil {
				continue
			}
			taken++
			if d := g.Difference(exported(t, made.Network)); d != "" {
				t.Errorf("%s under %q: %s", filepath.Base(path), profile, d)
			}
		}
		t.Logf("%s: %d profiles", filepath.Base(path), taken)
		if taken < 3 {
			t.Errorf("%s: %d profiles take it", path, taken)
		}
	}
}

// exported is the graph of a network that was stored and loaded, exported, written and read.
func exported(t testing.TB, n *model.Network) *nir.Graph {
	t.Helper()
	dir := t.TempDir()
	if err := n.Save(filepath.Join(dir, "m.safetensors")); err != nil {
		t.Fatal(err)
	}
	n, err := model.Load(filepath.Join(dir, "m.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	ex, err := nir.Export(n, nir.ExportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "g.nir")
	if err := ex.Graph.Write(path); err != nil {
		t.Fatal(err)
	}
	g, err := nir.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestMalformedRockpoolFile: the file whose output has two axes more than the
// neurons before it is refused by name.
func TestMalformedRockpoolFile(t *testing.T) {
	_, err := nir.Read(testkit.Data(t, "nir", "lif_rockpool.nir"))
	if err == nil || !strings.Contains(err.Error(), `lif_rockpool.nir: /node/nodes/output: Output reads 1, expected 1×1×1`) {
		t.Errorf("%v", err)
	}
}
