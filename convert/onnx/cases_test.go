package onnx_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/convert/onnx"
	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/internal/onnx/onnxtest"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// recorded is a graph with what ONNX Runtime made of some samples (testdata/make_cases.py).
type recorded struct {
	Name, Final          string
	Samples              int
	Model, Input, Output []byte
}

func cases(t testing.TB) []recorded {
	t.Helper()
	text, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Cases []recorded }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all.Cases
}

func floats(data []byte) []float32 {
	out := make([]float32, len(data)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return out
}

// infer runs a network on samples as the file orders them.
func infer(t *testing.T, r *onnx.Result, samples int, values []float32) []float32 {
	t.Helper()
	p, err := layers.Compile(r.Network, layers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := signal.NewAnalog(1, samples, r.Network.Input, true)
	for b := range samples {
		row := values[b*x.N() : (b+1)*x.N()]
		if r.Input.Layout == "channels last" { // as this package stores it
			copy(x.Row(b), row)
		} else {
			signal.ToChannelLast(x.Row(b), row, r.Network.Input)
		}
	}
	scores, err := p.Infer(layers.Input{X: x})
	if err != nil {
		t.Fatal(err)
	}
	return scores.F[:samples*scores.N()]
}

// TestGraphsComputeWhatTheReferenceDoes: an imported network has the outputs
// that ONNX Runtime recorded, every operator is accounted for, and the network
// survives its file.
func TestGraphsComputeWhatTheReferenceDoes(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.Name, func(t *testing.T) {
			m, err := raw.Decode(c.Model)
			if err != nil {
				t.Fatal(err)
			}
			r, err := onnx.Convert("x.onnx", m, onnx.Options{})
			if err != nil {
				t.Fatal(err)
			}
			accounted(t, m, r)
			got, want := infer(t, r, c.Samples, floats(c.Input)), floats(c.Output)
			got = ended(c.Final, got, len(got)/c.Samples)
			if len(got) != len(want) {
				t.Fatalf("%d values, want %d", len(got), len(want))
			}
			top := 1.0
			for _, w := range want {
				top = max(top, math.Abs(float64(w)))
			}
			for i, w := range want {
				if !(math.Abs(float64(got[i]-w)) <= 2e-6*top) {
					t.Fatalf("value %d is %v, want %v", i, got[i], w)
				}
			}
			file, err := r.Network.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if r.Network, err = model.Decode(file); err != nil {
				t.Fatal(err)
			}
			for i, v := range ended(c.Final, infer(t, r, c.Samples, floats(c.Input)), len(got)/c.Samples) {
				if c.Final == "" && v != got[i] {
					t.Fatalf("value %d is %v after a round through the file, was %v", i, v, got[i])
				}
			}
		})
	}
}

// ended applies the operator that the import left out to the scores.
func ended(final string, scores []float32, classes int) []float32 {
	var out []float32
	for lo := 0; lo < len(scores) && final != ""; lo += classes {
		row, sum, top := scores[lo:lo+classes], 0.0, 0
		for i, v := range row {
			if sum += math.Exp(float64(v)); v > row[top] {
				top = i
			}
		}
		for _, v := range row {
			switch final {
			case "softmax":
				out = append(out, float32(math.Exp(float64(v))/sum))
			case "log-softmax":
				out = append(out, v-float32(math.Log(sum)))
			}
		}
		if final == "argmax" {
			out = append(out, float32(top))
		}
	}
	if final == "" {
		return scores
	}
	return out
}

// accounted checks that every node of the graph has an entry with an outcome, and every layer stands in one.
func accounted(t *testing.T, m *raw.Model, r *onnx.Result) {
	t.Helper()
	if len(r.Operators) != len(m.Nodes) {
		t.Fatalf("%d entries for %d nodes", len(r.Operators), len(m.Nodes))
	}
	mapped := map[string]bool{}
	for i, e := range r.Operators {
		if e.Node != m.Nodes[i].Title() || e.Op != m.Nodes[i].Op {
			t.Errorf("entry %d is of %s %q, the node of %s %q", i, e.Op, e.Node, m.Nodes[i].Op, m.Nodes[i].Title())
		}
		switch e.Outcome {
		case onnx.Mapped:
			mapped[e.Layer] = true
			if r.Network.Node(e.Layer) == nil {
				t.Errorf("%q is mapped to %q, which is no layer", e.Node, e.Layer)
			}
		case onnx.Folded:
			if e.Reason == "" || e.Layer != "" && r.Network.Node(e.Layer) == nil {
				t.Errorf("%q is folded without a reason, or into no layer: %+v", e.Node, e)
			}
		default:
			t.Errorf("%q has the outcome %q", e.Node, e.Outcome)
		}
	}
	if last := r.Network.Nodes[len(r.Network.Nodes)-1]; !mapped[last.Name] && last.Op.Kind() != "flatten" && last.Op.Kind() != "permute" {
		t.Errorf("the last layer %q stands in no entry", last.Name)
	}
}

// TestLayersOfGraphs: what the graph only reorders, and constants between layers, make no layer of their own.
func TestLayersOfGraphs(t *testing.T) {
	want := map[string]string{
		"transpose at the end":                 "permute flatten",
		"two slices":                           "slice flatten",
		"flatten, channels last":               "relu flatten linear",
		"gemm of a column":                     "linear",
		"matmul and bias":                      "linear relu affine",
		"conv with bias and scale apart":       "conv2d flatten",
		"a bias of one of two readers":         "linear affine relu add",
		"input normalization, channels last":   "affine conv2d flatten",
		"concat, slice and pad, channels last": "relu concat slice pad permute flatten",
		"residual, channels last":              "relu add permute flatten",
		"residual of different orders":         "permute add flatten",
		"channel shuffle":                      "reshape permute reshape conv2d flatten",
		"conv padded unevenly":                 "pad conv2d flatten",
		"average pool padded":                  "sum-pool affine flatten",
		"average pool with padding padded":     "avg-pool flatten",
		"split values":                         "slice slice concat",
		"dropout":                              "relu",
		"pad nothing":                          "flatten",
	}
	for _, c := range cases(t) {
		kinds, ok := want[c.Name]
		if !ok {
			continue
		}
		delete(want, c.Name)
		m, err := raw.Decode(c.Model)
		if err != nil {
			t.Fatal(err)
		}
		r, err := onnx.Convert("x.onnx", m, onnx.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range r.Network.Nodes {
			got = append(got, n.Op.Kind())
		}
		if strings.Join(got, " ") != kinds {
			t.Errorf("%s: layers %v, want %s", c.Name, got, kinds)
		}
	}
	for name := range want {
		t.Errorf("no graph is called %q", name)
	}
}

// TestLayerNames: layers are named after their nodes in a form that files and folders take, each its own.
func TestLayerNames(t *testing.T) {
	b := onnxtest.New(13).Input("x", -1, 4)
	names := []string{"/block/relu", "block/relu", "", "input", "a\nb", "\xff", ""}
	last := "x"
	for i, name := range names {
		out := fmt.Sprint("v", i)
		b.Node("Relu", []string{last}, []string{out}, nil)
		b.Proto.Graph.Node[i].Name = &name
		last = out
	}
	r, err := convert(t, b.Output(last), onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range r.Network.Nodes {
		got = append(got, n.Name)
	}
	if want := "block.relu block.relu-2 relu input-2 a_b _ relu-2"; strings.Join(got, " ") != want {
		t.Errorf("got %s\nwant %s", strings.Join(got, " "), want)
	}
	file, err := r.Network.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := model.Decode(file); err != nil {
		t.Error(err)
	}
}
