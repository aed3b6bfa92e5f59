package pytorch_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/internal/torchfile"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/pytorch"
)

// update writes inputs and exported directories for testdata/record.py, which
// runs them in the frameworks themselves.
var update = flag.Bool("update", false, "write testdata anew: see testdata/record.sh")

// goldenCase is a trained network and the frameworks that ran it.
type goldenCase struct {
	name       string
	steps      int
	samples    int
	varying    bool // the input changes from step to step
	frameworks []string
	data       string // dataset of the input
}

func goldenCases() []goldenCase {
	both := []string{"snntorch", "spikingjelly"}
	return []goldenCase{
		{"quickstart", 16, 32, false, both, "digits"},
		{"leaky", 10, 4, false, both[:1], "mnist"},
		{"jelly", 10, 4, false, both[1:], "mnist"},
		{"recurrent", 16, 8, true, both[:1], "digits"},
		{"jellies", 16, 8, true, both[1:], "digits"},
		{"nonlinear", 12, 8, false, both[1:], "digits"},
		{"alpha", 12, 8, false, both[:1], "digits"},
		{"layers", 8, 8, false, both, "digits"},
	}
}

// TestGoldenFrameworks: what snnTorch and SpikingJelly gave for an exported
// network (recorded by testdata/record.sh) is what this program gives for it,
// spike for spike, after export and import.
func TestGoldenFrameworks(t *testing.T) {
	if *update {
		writeCases(t)
	}
	for _, c := range goldenCases() {
		for _, framework := range c.frameworks {
			t.Run(c.name+"/"+framework, func(t *testing.T) { runGolden(t, c, framework) })
		}
	}
}

func runGolden(t *testing.T, c goldenCase, framework string) {
	dir := filepath.Join("testdata", c.name)
	e := exportFile(t, filepath.Join(dir, "model.safetensors"), framework)
	program, err := os.ReadFile(filepath.Join(dir, framework+".py"))
	if err != nil {
		t.Fatal(err)
	}
	if string(program) != e.Program {
		t.Errorf("the Python file is not the recorded one; run testdata/record.sh\n%s", e.Program)
	}
	n := restored(t, e)
	input, err := npy.Read(filepath.Join(dir, "input.npy"))
	if err != nil {
		t.Fatal(err)
	}
	p, spikes := run(t, n, input, c)
	want := testkit.NPZ(t, filepath.Join(dir, framework+".npz"))
	for _, layer := range p.Spiking() {
		compareSpikes(t, layer, spikes[layer], want[pythonName(layer)])
	}
	if e := worst(valuesOf(p.Output(n.Output())), want["output"].Data); e > 1e-4 {
		t.Errorf("outputs differ by up to %.3g of their largest", e)
	}
}

// pythonName is what the layers of the cases are called in Python.
func pythonName(layer string) string {
	if layer == "class" {
		return "class_"
	}
	return strings.ReplaceAll(layer, "-", "_")
}

// compareSpikes: no spike differs, and there are some.
func compareSpikes(t *testing.T, layer string, got []float32, want testkit.Array) {
	t.Helper()
	if len(got) != len(want.Data) {
		t.Errorf("%s: %d values, recorded %d", layer, len(got), len(want.Data))
		return
	}
	fired, differ := 0, 0
	for i, v := range got {
		if v > 0 {
			fired++
		}
		if float64(v) != want.Data[i] {
			differ++
		}
	}
	t.Logf("%s: %d of %d places and steps differ, %d spikes", layer, differ, len(got), fired)
	if differ > 0 || fired == 0 {
		t.Errorf("%s: %d of %d differ, %d spikes", layer, differ, len(got), fired)
	}
}

// worst is the largest difference as a share of the largest value.
func worst(got []float32, want []float64) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	e, largest := 0.0, 0.0
	for i, v := range got {
		e, largest = max(e, math.Abs(float64(v)-want[i])), max(largest, math.Abs(want[i]))
	}
	return e / largest
}

