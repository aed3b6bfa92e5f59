package nir_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
)

// build makes a network of a YAML list of layers, with weights large enough to fire.
func build(t rapid.TB, b layers.Builder, yaml string) *model.Network {
	t.Helper()
	var top struct {
		Model []config.Section `yaml:"model" plug:"layer"`
	}
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "test.yaml", YAML: []byte("model:\n" + yaml)}}}, &top)
	if err != nil {
		t.Fatal(err)
	}
	doc.Root().Decode(&top)
	n := b.Build(top.Model)
	if err := doc.Err(); err != nil {
		t.Fatalf("%v in\n%s", err, yaml)
	}
	n.Params(func(name string, p model.Param) {
		if strings.HasSuffix(name, ".weight") && len(p.Tensor.Shape) > 1 && !strings.Contains(name, "recurrent") {
			for i := range p.Tensor.Data {
				p.Tensor.Data[i] *= 2
			}
		}
	})
	return n
}

// noise is an input of values from −1 to 2, or of spikes.
func noise(seed uint64, steps, batch int, shape model.Shape, spikes bool) testkit.Array {
	r := rand.New(rand.NewPCG(seed, 1))
	x := testkit.Array{Shape: append([]int{steps, batch}, shape...), Data: make([]float64, steps*batch*shape.Size())}
	for i := range x.Data {
		x.Data[i] = float64(float32(3*r.Float64() - 1))
		if spikes {
			x.Data[i] = float64(r.IntN(2))
		}
	}
	return x
}

