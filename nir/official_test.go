package nir_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/nir"
)

// officialEnv names a Python that has the nir package.
const officialEnv = "SNNTRAIN_NIR_PYTHON"

// TestOfficialReader: the nir package reads every file that is written, with
// its type check, and finds the same arrays in it.
func TestOfficialReader(t *testing.T) {
	python := os.Getenv(officialEnv)
	if python == "" {
		t.Skipf("needs Python with the nir package; set %s to it", officialEnv)
	}
	needHDF5(t)
	dir := t.TempDir()
	var want strings.Builder
	var paths []string
	for name, l := range lists() {
		n := build(t, layers.Builder{Input: l.input, Dt: l.dt, Seed: 3}, l.yaml)
		for _, profile := range nir.Profiles().Names() {
			if profile != "nir" && strings.Contains(name, " ") {
				continue // the layers of one neuron differ in numbers only
			}
			ex, err := nir.Export(n, nir.ExportOptions{Profile: profile})
			if err != nil {
				if profile == "nir" {
					t.Error(err)
				}
				continue
			}
			path := filepath.Join(dir, strings.ReplaceAll(name+"-"+profile, " ", "-")+".nir")
			if err := ex.Graph.Write(path); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
	}
	for i, g := range []*nir.Graph{everyPrimitive(), nested()} {
		path := filepath.Join(dir, fmt.Sprintf("graph%d.nir", i))
		if err := g.Write(path); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, p := range paths {
		g, err := nir.Read(p)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&want, p)
		listing(&want, "", g)
	}
	var faults bytes.Buffer
	cmd := exec.Command(python, append([]string{filepath.Join("testdata", "official.py")}, paths...)...)
	cmd.Stderr = &faults
	got, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, faults.String())
	}
	if d := cmp.Diff(want.String(), string(got)); d != "" {
		t.Error(d)
	}
	t.Logf("%d files", len(paths))
}

// listing prints what official.py prints.
func listing(b *strings.Builder, path string, g *nir.Graph) {
	nodes := slices.Clone(g.Nodes)
	slices.SortFunc(nodes, func(a, b nir.Node) int { return strings.Compare(a.Name, b.Name) })
	for _, n := range nodes {
		here := path + "/" + n.Name
		fmt.Fprintln(b, here, n.Primitive.Type())
		if inner, ok := n.Primitive.(*nir.Graph); ok {
			listing(b, here, inner)
			continue
		}
		fields := nir.Fields(n.Primitive)
		for _, name := range slices.Sorted(keys(fields)) {
			v := fields[name]
			var raw []byte
			if text, ok := v.Data.([]string); ok {
				raw = []byte(text[0])
			} else if raw, _ = binary.Append(nil, binary.LittleEndian, v.Data); raw == nil {
				panic(name)
			}
			sum := sha256.Sum256(raw)
			fmt.Fprintln(b, here, name, v.Type(), "["+strings.ReplaceAll(strings.Trim(fmt.Sprint(v.Shape), "[]"), " ", ", ")+"]", hex.EncodeToString(sum[:8]))
		}
	}
	edges := slices.Clone(g.Edges)
	slices.SortFunc(edges, func(a, b nir.Edge) int { return strings.Compare(a.From+"\x00"+a.To, b.From+"\x00"+b.To) })
	for _, e := range edges {
		fmt.Fprintln(b, path, "edge", e.From, e.To)
	}
}

