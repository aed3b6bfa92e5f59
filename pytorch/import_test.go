package pytorch_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/torchfile"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/pytorch"
)

// state is a state dictionary.
type state map[string]torchfile.Tensor

func floats(shape []int, v ...float32) torchfile.Tensor {
	return torchfile.Tensor{Shape: shape, DType: "float32", Floats: v}
}

func (s state) tensors() []torchfile.Tensor {
	var out []torchfile.Tensor
	for _, name := range []string{
		"module.fc.weight", "module.fc.bias", "fc.weight", "fc.bias", "fc1.weight", "lif.beta", "lif.threshold", "lif.graded_spikes_factor", "lif.reset_mechanism_val", "lif.w", "extra.weight", "lif.alpha",
	} {
		if t, ok := s[name]; ok {
			t.Name = name
			out = append(out, t)
		}
	}
	return out
}

const twoLayers = "  - {kind: linear, out: 2, name: fc}\n  - {kind: lif, name: lif}\n"

func fc() state {
	return state{"fc.weight": floats([]int{2, 3}, 1, 2, 3, 4, 5, 6), "fc.bias": floats([]int{2}, 7, 8)}
}

// with adds tensors to a copy.
func (s state) with(name string, t torchfile.Tensor) state {
	out := state{}
	for k, v := range s {
		out[k] = v
	}
	out[name] = t
	return out
}

func TestFill(t *testing.T) {
	n := build(t, model.Shape{3}, "snntorch", twoLayers)
	s := fc().with("lif.beta", floats([]int{}, 0.75)).with("lif.threshold", floats([]int{2}, 1, 2)).with("lif.graded_spikes_factor", floats([]int{}, 1)).
		with("lif.reset_mechanism_val", torchfile.Tensor{Shape: []int{}, DType: "int64", Ints: []int64{0}})
	notes, err := pytorch.Fill(n, s.tensors())
	if err != nil || len(notes) != 0 {
		t.Fatal(err, notes)
	}
	op := n.Node("lif").Op.(*model.Neuron)
	if w := n.Node("fc").Op.(*model.Linear); w.Weight.Data[5] != 6 || w.Bias.Data[1] != 8 || op.Values["beta"].Data[0] != 0.75 || op.Values["threshold"].Data[1] != 2 {
		t.Errorf("%v %v %v", w.Weight, w.Bias, op.Values)
	}
	if _, err := n.Shapes(); err != nil {
		t.Error(err)
	}
	wrapped := state{"module.fc.weight": fc()["fc.weight"], "module.fc.bias": fc()["fc.bias"]}
	if notes, err = pytorch.Fill(n, wrapped.tensors()); err != nil || len(notes) != 1 || !strings.Contains(notes[0], `"module."`) {
		t.Errorf("%v, notes %q", err, notes)
	}
}

// TestFillDecay: a decay factor is stored in the form of the config, and a
// parameter that already gives it stays as it is.
func TestFillDecay(t *testing.T) {
	for layer, want := range map[string]float64{
		"{kind: lif, name: lif, beta: 0.5}":                      0.75,
		"{kind: lif, name: lif, tau: 10}":                        -1 / math.Log(0.75),
		"{kind: lif, name: lif, tau: 10, discretize: euler}":     4,
		"{kind: lif, name: lif, rate: 0.1}":                      0.25,
		"{kind: lif, name: lif, logit: 0.1}":                     math.Log(0.25 / 0.75),
		"{kind: lif, name: lif, tau: 3.476059, discretize: exp}": 3.476059,
	} {
		n := build(t, model.Shape{3}, "", "  - {kind: linear, out: 2, name: fc}\n  - "+layer)
		if _, err := pytorch.Fill(n, fc().with("lif.beta", floats([]int{}, 0.75)).tensors()); err != nil {
			t.Errorf("%s: %v", layer, err)
			continue
		}
		op := n.Node("lif").Op.(*model.Neuron)
		for _, name := range []string{"beta", "tau", "rate", "logit"} {
			if v := op.Values[name]; v != nil && math.Abs(float64(v.Data[0])-want) > 1e-6*math.Abs(want) {
				t.Errorf("%s: %s is %v, want %v", layer, name, v.Data, want)
			}
		}
	}
}

