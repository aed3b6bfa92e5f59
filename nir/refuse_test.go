package nir_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/nir"
)

// data replaces a data set, or adds it.
func data(t *testing.T, root *hdf5.Group, path string, shape []int, values any) {
	t.Helper()
	i := strings.LastIndex(path, "/")
	g, err := root.Group(path[:i])
	if err != nil {
		t.Fatal(err)
	}
	drop(g, path[i+1:])
	g.Add(path[i+1:], shape, values)
}

func drop(g *hdf5.Group, name string) {
	var kept []*hdf5.Dataset
	for _, d := range g.Datasets {
		if d.Name != name {
			kept = append(kept, d)
		}
	}
	g.Datasets = kept
	var groups []*hdf5.Group
	for _, s := range g.Groups {
		if s.Name != name {
			groups = append(groups, s)
		}
	}
	g.Groups = groups
}

// TestFaultsOfGraphs: each fault names the file, the path inside it and what is wrong.
func TestFaultsOfGraphs(t *testing.T) {
	for want, change := range map[string]func(root *hdf5.Group){
		`/: has no group "node"; is the file a NIR graph?`:                         func(r *hdf5.Group) { drop(r, "node") },
		`/node/type: is "Graph", expected NIRGraph`:                                func(r *hdf5.Group) { data(t, r, "node/type", nil, []string{"Graph"}) },
		`/node: has no group "nodes"`:                                              func(r *hdf5.Group) { g, _ := r.Group("node"); drop(g, "nodes") },
		`/node: has no "edges"`:                                                    func(r *hdf5.Group) { g, _ := r.Group("node"); drop(g, "edges") },
		`/node/nodes/lif: has no "type"`:                                           func(r *hdf5.Group) { g, _ := r.Group("node/nodes/lif"); drop(g, "type") },
		`/node/nodes/lif/type: unknown node type "LIFF"; did you mean "LIF"?`:      func(r *hdf5.Group) { data(t, r, "node/nodes/lif/type", nil, []string{"LIFF"}) },
		`/node/nodes/lif/type: holds int64s, expected a name`:                      func(r *hdf5.Group) { data(t, r, "node/nodes/lif/type", nil, []int64{3}) },
		`/node/nodes/lif: LIF has no "tau"`:                                        func(r *hdf5.Group) { g, _ := r.Group("node/nodes/lif"); drop(g, "tau") },
		`/node/nodes/lif/tua: LIF has no such field; did you mean "tau"?`:          func(r *hdf5.Group) { data(t, r, "node/nodes/lif/tua", nil, []float64{3}) },
		`/node/nodes/lif/tau: holds strings, expected numbers`:                     func(r *hdf5.Group) { data(t, r, "node/nodes/lif/tau", []int{1}, []string{"x"}) },
		`/node/nodes/lif/tau: is 0: holds no numbers`:                              func(r *hdf5.Group) { data(t, r, "node/nodes/lif/tau", []int{0}, []float64{}) },
		`/node/nodes/lif/tau: holds a time constant that is not above 0`:           func(r *hdf5.Group) { data(t, r, "node/nodes/lif/tau", []int{5}, make([]float64, 5)) },
		`/node/nodes/lif/r: is 4, tau is 5: one shape is expected`:                 func(r *hdf5.Group) { data(t, r, "node/nodes/lif/r", []int{4}, make([]float64, 4)) },
		`/node/nodes/affine/weight: is 5×12×1, expected out×in`:                    func(r *hdf5.Group) { data(t, r, "node/nodes/affine/weight", []int{5, 12, 1}, make([]float64, 60)) },
		`/node/nodes/affine/bias: holds 3 values, weight is 5×12`:                  func(r *hdf5.Group) { data(t, r, "node/nodes/affine/bias", []int{3}, make([]float64, 3)) },
		`/node/nodes/affine: Affine reads 12, expected 11`:                         func(r *hdf5.Group) { data(t, r, "node/nodes/affine/weight", []int{5, 11}, make([]float64, 55)) },
		`/node/nodes/conv/groups: is [0], expected one whole number from 1`:        func(r *hdf5.Group) { data(t, r, "node/nodes/conv/groups", nil, []int64{0}) },
		`/node/nodes/conv/groups: is 2, which does not divide 3 output channels`:   func(r *hdf5.Group) { data(t, r, "node/nodes/conv/groups", nil, []int64{2}) },
		`/node/nodes/conv/padding: is "full", expected "same", "valid" or numbers`: func(r *hdf5.Group) { data(t, r, "node/nodes/conv/padding", nil, []string{"full"}) },
		`/node/nodes/conv/stride: holds 0.5, expected a whole number`:              func(r *hdf5.Group) { data(t, r, "node/nodes/conv/stride", []int{2}, []float64{0.5, 1}) },
		`/node/nodes/conv/stride: is [1 2 3], expected height and width`:           func(r *hdf5.Group) { data(t, r, "node/nodes/conv/stride", []int{3}, []int64{1, 2, 3}) },
		`/node/nodes/conv: Conv2d reads 2×8×8, input_shape says 9×9`:               func(r *hdf5.Group) { data(t, r, "node/nodes/conv/input_shape", []int{2}, []int64{9, 9}) },
		`/node/nodes/conv: Conv2d gives 3×9000006×9000006, at most 67108864 values are held`: func(r *hdf5.Group) {
			data(t, r, "node/nodes/conv/padding", []int{2}, []int64{4500000, 4500000})
		},
		`/node/nodes/input/shape: is [2 0 8]: extents must be at least 1`: func(r *hdf5.Group) { data(t, r, "node/nodes/input/shape", []int{3}, []int64{2, 0, 8}) },
		`/node/nodes/input/shape: is [16777216 16777216 16777216]: extents`: func(r *hdf5.Group) {
			data(t, r, "node/nodes/input/shape", []int{3}, []int64{1 << 24, 1 << 24, 1 << 24})
		},
		`/node/nodes/input/shape: holds 1e+18, expected a whole number up to 16777216`: func(r *hdf5.Group) { data(t, r, "node/nodes/input/shape", []int{1}, []int64{1e18}) },
		`/node/nodes/output: Output reads 4, expected 5`:                               func(r *hdf5.Group) { data(t, r, "node/nodes/output/shape", []int{1}, []int64{5}) },
		`/node/nodes/flatten/start_dim: is 9: no sample has such an axis`:              func(r *hdf5.Group) { data(t, r, "node/nodes/flatten/start_dim", nil, []int64{9}) },
		`/node/nodes/delay/delay: holds -1: a delay is at least 0`:                     func(r *hdf5.Group) { data(t, r, "node/nodes/delay/delay", []int{4}, []float64{1, -1, 0, 0}) },
		`/node/edges: edge "lif" → "liff": there is no node "liff" to reach; did you mean "lif"?`: func(r *hdf5.Group) {
			data(t, r, "node/edges", []int{1, 2}, []string{"lif", "liff"})
		},
		`/node/edges: edge "lif" → "li" occurs twice`: func(r *hdf5.Group) {
			data(t, r, "node/edges", []int{2, 2}, []string{"lif", "li", "lif", "li"})
		},
		`/node/edges: is 3 of strings, expected pairs of names`:      func(r *hdf5.Group) { data(t, r, "node/edges", []int{3}, []string{"a", "b", "c"}) },
		`/node/nodes/extra: is a data set, expected a group: a node`: func(r *hdf5.Group) { data(t, r, "node/nodes/extra", nil, []int64{1}) },
		`/node/strange: NIRGraph has no such field`:                  func(r *hdf5.Group) { data(t, r, "node/strange", nil, []int64{1}) },
	} {
		root := everyPrimitive().Encode()
		change(root)
		_, err := nir.Decode(root, "file.nir")
		if err == nil || !strings.Contains(err.Error(), "nir: file.nir: "+want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// TestAllFaultsAtOnce, one line each.
func TestAllFaultsAtOnce(t *testing.T) {
	root := everyPrimitive().Encode()
	data(t, root, "node/nodes/lif/type", nil, []string{"LIFF"})
	data(t, root, "node/nodes/conv/groups", nil, []int64{0})
	data(t, root, "node/nodes/affine/bias", []int{3}, make([]float64, 3))
	_, err := nir.Decode(root, "f.nir")
	if err == nil || strings.Count(err.Error(), "nir: f.nir: /node/nodes/") != 3 || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("%v", err)
	}
}

// TestDamagedFiles: what is no HDF5 file, cut off, or full of loops.
func TestDamagedFiles(t *testing.T) {
	needHDF5(t)
	raw, err := os.ReadFile(filepath.Join(testkit.Root(), "testdata", "golden", "nir", "lif_mlp.nir"))
	if err != nil {
		t.Fatal(err)
	}
	cycles, err := os.ReadFile(filepath.Join(testkit.Root(), "internal", "hdf5", "testdata", "cycles.h5"))
	if err != nil {
		t.Fatal(err)
	}
	huge := append([]byte(nil), raw...)
	at := strings.Index(string(huge), "\x08\x00\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00") // the extents of a weight, 8×6
	if at < 0 {
		t.Fatal("the file has no weight of 8×6")
	}
	copy(huge[at:], "\x00\x00\x00\x00\x00\x00\x00\x40")
	for name, content := range map[string][]byte{
		"empty": nil, "text": []byte("not a graph"), "half": raw[:len(raw)/2], "head": raw[:100], "last byte": raw[:len(raw)-1], "cycles": cycles, "huge": huge,
	} {
		path := filepath.Join(t.TempDir(), "damaged.nir")
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := nir.Read(path); err == nil || !strings.Contains(err.Error(), "damaged.nir") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := nir.Read("nowhere.nir"); err == nil || !strings.Contains(err.Error(), "nowhere.nir") {
		t.Errorf("%v", err)
	}
}

// TestGraphsThatNoNetworkRuns: loops through several neurons, several inputs.
func TestGraphsThatNoNetworkRuns(t *testing.T) {
	lif := func() nir.Primitive {
		return &nir.LIF{Tau: filled(0.01, 3), R: filled(1, 3), VLeak: filled(0, 3), VThreshold: filled(1, 3), VReset: filled(0, 3)}
	}
	make := func(change func(g *nir.Graph)) *nir.Graph {
		g := &nir.Graph{}
		g.Add("input", &nir.Input{Shape: []int{3}}, nil)
		g.Add("a", lif(), nil)
		g.Add("b", lif(), nil)
		g.Add("w", &nir.Linear{Weight: filled(1, 3, 3)}, nil)
		g.Add("output", &nir.Output{Shape: []int{3}}, nil)
		for _, e := range [][2]string{{"input", "a"}, {"a", "b"}, {"b", "output"}} {
			g.Connect(e[0], e[1])
		}
		change(g)
		return g
	}
	for want, change := range map[string]func(g *nir.Graph){
		`nodes a, b, w wait for each other`: func(g *nir.Graph) { g.Connect("b", "w"); g.Connect("w", "a") },
		`node "w" leads back to "a" and to "b": a node of a loop leads to nothing else`: func(g *nir.Graph) {
			g.Connect("a", "w")
			g.Connect("w", "a")
			g.Connect("w", "b")
		},
		`node "w" leads from "a" back to it and reads "input" too`: func(g *nir.Graph) {
			g.Connect("a", "w")
			g.Connect("w", "a")
			g.Connect("input", "w")
		},
		`node "a" has 2 ways back to itself, one is read`: func(g *nir.Graph) {
			g.Connect("a", "w")
			g.Connect("w", "a")
			g.Connect("a", "a")
		},
		`has 2 nodes of type Output [output second], one is read`: func(g *nir.Graph) {
			g.Add("second", &nir.Output{Shape: []int{3}}, nil)
			g.Connect("a", "second")
			g.Connect("a", "w")
			g.Connect("w", "b")
		},
		`no edge reaches this Linear`: func(*nir.Graph) {},
		`has 1 Input and 0 Output nodes, one of each is read`: func(g *nir.Graph) {
			inner := &nir.Graph{}
			inner.Add("in", &nir.Input{Shape: []int{3}}, nil)
			g.Nodes[3].Primitive = inner
			g.Connect("a", "w")
		},
	} {
		g := make(change)
		_, err := nir.Import(g, nir.Options{File: "f.nir"})
		if want == `has 1 Input and 0 Output nodes, one of each is read` && err != nil && strings.Contains(err.Error(), "has no Output") {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "f.nir: /node/") {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// TestOptions of an import.
func TestOptions(t *testing.T) {
	g := everyPrimitive()
	for want, o := range map[string]nir.Options{
		`"norsee" is unknown; did you mean "norse"?`:                    {Profile: "norsee"},
		"profile snntorch has a time step of its own":                   {Profile: "snntorch", Dt: 1},
		`reset "half"; known: value, subtract`:                          {Reset: "half"},
		"reset subtract is for the profile nir":                         {Profile: "norse", Reset: "subtract"},
		"time step -1, expected a number above 0":                       {Dt: -1},
		"/node/nodes/scale: snnTorch does not read Scale":               {Profile: "snntorch"},
		"/node/nodes/cubalif: Sinabs leaves out CubaLIF without a word": {Profile: "sinabs"},
	} {
		if _, err := nir.Import(g, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}
