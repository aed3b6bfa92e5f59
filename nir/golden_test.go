package nir_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
)

// run is the output of a network over x, [T, B, …] in (C, H, W) order, as floats in that order.
func run(t rapid.TB, n *model.Network, x testkit.Array) []float32 {
	t.Helper()
	p, err := layers.Compile(n, layers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	in := signal.NewAnalog(x.Shape[0], x.Shape[1], n.Input, false)
	values, size := x.F32(), n.Input.Size()
	for r := range in.Rows() {
		signal.ToChannelLast(in.Row(r), values[r*size:(r+1)*size], n.Input)
	}
	if _, err := p.Infer(layers.Input{X: in}); err != nil {
		t.Fatal(err)
	}
	out := p.Output(n.Output())
	dense, each := out.Dense(nil), out.N()
	flat := make([]float32, len(dense))
	for r := range out.Rows() {
		signal.FromChannelLast(flat[r*each:(r+1)*each], dense[r*each:(r+1)*each], out.Shape)
	}
	return flat
}

// optionsOf are the options that an executor of the golden rasters stands for.
func optionsOf(executor string) (nir.Options, bool) {
	switch {
	case executor == "euler_if_unit_step_hard":
		return nir.Options{Profile: "nir", Dt: 1}, true
	case executor == "euler_if_unit_step_subtract":
		return nir.Options{Profile: "nir", Dt: 1, Reset: "subtract"}, true
	case executor == "euler_dt1e-4_hard":
		return nir.Options{Profile: "nir"}, true
	case executor == "euler_dt1e-4_subtract":
		return nir.Options{Profile: "nir", Reset: "subtract"}, true
	case strings.HasPrefix(executor, "snntorch"):
		return nir.Options{Profile: "snntorch"}, true
	case strings.HasPrefix(executor, "norse"):
		return nir.Options{Profile: "norse", Dt: 1e-4}, true
	case strings.HasPrefix(executor, "spikingjelly"):
		return nir.Options{Profile: "spikingjelly"}, true
	case strings.HasPrefix(executor, "sinabs"):
		return nir.Options{Profile: "sinabs"}, true
	}
	return nir.Options{}, false
}

// TestGoldenRasters: under a framework's profile a file fires as it does in that framework.
func TestGoldenRasters(t *testing.T) {
	needHDF5(t)
	dir := testkit.GoldenDir(t, "nir")
	var index struct {
		Graphs []struct{ Name, NIR, Rasters string }
	}
	testkit.Index(t, dir, &index)
	tally := testkit.Tally{Folder: "nir"}
	for _, g := range index.Graphs {
		graph, err := nir.Read(filepath.Join(dir, g.NIR))
		if err != nil {
			t.Fatal(err)
		}
		arrays := testkit.NPZ(t, filepath.Join(dir, g.Rasters))
		for _, name := range slices.Sorted(keys(arrays)) {
			executor, ok := strings.CutPrefix(name, "out.")
			if !ok {
				continue
			}
			o, ok := optionsOf(executor)
			if !ok {
				tally.Skip(g.Name + "/" + executor)
				continue
			}
			tally.Run(t, g.Name+"/"+executor, func(t *testing.T) {
				made, err := nir.Import(graph, o)
				if err != nil {
					t.Fatal(err)
				}
				if n := mismatches(run(t, made.Network, arrays["X"]), arrays[name].F32()); n != 0 {
					t.Errorf("%d of %d values differ", n, len(arrays[name].Data))
				}
			})
		}
	}
	tally.Report(t)
}

// TestGoldenSpyx: the same for Spyx, whose rasters testdata/record_spyx.py recorded.
func TestGoldenSpyx(t *testing.T) {
	needHDF5(t)
	dir := testkit.GoldenDir(t, "nir")
	rasters := testkit.NPZ(t, filepath.Join("testdata", "spyx.npz"))
	tally := testkit.Tally{Folder: "nir under spyx"}
	for name, want := range rasters {
		tally.Run(t, name, func(t *testing.T) {
			g, err := nir.Read(filepath.Join(dir, name+".nir"))
			if err != nil {
				t.Fatal(err)
			}
			made, err := nir.Import(g, nir.Options{Profile: "spyx", Dt: 1e-4})
			if err != nil {
				t.Fatal(err)
			}
			x := testkit.NPZ(t, filepath.Join(dir, name+".npz"))["X"]
			if n := mismatches(run(t, made.Network, x), want.F32()); n != 0 {
				t.Errorf("%d of %d values differ", n, len(want.Data))
			}
		})
	}
	tally.Report(t)
}

func mismatches(got, want []float32) int {
	if len(got) != len(want) {
		return max(len(got), len(want))
	}
	n := 0
	for i := range want {
		if got[i] != want[i] {
			n++
		}
	}
	return n
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
