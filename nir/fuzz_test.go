package nir_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/nir"
)

// use imports a graph under every profile and writes what was made of it.
func use(t rapid.TB, g *nir.Graph) {
	t.Helper()
	for _, profile := range append(nir.Profiles().Names(), "") {
		made, err := nir.Import(g, nir.Options{Profile: profile, File: "f.nir"})
		if err != nil {
			if err.Error() == "" {
				t.Fatal("a fault without text")
			}
			continue
		}
		if _, err := made.Network.Shapes(); err != nil {
			t.Fatalf("profile %q: the network is at fault: %v", profile, err)
		}
		ex, err := nir.Export(made.Network, nir.ExportOptions{})
		if err != nil {
			continue // e.g. shapes that NIR's own reader gets wrong
		}
		if err := ex.Graph.Check(""); err != nil {
			t.Fatalf("profile %q: the graph that is written is at fault: %v", profile, err)
		}
	}
}

// FuzzRead: no file ends the program; one that is read is written again with equal content.
func FuzzRead(f *testing.F) {
	if err := hdf5.Available(); err != nil {
		f.Skip(err)
	}
	seeds, err := filepath.Glob(filepath.Join(testkit.Root(), "testdata", "golden", "nir", "*.nir"))
	if err != nil || len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		raw, err := os.ReadFile(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		f.Add(raw[:len(raw)/2])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "f.nir")
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		g, err := nir.Read(path)
		if err != nil {
			if !strings.Contains(err.Error(), "f.nir") {
				t.Fatalf("the fault does not name the file: %v", err)
			}
			return
		}
		use(t, g)
		if err := g.Write(path); err != nil {
			return // a name that HDF5 cannot hold is said
		}
		again, err := nir.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := g.Difference(again); d != "" {
			t.Fatal(d)
		}
	})
}

// TestAnyContent changes data sets, names and edges of good graphs at random:
// every outcome is a graph that runs or faults in words.
func TestAnyContent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		root := rapid.SampledFrom([]func() *nir.Graph{everyPrimitive, nested}).Draw(t, "graph")().Encode()
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			mutate(t, root)
		}
		g, err := nir.Decode(root, "f.nir")
		if err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				if !strings.HasPrefix(line, "nir: f.nir: /") {
					t.Fatalf("the fault names no place: %s", line)
				}
			}
			return
		}
		use(t, g)
		again, err := nir.Decode(g.Encode(), "f.nir")
		if err != nil {
			t.Fatal(err)
		}
		if d := g.Difference(again); d != "" {
			t.Fatal(d)
		}
	})
}

// mutate changes one thing of a file.
func mutate(t *rapid.T, root *hdf5.Group) {
	var groups []*hdf5.Group
	var walk func(g *hdf5.Group)
	walk = func(g *hdf5.Group) {
		groups = append(groups, g)
		for _, s := range g.Groups {
			walk(s)
		}
	}
	walk(root)
	g := rapid.SampledFrom(groups).Draw(t, "group")
	name := func() string {
		return rapid.SampledFrom([]string{"type", "weight", "bias", "tau", "r", "w_in", "shape", "edges", "nodes", "metadata", "input", "lif", "output", "x", "groups", "padding"}).Draw(t, "name")
	}
	switch rapid.IntRange(0, 4).Draw(t, "what") {
	case 0:
		if len(g.Datasets) > 0 {
			g.Datasets = g.Datasets[1:]
		}
	case 1:
		if len(g.Datasets) > 0 {
			rapid.SampledFrom(g.Datasets).Draw(t, "data set").Array = array(t)
		}
	case 2:
		n := name()
		drop(g, n)
		d := g.Add(n, nil, nil)
		d.Array = array(t)
	case 3:
		if len(g.Groups) > 0 {
			rapid.SampledFrom(g.Groups).Draw(t, "renamed").Name = name()
		}
	case 4:
		for _, d := range g.Datasets {
			if names, ok := d.Data.([]string); ok && d.Name == "edges" && len(names) > 0 {
				names[rapid.IntRange(0, len(names)-1).Draw(t, "end")] = name()
			}
		}
	}
}

// array draws an array of any type.
func array(t *rapid.T) hdf5.Array {
	shape := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 4).Draw(t, "shape")
	n := 1
	for _, d := range shape {
		n *= d
	}
	if len(shape) == 0 {
		shape = nil
	}
	data := rapid.SampledFrom([]any{[]float64{}, []float32{}, []int64{}, []int8{}, []uint16{}, []string{}, []bool{}, [][]float32{}, nil}).Draw(t, "type")
	if data == nil {
		return hdf5.Array{Shape: shape}
	}
	list := reflect.MakeSlice(reflect.TypeOf(data), n, n)
	for i := range n {
		e := list.Index(i)
		switch e.Kind() {
		case reflect.Float64, reflect.Float32:
			e.SetFloat(rapid.SampledFrom([]float64{0, 1, -1, 0.5, 1e300, 1e-300}).Draw(t, "float"))
		case reflect.Int64, reflect.Int8:
			e.SetInt(int64(rapid.IntRange(-3, 9).Draw(t, "int")))
		case reflect.Uint16:
			e.SetUint(uint64(rapid.IntRange(0, 9).Draw(t, "uint")))
		case reflect.String:
			e.SetString(rapid.SampledFrom([]string{"", "LIF", "IF", "NIRGraph", "Input", "lif", "same", "Scale"}).Draw(t, "text"))
		}
	}
	return hdf5.Array{Shape: shape, Data: list.Interface()}
}
