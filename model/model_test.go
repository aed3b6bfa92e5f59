package model_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/model"
)

func chain(nodes ...model.Node) *model.Network {
	last := model.InputName
	for i := range nodes {
		if nodes[i].Inputs == nil {
			nodes[i].Inputs = []string{last}
		}
		last = nodes[i].Name
	}
	return &model.Network{Input: model.Shape{2, 6, 6}, Dt: 1, Nodes: nodes}
}

func lif() *model.Neuron {
	return &model.Neuron{
		Model: "lif", Output: model.OutputSpikes, Learn: []string{"beta"}, Surrogate: model.SurrogateSpec{Kind: "triangle", Params: map[string]float64{"width": 0.5}},
		Rules: model.Rules{
			Fire: model.FireAtLeast, MaxSpikes: 1, Reset: model.ResetSubtract, ResetAt: model.ResetAtSpike, DetachReset: true,
			MemDecay: model.DecayBeta, Gain: model.GainUnit, Quirks: []string{model.QuirkHold},
		},
		Values: map[string]*model.Tensor{"beta": model.Scalar(0.9), "threshold": model.NewTensor(4).Fill(1)},
	}
}

// recurrent is a layer whose spikes come back to it.
func recurrent(kind model.Recurrence, n int) *model.Neuron {
	l := lif()
	l.Values["threshold"] = model.Scalar(1)
	l.Recurrent = model.NewRecurrent(kind, n, kind == model.RecurrenceDense)
	return l
}

// everyKind is a network with every op.
func everyKind() *model.Network {
	n := chain(
		model.Node{Name: "conv.1", Op: (&model.Conv2d{In: 2, Out: 4, Kernel: [2]int{3, 3}, Stride: [2]int{1, 1}, Padding: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 2, HasBias: true}).Alloc()},
		model.Node{Name: "bn", Op: (&model.BatchNorm{Channels: 4, Eps: 1e-5, Momentum: 0.1, Over: "time"}).Alloc()},
		model.Node{Name: "lif", Op: lif()},
		model.Node{Name: "join", Op: &model.Add{}, Inputs: []string{"lif", "bn"}},
		model.Node{Name: "pool", Op: &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}},
		model.Node{Name: "avg", Op: &model.Pool2d{Mode: model.PoolAvg, Size: [2]int{3, 3}, Stride: [2]int{1, 1}, Padding: [2]int{1, 1}}},
		model.Node{Name: "sum", Op: &model.Pool2d{Mode: model.PoolSum, Size: [2]int{1, 1}, Stride: [2]int{1, 1}}},
		model.Node{Name: "gated", Op: &model.Pool2d{Mode: model.PoolGated, Size: [2]int{1, 1}, Stride: [2]int{1, 1}}},
		model.Node{Name: "qcfs", Op: &model.QCFS{Levels: 4, Threshold: model.NewTensor(4)}},
		model.Node{Name: "scale", Op: &model.Scale{Factor: model.NewTensor(4).Fill(2)}},
		model.Node{Name: "affine", Op: &model.Affine{Weight: model.NewTensor(4), Bias: model.NewTensor(4, 3, 3)}},
		model.Node{Name: "relu", Op: &model.Rectifier{Func: model.ReLU}},
		model.Node{Name: "clip", Op: &model.Rectifier{Func: model.Clip, Low: -1, High: 6}},
		model.Node{Name: "leaky", Op: &model.Rectifier{Func: model.LeakyReLU, Slope: 0.1}},
		model.Node{Name: "prelu", Op: &model.PReLU{Slope: model.NewTensor(4)}},
		model.Node{Name: "concat", Op: &model.Concat{}, Inputs: []string{"relu", "prelu"}},
		model.Node{Name: "slice", Op: &model.Slice{Start: []int{7, 0, 1}, Step: []int{-2, 2, 1}, Size: []int{4, 2, 2}}},
		model.Node{Name: "pad", Op: &model.Pad{Before: []int{0, 1, 0}, After: []int{0, 0, 1}}},
		model.Node{Name: "permute", Op: &model.Permute{Axes: []int{1, 2, 0}}},
		model.Node{Name: "reshape", Op: &model.Reshape{Shape: model.Shape{4, 3, 3}}},
		model.Node{Name: "drop", Op: &model.Dropout{P: 0.25}},
		model.Node{Name: "flat", Op: &model.Flatten{}},
		model.Node{Name: "fc", Op: model.NewLinear(36, 3, true)},
		model.Node{Name: "free", Op: model.NewLinear(3, 3, false)},
		model.Node{Name: "loop.1", Op: recurrent(model.RecurrenceDense, 3)},
		model.Node{Name: "self", Op: recurrent(model.RecurrenceOneToOne, 3)},
		model.Node{Name: "times", Op: &model.FirstSpike{TMin: 0.1, TMax: 2.7, Clip: true, TimeBits: 6}},
		model.Node{Name: "delay", Op: &model.Delay{Steps: model.NewTensor(3)}},
	)
	k := float32(0)
	n.Params(func(_ string, p model.Param) {
		for i := range p.Tensor.Data {
			k++
			p.Tensor.Data[i] = k / 7
			if p.Name == "steps" {
				p.Tensor.Data[i] = k
			}
		}
	})
	n.Record = model.Record{Classes: []string{"a", "b", "c"}, Readout: "mean", Preprocess: map[string]any{"name": "digits"}, Results: map[string]float64{"test_accuracy": 0.5}}
	return n
}

func TestFileRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	want := everyKind()
	if err := want.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	a, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := got.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("a network read back is written with other bytes")
	}
	if want.CountParams() != got.CountParams() || got.CountParams() != 4*1*9+4+8+1+4+4+4+36+4+36*3+3+9+(1+9+3)+(1+3) {
		t.Errorf("%d and %d trainable values", want.CountParams(), got.CountParams())
	}
}

// TestEveryOpIsInTheRoundTrip keeps everyKind complete.
func TestEveryOpIsInTheRoundTrip(t *testing.T) {
	have := map[string]bool{}
	for _, node := range everyKind().Nodes {
		have[node.Op.Kind()] = true
	}
	for _, kind := range model.Ops().Names() {
		if !have[kind] {
			t.Errorf("%s is not in the network of the round trip", kind)
		}
	}
}

func TestShapes(t *testing.T) {
	shapes, err := everyKind().Shapes()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"conv.1": "4×6×6", "pool": "4×3×3", "avg": "4×3×3", "flat": "36", "free": "3", "concat": "8×3×3", "slice": "4×2×2", "pad": "4×3×3", "permute": "3×3×4"} {
		if got := shapes[name].String(); got != want {
			t.Errorf("%s gives %s, want %s", name, got, want)
		}
	}
}

func TestFaultsOfShapes(t *testing.T) {
	n := chain(
		model.Node{Name: "fc", Op: model.NewLinear(5, 3, true), Pos: "a.yaml:3:5"},
		model.Node{Name: "behind", Op: &model.Flatten{}},
		model.Node{Name: "join", Op: &model.Add{}, Inputs: []string{"inpt", "input"}, Pos: "a.yaml:5:5"},
		model.Node{Name: "join", Op: &model.Flatten{}, Inputs: []string{"input"}},
	)
	_, err := n.Shapes()
	if err == nil {
		t.Fatal("no fault")
	}
	want := `model: layer "fc": input is 2×6×6, expected one axis of 5; flatten it first (a.yaml:3:5)
model: layer "join": input "inpt" names no earlier layer (a.yaml:5:5); did you mean "input"?
model: layer "join": the name is used twice; give each layer its own name:`
	if got := err.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDecodeFaults(t *testing.T) {
	change := func(f func(h map[string]any)) []byte {
		raw, err := everyKind().EncodeWith(func(text string) string {
			var h map[string]any
			if err := json.Unmarshal([]byte(text), &h); err != nil {
				t.Fatal(err)
			}
			f(h)
			out, err := json.Marshal(h)
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	node := func(h map[string]any, i int) map[string]any { return h["nodes"].([]any)[i].(map[string]any) }
	recurrence := func(h map[string]any, i int) map[string]any {
		return node(h, i)["op"].(map[string]any)["recurrent"].(map[string]any)
	}
	for want, f := range map[string]func(h map[string]any){
		"format 9 is newer than this program's 1":      func(h map[string]any) { h["format"] = 9 },
		`"convv" is unknown; did you mean "conv2d"?`:   func(h map[string]any) { node(h, 0)["kind"] = "convv" },
		`conv.1.weight: layer "conv.1" does not exist`: func(h map[string]any) { node(h, 0)["name"] = "conv1" },
		"weight is 4×1×3×3, expected 5×1×3×3":          func(h map[string]any) { node(h, 0)["op"].(map[string]any)["out"] = 5 },
		"must be at least 1":                           func(h map[string]any) { node(h, 0)["op"].(map[string]any)["stride"] = []int{0, 1} },
		"expected 4×2×3×3":                             func(h map[string]any) { node(h, 0)["op"].(map[string]any)["groups"] = 0 },
		"free.bias: array is missing":                  func(h map[string]any) { node(h, 23)["op"].(map[string]any)["bias"] = true },
		"recurrent.weight is 3, expected 3×3":          func(h map[string]any) { recurrence(h, 25)["kind"] = "dense" },
		`recurrence "loop" is unknown`:                 func(h map[string]any) { recurrence(h, 24)["kind"] = "loop" },
		"self.recurrent.bias: array is missing":        func(h map[string]any) { recurrence(h, 25)["bias"] = true },
		`has no parameter "recurrent.bias"`:            func(h map[string]any) { recurrence(h, 24)["bias"] = false },
		"padding 5 leaves a window of 3 no value":      func(h map[string]any) { node(h, 5)["op"].(map[string]any)["padding"] = []int{5, 5} },
	} {
		_, err := model.Decode(change(f))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	if _, err := model.Decode([]byte("no model")); err == nil || !strings.Contains(err.Error(), "not a safetensors file, or damaged") {
		t.Errorf("not a model: %v", err)
	}
}

func TestRulesValidate(t *testing.T) {
	if err := lif().Rules.Validate(); err != nil {
		t.Fatal(err)
	}
	bad := model.Rules{Fire: "≥", MaxSpikes: -1, Reset: "half", ResetAt: "later", Delay: 2, Synapse: "x", MemDecay: "y", SynDecay: "z", Gain: "w", Quirks: []string{"odd"}}
	err := bad.Validate()
	if err == nil {
		t.Fatal("no fault")
	}
	for _, part := range []string{"fire ≥", "max_spikes -1", "reset half", "reset_at later", "delay 2", "synapse x", "mem_decay y", "syn_decay z", "gain w", "quirk odd"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not named in %v", part, err)
		}
	}
	r := lif().Rules
	r.ResetAt = model.ResetAtLeak
	if err := r.Validate(); err == nil || !strings.Contains(err.Error(), "hold with reset") {
		t.Errorf("hold with a late reset: %v", err)
	}
}

func TestCopyArrays(t *testing.T) {
	a, b := everyKind(), everyKind()
	b.Nodes[0].Op.(*model.Conv2d).Weight.Data[3] = 42
	if err := a.CopyArrays(b); err != nil || a.Nodes[0].Op.(*model.Conv2d).Weight.Data[3] != 42 {
		t.Errorf("not copied: %v", err)
	}
	b.Nodes = b.Nodes[1:]
	if err := a.CopyArrays(b); err == nil || !strings.Contains(err.Error(), "conv.1.weight: is missing in the other network") {
		t.Errorf("missing array: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	raw, err := everyKind().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = model.Decode(raw) })
}

// FuzzHeader changes the architecture and keeps the checksums right.
func FuzzHeader(f *testing.F) {
	n := everyKind()
	_, err := n.EncodeWith(func(text string) string {
		f.Add(text)
		return text
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := n.EncodeWith(func(string) string { return text })
		if err != nil {
			return
		}
		if got, err := model.Decode(raw); err == nil {
			if _, err := got.Shapes(); err != nil {
				t.Errorf("decoded a network whose shapes do not fit: %v", err)
			}
		}
	})
}