// everyPrimitive is a chain of every primitive but those over (C, L).
func everyPrimitive() *nir.Graph {
	g := &nir.Graph{}
	last := ""
	add := func(name string, p nir.Primitive) {
		g.Add(name, p, nil)
		if last != "" {
			g.Connect(last, name)
		}
		last = name
	}
	ones := func(shape ...int) nir.Tensor { return filled(1, shape...) }
	add("input", &nir.Input{Shape: []int{2, 8, 8}})
	add("conv", &nir.Conv2d{Weight: ones(3, 2, 3, 3), Stride: [2]int{1, 1}, Padding: nir.Padding{Mode: "same"}, Dilation: [2]int{1, 1}, Groups: 1, Bias: ones(3)})
	add("if", &nir.IF{R: ones(3, 8, 8), VThreshold: ones(3, 8, 8), VReset: filled(0, 3, 8, 8)})
	add("sum", &nir.SumPool2d{Pool2d: nir.Pool2d{KernelSize: [2]int{2, 2}, Stride: [2]int{2, 2}}})
	add("avg", &nir.AvgPool2d{Pool2d: nir.Pool2d{KernelSize: [2]int{2, 2}, Stride: [2]int{2, 2}}})
	add("flatten", &nir.Flatten{StartDim: 0, EndDim: -1})
	add("affine", &nir.Affine{Weight: ones(5, 12), Bias: ones(5)})
	add("lif", &nir.LIF{Tau: filled(0.01, 5), R: ones(5), VLeak: filled(0, 5), VThreshold: ones(5), VReset: filled(0, 5)})
	add("linear", &nir.Linear{Weight: nir.Tensor{Shape: []int{4, 5}, Data: make([]int8, 20)}})
	add("cubalif", &nir.CubaLIF{TauSyn: filled(0.005, 4), TauMem: filled(0.01, 4), R: ones(4), VLeak: filled(0, 4), VThreshold: ones(4), VReset: filled(0, 4), WIn: ones(4)})
	add("scale", &nir.Scale{Scale: ones(4)})
	add("delay", &nir.Delay{Delay: filled(0.001, 4)})
	add("threshold", &nir.Threshold{Threshold: filled(0.5, 4)})
	add("i", &nir.I{R: ones(4)})
	add("li", &nir.LI{Tau: filled(0.01, 4), R: ones(4), VLeak: filled(0, 4)})
	add("cubali", &nir.CubaLI{TauSyn: filled(0.005, 4), TauMem: filled(0.01, 4), R: ones(4), VLeak: filled(0, 4), WIn: ones(4)})
	add("output", &nir.Output{Shape: []int{4}})
	return g
}

// filled is a tensor of one value.
func filled(v float64, shape ...int) nir.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return nir.Float64(slices.Repeat([]float64{v}, n), shape...)
}

// nested is a graph of a recurrent layer that is a graph, with metadata.
func nested() *nir.Graph {
	inner := &nir.Graph{Metadata: nir.Metadata{"by": "us"}}
	inner.Add("input", &nir.Input{Shape: []int{3}}, nil)
	inner.Add("lif", &nir.LIF{Tau: filled(0.001, 3), R: filled(10, 3), VLeak: filled(0, 3), VThreshold: filled(1, 3), VReset: filled(0, 3)},
		nir.Metadata{"reset": "value", "deep": nir.Metadata{"x": filled(2, 2)}})
	inner.Add("w_rec", &nir.Linear{Weight: nir.Float32([]float32{0, 1, 0, 0.5, 0, 0, 0, -1, 0}, 3, 3)}, nil)
	inner.Add("output", &nir.Output{Shape: []int{3}}, nil)
	inner.Connect("input", "lif")
	inner.Connect("lif", "w_rec")
	inner.Connect("w_rec", "lif")
	inner.Connect("lif", "output")
	g := &nir.Graph{Metadata: nir.Metadata{"made": "here"}}
	g.Add("input", &nir.Input{Shape: []int{3}}, nil)
	g.Add("layer", inner, nil)
	g.Add("output", &nir.Output{Shape: []int{3}}, nil)
	g.Connect("input", "layer")
	g.Connect("layer", "output")
	return g
}

// needHDF5 skips a test without libhdf5.
func needHDF5(t testing.TB) {
	t.Helper()
	if err := hdf5.Available(); err != nil {
		t.Skip(err)
	}
}