func TestFillFaults(t *testing.T) {
	renamed := state{"fc1.weight": fc()["fc.weight"], "fc.bias": fc()["fc.bias"]}
	missing := state{"fc.weight": fc()["fc.weight"]}
	for want, s := range map[string]state{
		`pytorch: layer "fc": the state dictionary has no "fc.bias"`:                                       missing,
		`has no "fc.weight"; did you mean "fc1.weight"? Give the layer the name of its module`:             renamed,
		`pytorch: fc1.weight: belongs to no layer, its shape is 2×3; the nearest layer is "fc"`:            renamed,
		`extra.weight: belongs to no layer, its shape is 1`:                                                fc().with("extra.weight", floats([]int{1}, 1)),
		`fc.weight: is 3×2, layer "fc" expects 2×3`:                                                        fc().with("fc.weight", floats([]int{3, 2}, 1, 2, 3, 4, 5, 6)),
		`fc.bias: holds int64, expected floats`:                                                            fc().with("fc.bias", torchfile.Tensor{Shape: []int{2}, DType: "int64", Ints: []int64{1, 2}}),
		`lif.threshold: is 3 of float32, layer "lif" expects 1, 2 or 2 values`:                             fc().with("lif.threshold", floats([]int{3}, 1, 2, 3)),
		`lif.reset_mechanism_val: was saved with reset zero, layer "lif" has subtract; set reset: zero`:    fc().with("lif.reset_mechanism_val", torchfile.Tensor{Shape: []int{}, Ints: []int64{1}}),
		`lif.reset_mechanism_val: is 7`:                                                                    fc().with("lif.reset_mechanism_val", torchfile.Tensor{Shape: []int{}, Ints: []int64{7}}),
		`lif.graded_spikes_factor: spikes are scaled, which is a layer of its own here; add a scale layer`: fc().with("lif.graded_spikes_factor", floats([]int{}, 2)),
		`lif.alpha: lif with these rules has no decay, got 0.5`:                                            fc().with("lif.alpha", floats([]int{}, 0.5)),
	} {
		_, err := pytorch.Fill(build(t, model.Shape{3}, "snntorch", twoLayers), s.tensors())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestDescriptionIsBounded: a description asks for no more than the file holds.
func TestDescriptionIsBounded(t *testing.T) {
	e, err := pytorch.Export(build(t, model.Shape{3}, "snntorch", twoLayers), "snntorch")
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"fc.weight is 20000×30000, which is more than the file holds": {`"fc.weight":[2,3]`, `"fc.weight":[20000,30000]`},
		"fc.weight is -1, which is more":                              {`"fc.weight":[2,3]`, `"fc.weight":[-1]`},
		"lif.beta has 1 values, its shape is 2":                       {`"lif.beta":[1]`, `"lif.beta":[2]`},
		"metadata \"snntrain.network\"":                               {`{"network"`, `{"network`},
	} {
		f := torchfile.File{Tensors: e.State.Tensors, Meta: map[string]string{pytorch.NetworkKey: strings.Replace(e.State.Meta[pytorch.NetworkKey], change[0], change[1], 1)}}
		if _, _, err := pytorch.Restore(&f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestDamagedState: no state dictionary with a description, however damaged,
// panics or asks for more memory than it has. (go test -fuzz is of little use
// here: with the coverage of all that layers imports it runs one input a second.)
func TestDamagedState(t *testing.T) {
	e, err := pytorch.Export(build(t, model.Shape{3}, "snntorch", twoLayers), "snntorch")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := e.State.Encode()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 5000 {
		damaged := bytes.Clone(raw)
		for range 1 + r.IntN(3) {
			damaged[r.IntN(len(damaged))] = byte(r.IntN(256))
		}
		f, err := torchfile.Decode(damaged, torchfile.Limits{Values: 1 << 16})
		if err != nil {
			continue
		}
		n, _, err := pytorch.Restore(f)
		if err != nil {
			continue
		}
		read++
		if _, err := n.Shapes(); err != nil {
			t.Fatalf("a network was read whose shapes do not fit: %v", err)
		}
	}
	if read == 0 {
		t.Error("no file with harmless damage was read")
	}
}

// TestRoundedDoublesAreNoted: networks run in float32, which a checkpoint of float64 should hear.
func TestRoundedDoublesAreNoted(t *testing.T) {
	n := build(t, model.Shape{3}, "snntorch", twoLayers)
	s := fc()
	w := s["fc.weight"]
	w.DType, w.Rounded = "float64", 4
	notes, err := pytorch.Fill(n, s.with("fc.weight", w).tensors())
	want := "4 of 6 numbers of float64 were rounded to float32, in which networks run: fc.weight"
	if err != nil || len(notes) != 1 || notes[0] != want {
		t.Errorf("notes %q, %v; want %q", notes, err, want)
	}
}