// sent is the network that comes back through a file, or through the graph alone without libhdf5.
func sent(t rapid.TB, n *model.Network, o nir.ExportOptions, dir string) *model.Network {
	t.Helper()
	ex, err := nir.Export(n, o)
	if err != nil {
		t.Fatal(err)
	}
	g := ex.Graph
	if dir != "" {
		path := filepath.Join(dir, "g.nir")
		if err := g.Write(path); err != nil {
			t.Fatal(err)
		}
		if g, err = nir.Read(path); err != nil {
			t.Fatal(err)
		}
	}
	made, err := nir.Import(g, nir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if made.Profile != "" {
		t.Fatalf("read by profile %q, not by its metadata", made.Profile)
	}
	for _, note := range made.Notes {
		t.Errorf("%s: %s", note.Node, note.Text)
	}
	return made.Network
}

// lists are networks of every layer that NIR has nodes for.
func lists() map[string]struct {
	input model.Shape
	dt    float64
	yaml  string
} {
	type list = struct {
		input model.Shape
		dt    float64
		yaml  string
	}
	maps, flat := model.Shape{2, 6, 6}, model.Shape{12}
	all := map[string]list{
		"convolutions": {maps, 1, `
  - {kind: conv2d, out: 4, kernel: 3, padding: 1, bias: false}
  - {kind: batch-norm}
  - {kind: lif, beta: 0.5}
  - {kind: max-pool}
  - {kind: dropout, p: 0.2}
  - {kind: conv2d, out: 4, kernel: [3, 1], padding: [1, 0], groups: 2}
  - {kind: if, threshold: 1.5, learn: threshold, share: channel}
  - {kind: avg-pool, size: 3, stride: 2, padding: 1}
  - {kind: linear, out: 5}
  - {kind: li, beta: 0.8}`},
		"sums": {maps, 1, `
  - {kind: sum-pool}
  - {kind: scale, share: channel}
  - {kind: if, reset: zero, fire: ">="}
  - {kind: delay, steps: 3}
  - {kind: flatten}
  - {kind: linear, out: 7}
  - {kind: lif, tau: 4, learn: [tau], share: neuron}`},
		"residual": {flat, 1, `
  - {kind: linear, out: 8, name: a}
  - {kind: lif, name: b, beta: 0.7, v_leak: 0.1, bias: 0.05}
  - {kind: linear, out: 8, name: c}
  - {kind: lif, name: d, beta: 0.9, reset: none}
  - {kind: add, input: [b, d], name: e}
  - {kind: linear, out: 6, input: [e]}
  - {kind: cuba-lif, alpha: 0.6, beta: 0.7}
  - {kind: linear, out: 6}
  - {kind: batch-norm}
  - {kind: affine}
  - {kind: cuba-li, alpha: 0.3, beta: 0.5}`},
		"recurrent": {flat, 0.001, `
  - {kind: linear, out: 9}
  - {kind: lif, tau: 0.02, recurrent: {kind: dense, bias: true}}
  - {kind: linear, out: 6}
  - {kind: cuba-lif, tau: 0.01, tau_syn: 0.005, recurrent: dense}
  - {kind: linear, out: 5}
  - {kind: lif, tau: 0.01, discretize: euler, recurrent: one-to-one}
  - {kind: linear, out: 5}
  - {kind: if, recurrent: {kind: one-to-one, bias: true}}`},
		"bounds": {flat, 1, `
  - {kind: linear, out: 8}
  - {kind: lif, beta: 0.9, v_min: -0.5, v_init: 0.3, max_spikes: 3}
  - {kind: linear, out: 8}
  - {kind: lif, beta: 0, reset: none}
  - {kind: linear, out: 8}
  - {kind: lif, beta: 0.98, delay: 1, reset_at: leak}`},
	}
	for _, profile := range layers.Profiles().Names() {
		for _, kind := range []string{"if", "lif", "li", "cuba-lif", "cuba-li", "slayer-cuba"} {
			all[profile+" "+kind] = list{flat, 1, fmt.Sprintf("  - {kind: linear, out: 8}\n  - {kind: %s, profile: %s}", kind, profile)}
		}
	}
	return all
}

// TestNetworksComeBack: every network that NIR can hold gives the same raster
// after it was written for any reader and read again, in the same bits.
func TestNetworksComeBack(t *testing.T) {
	for name, l := range lists() {
		for _, spikes := range []bool{false, true} {
			n := build(t, layers.Builder{Input: l.input, Dt: l.dt, Seed: 3}, l.yaml)
			x := noise(5, 20, 3, l.input, spikes)
			want := run(t, n, x)
			if l.yaml != "" && !slices.ContainsFunc(want, func(v float32) bool { return v != 0 }) {
				t.Errorf("%s: nothing fires", name)
			}
			for _, profile := range []string{"", "norse", "sinabs", "rockpool"} {
				if _, err := nir.Export(n, nir.ExportOptions{Profile: profile}); err != nil && profile != "" {
					continue // that reader has no such gain; said elsewhere
				}
				if got := run(t, sent(t, n, nir.ExportOptions{Profile: profile}, ""), x); mismatches(got, want) != 0 {
					t.Errorf("%s, written for %q, spikes %v: %d of %d values differ", name, profile, spikes, mismatches(got, want), len(want))
				}
			}
		}
	}
}

// TestNeuronsWithoutNode are refused by name.
func TestNeuronsWithoutNode(t *testing.T) {
	for layer, want := range map[string]string{
		"{kind: izhikevich}":                      "NIR has no node for izhikevich neurons",
		"{kind: lif, output: membrane}":           "hands on the potential of neurons that fire",
		"{kind: if, bias: 0.5}":                   "a constant current into neurons that do not leak has no place in NIR",
		"{kind: relu}":                            "NIR has no node for relu",
		"{kind: concat, input: [linear1, input]}": "NIR has no node for concat",
	} {
		n := build(t, layers.Builder{Input: model.Shape{4}, Seed: 1}, "  - {kind: linear, out: 4}\n  - "+layer)
		if _, err := nir.Export(n, nir.ExportOptions{}); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "nir: layer \"") {
			t.Errorf("%s: %v, expected %q", layer, err, want)
		}
	}
}