// run runs a network, and returns its spikes in PyTorch's order.
func run(t *testing.T, n *model.Network, input *npy.Array, c goldenCase) (*layers.Program, map[string][]float32) {
	t.Helper()
	p, err := layers.Compile(n, layers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := signal.NewAnalog(c.steps, c.samples, n.Input, !c.varying)
	size := n.Input.Size()
	values := make([]float32, input.Len())
	input.Floats(values, 0)
	for r := range len(x.F) / size {
		signal.ToChannelLast(x.F[r*size:(r+1)*size], values[r*size:(r+1)*size], n.Input)
	}
	if _, err := p.Infer(layers.Input{X: x}); err != nil {
		t.Fatal(err)
	}
	spikes := map[string][]float32{}
	for _, layer := range p.Spiking() {
		spikes[layer] = valuesOf(p.Output(layer))
	}
	return p, spikes
}

// valuesOf are the values of a signal in (T, B, C, H, W) order.
func valuesOf(s *signal.Signal) []float32 {
	from := s.F
	if s.Spiking() {
		from = s.Dense(nil)
	}
	out, size := make([]float32, len(from)), s.N()
	for r := range len(from) / size {
		signal.FromChannelLast(out[r*size:(r+1)*size], from[r*size:(r+1)*size], s.Shape)
	}
	return out
}

func exportFile(t *testing.T, path, framework string) *pytorch.Exported {
	t.Helper()
	n, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	e, err := pytorch.Export(n, framework)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// restored is the network that comes back from the bytes of the state dictionary.
func restored(t *testing.T, e *pytorch.Exported) *model.Network {
	t.Helper()
	raw, err := e.State.Encode()
	if err != nil {
		t.Fatal(err)
	}
	f, err := torchfile.Decode(raw, torchfile.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	n, notes, err := pytorch.Restore(f)
	if err != nil || len(notes) != 0 {
		t.Fatalf("%v, notes %v", err, notes)
	}
	a, err := n.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.AsRun.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("what is imported is not what the framework was said to run")
	}
	return n
}

// writeCases writes the input and the exported directories of all cases.
func writeCases(t *testing.T) {
	for _, c := range goldenCases() {
		dir := filepath.Join("testdata", c.name)
		shape, x := inputOf(t, c)
		if err := npy.WriteFloat32(filepath.Join(dir, "input.npy"), shape, x); err != nil {
			t.Fatal(err)
		}
		for _, framework := range c.frameworks {
			e := exportFile(t, filepath.Join(dir, "model.safetensors"), framework)
			if err := e.Write(filepath.Join(dir, framework)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, framework+".py"), []byte(e.Program), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, framework, "steps"), fmt.Appendf(nil, "%d", map[bool]int{false: c.steps}[c.varying]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// inputOf are the first test samples; of a varying input, whether each pixel
// fires in a step, with the pixel's value as the probability.
func inputOf(t *testing.T, c goldenCase) (shape []int, x []float32) {
	kinds := datasets.Builtin()
	kind, err := kinds.Get(c.data)
	if err != nil {
		t.Fatal(err)
	}
	common := datasets.Defaults(c.data)
	if c.data == "mnist" {
		common.Dir = testkit.Data(t, "mnist")
	}
	source, err := datasets.Open(kind, kind.Options(), common, datasets.Test)
	if err != nil {
		t.Fatal(err)
	}
	size := source.Info().Values()
	x = make([]float32, c.samples*size)
	for i := range c.samples {
		if _, err := source.At(i, x[i*size:(i+1)*size]); err != nil {
			t.Fatal(err)
		}
	}
	shape = append([]int{c.samples}, source.Info().Shape...)
	if !c.varying {
		return shape, x
	}
	r := rng.New(1, rng.Purpose(1))
	var over []float32
	for range c.steps {
		for _, p := range x {
			v := float32(0)
			if r.Float64() < float64(p) {
				v = 1
			}
			over = append(over, v)
		}
	}
	return append([]int{c.steps}, shape...), over
}