// TestConfigsComeBack: the same for the networks of configs/.
func TestConfigsComeBack(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(testkit.Root(), "configs", "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	inputs := map[string]model.Shape{"mnist": {1, 28, 28}, "fashion-mnist": {1, 28, 28}, "digits": {1, 8, 8}, "yinyang": {4}, "fsdd": {16}}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, after, ok := strings.Cut(string(raw), "\nmodel:\n")
		if !ok {
			continue
		}
		if strings.Contains(string(raw), "\nquantize:") {
			continue // the integers of a chip, which NIR has no nodes for
		}
		yaml, _, _ := strings.Cut(after, "\nloss:")
		_, data, _ := strings.Cut(string(raw), "name: ")
		input := inputs[strings.Fields(data)[0]]
		n := build(t, layers.Builder{Input: input, Seed: 1}, yaml)
		_, err = nir.Export(n, nir.ExportOptions{})
		if why := map[string]string{"mnist-conv.yaml": "NIR has no max-pool of values that are no spikes", "mnist-qcfs.yaml": "no node for qcfs", "fashion-qcfs.yaml": "no node for qcfs", "mnist-akida.yaml": "no node for relu"}[filepath.Base(path)]; why != "" {
			if err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %v, expected %q", filepath.Base(path), err, why)
			}
			continue
		}
		x := noise(2, 8, 2, input, false)
		want := run(t, n, x)
		if got := run(t, sent(t, n, nir.ExportOptions{}, ""), x); mismatches(got, want) != 0 {
			t.Errorf("%s: %d of %d values differ", filepath.Base(path), mismatches(got, want), len(want))
		}
	}
}

// TestAnyRulesComeBack draws neurons of any rules and parameters.
func TestAnyRulesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"if", "lif", "cuba-lif"}).Draw(t, "kind")
		options := []string{fmt.Sprintf("kind: %s, profile: %s", kind, rapid.SampledFrom([]string{"native", "snntorch", "norse", "sinabs", "rockpool", "spyx", "spikingjelly"}).Draw(t, "profile"))}
		add := func(format string, args ...any) { options = append(options, fmt.Sprintf(format, args...)) }
		maybe := func(name string) bool { return rapid.Bool().Draw(t, name) }
		if kind != "if" && maybe("beta") {
			add("beta: %v", rapid.Float64Range(0, 0.999).Draw(t, "b"))
		}
		if kind != "if" && maybe("leak") {
			add("v_leak: %v", rapid.Float64Range(-1, 1).Draw(t, "v_leak"))
		}
		if kind == "cuba-lif" && maybe("alpha") {
			add("alpha: %v", rapid.Float64Range(0, 0.999).Draw(t, "a"))
		}
		if maybe("threshold") {
			add("threshold: %v", rapid.Float64Range(0.1, 3).Draw(t, "θ"))
		}
		if maybe("reset") {
			add("reset: %s, max_spikes: 1", rapid.SampledFrom([]string{"subtract", "zero", "none"}).Draw(t, "r"))
		}
		if maybe("recurrent") {
			add("recurrent: %s", rapid.SampledFrom([]string{"dense", "one-to-one"}).Draw(t, "rec"))
		}
		if maybe("learn") {
			add("learn: [threshold], share: neuron")
		}
		flat := model.Shape{5}
		n := build(t, layers.Builder{Input: flat, Seed: rapid.Uint64().Draw(t, "seed"), Dt: rapid.SampledFrom([]float64{1, 0.5}).Draw(t, "dt")},
			"  - {kind: linear, out: 6}\n  - {"+strings.Join(options, ", ")+"}")
		x := noise(rapid.Uint64().Draw(t, "x"), 12, 2, flat, maybe("spikes"))
		want := run(t, n, x)
		if got := run(t, sent(t, n, nir.ExportOptions{Dt: rapid.SampledFrom([]float64{0, 1e-4, 1}).Draw(t, "file dt")}, ""), x); mismatches(got, want) != 0 {
			t.Fatalf("%d of %d values differ", mismatches(got, want), len(want))
		}
	})
}
