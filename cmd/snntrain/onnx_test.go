package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/sbinet/npyio"

	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
	"github.com/snntrain/snntrain/internal/onnx/onnxtest"
	"github.com/snntrain/snntrain/model"
)

const digitsData = "data: {name: digits, encode: {kind: rate, steps: 9}}\n"

// brightest is a graph of the 8×8 digits: class k is the brightness of picture row k, twice for k = 3.
func brightest(dims ...int64) *onnxtest.Builder {
	w := make([]float32, 64*10)
	for i := range 64 {
		w[i*10+i/8] = 1
	}
	for i := 24; i < 32; i++ {
		w[i*10+3] = 2
	}
	return onnxtest.New(13).Input("x", dims...).Const(onnxtest.Floats("w", []int64{64, 10}, w...)).
		Node("Flatten", []string{"x"}, []string{"flat"}, nil).
		Node("MatMul", []string{"flat", "w"}, []string{"scores"}, nil).
		Node("Relu", []string{"scores"}, []string{"positive"}, nil).
		Node("Add", []string{"scores", "positive"}, []string{"sum"}, nil).
		Node("Softmax", []string{"sum"}, []string{"y"}, nil).Output("y")
}

func onnxFile(t *testing.T, b *onnxtest.Builder) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "net.onnx")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEvalONNX(t *testing.T) {
	config := write(t, "d.yaml", digitsData)
	dir := t.TempDir()
	predictions, logits := filepath.Join(dir, "p.npy"), filepath.Join(dir, "l.npy")
	var first evalResult
	for i, dims := range [][]int64{{-1, 64}, {1, 8, 8, 1}, {1, 1, 8, 8}} {
		var r evalResult
		object(t, &r, "eval", onnxFile(t, brightest(dims...)), "--data", config, "--limit", "50", "--predictions", predictions, "--logits", logits)
		if r.N != 50 || r.Correct < 1 || r.Accuracy != float64(r.Correct)/50 || r.Seconds <= 0 || r.Loss <= 0 {
			t.Errorf("%v: %+v", dims, r)
		}
		if i == 0 {
			first = r
		}
		if r.Correct != first.Correct || r.Loss != first.Loss {
			t.Errorf("an input of %v gives %+v, of 64 values %+v", dims, r, first)
		}
	}
	f, err := os.Open(logits)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var scores []float32
	if err := npyio.Read(f, &scores); err != nil || len(scores) != 500 {
		t.Fatalf("%d scores: %v", len(scores), err)
	}
	for _, v := range scores { // sums of pixels of 0..1, not probabilities
		if v < 0 {
			t.Fatalf("a score is %v", v)
		}
	}
	if info, err := os.Stat(predictions); err != nil || info.Size() < 50*4 {
		t.Errorf("predictions: %v", err)
	}
}

func TestEvalONNXFaults(t *testing.T) {
	config := write(t, "d.yaml", digitsData)
	net := onnxFile(t, brightest(-1, 64))
	refused(t, exitUsage, []string{"does not say what data it is for; give --data CONFIG"}, "eval", net)
	refused(t, exitUsage, []string{"has no time steps; leave out --steps"}, "eval", net, "--data", config, "--steps", "4")
	refused(t, exitUsage, []string{"has no spikes; leave out --record"}, "eval", net, "--data", config, "--record", t.TempDir())
	refused(t, exitUsage, []string{`input "x": takes samples of 3×8×8, 192 values; the data gives 1×8×8, 64 values`}, "eval", onnxFile(t, brightest(1, 3, 8, 8)), "--data", config)
	refused(t, exitUsage, []string{"of which more than the batch is free; give the shape with --input-shape"}, "eval", onnxFile(t, brightest(-1, -1, -1, 1)), "--data", config)
	good(t, "eval", onnxFile(t, brightest(-1, -1, -1, 1)), "--data", config, "--limit", "2", "--input-shape", "1,8,8,1")
	refused(t, exitUsage, []string{`--input-shape "1,a": needs whole numbers from 1`}, "eval", net, "--data", config, "--input-shape", "1,a")
	refused(t, exitUsage, []string{"--input-shape is for ONNX files"}, "eval", "runs/none", "--input-shape", "1,64")
	refused(t, exitUsage, []string{`nowhere.onnx": no such file`}, "eval", "nowhere.onnx", "--data", config)
	refused(t, exitUsage, []string{"truncated, corrupted, or another format"}, "eval", write(t, "bad.onnx", "this is no model"), "--data", config)
	refused(t, exitUsage, []string{`node "node a" (Elu): this operator is not supported`, `node "node y" (Gelu): this operator is not supported`}, "eval",
		onnxFile(t, onnxtest.New(20).Input("x", -1, 64).Node("Elu", []string{"x"}, []string{"a"}, nil).Node("Gelu", []string{"a"}, []string{"y"}, nil).Output("y")), "--data", config)
}

func TestInspectONNX(t *testing.T) {
	path := onnxFile(t, brightest(-1, 8, 8, 1))
	want := strings.TrimLeft(`
net.onnx: ONNX opset 13 of an unknown producer
input "x", [1 8 8 1], read as 1×8×8 channels last

     LAYER                READS                           SHAPE  PARAMETERS  MACS  WHAT
●    node scores.flatten  input                           64     0           0     flatten
●    node scores          node scores.flatten             10     640         640   linear
├─●  node positive        node scores                     10     0           0     relu
●─┘  node sum             node scores, node positive      10     0           0     add

640 parameters, 640 MACs a sample
5 operators, 3 mapped, 2 folded

OPERATOR  NODE       OUTCOME  INTO  WHY
Flatten   node flat  folded         the order of the values stays
Softmax   node y     folded         left out at the end: the largest score stays the largest; scores are what it reads
`, "\n")
	if got := good(t, "inspect", path); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var info struct {
		Opset     int
		MACs      int
		Params    int
		Layers    []struct{ Name, Kind string }
		Operators []struct{ Node, Operator, Outcome, Layer, Reason string }
	}
	object(t, &info, "inspect", path)
	if info.Opset != 13 || info.MACs != 640 || info.Params != 640 || len(info.Layers) != 4 || len(info.Operators) != 5 || info.Operators[1].Layer != "node scores" {
		t.Errorf("%+v", info)
	}
	out := refused(t, exitUsage, []string{`node "node y" (Elu): this operator is not supported`}, "inspect",
		onnxFile(t, onnxtest.New(20).Input("x", -1, 64).Node("Elu", []string{"x"}, []string{"y"}, nil).Output("y")))
	if !strings.Contains(out, "1 operators, 1 refused") {
		t.Errorf("no account in\n%s", out)
	}
}

// TestRoundedConstantsAreNoted: float64 in a file is float32 here.
func TestRoundedConstantsAreNoted(t *testing.T) {
	w := make([]float64, 64*10)
	w[0], w[1] = 0.1, 0.5
	double := onnxpb.TensorProto_DOUBLE
	p := &onnxpb.TensorProto{Name: proto.String("w"), Dims: []int64{64, 10}, DataType: proto.Int32(int32(double)), DoubleData: w}
	path := onnxFile(t, onnxtest.New(13).Input("x", -1, 64).Const(p).Node("MatMul", []string{"x", "w"}, []string{"y"}, nil).Output("y"))
	want := `constant "w": 1 of 640 numbers of float64 were rounded to float32`
	if text := good(t, "inspect", path); !strings.Contains(text, "note: "+want) {
		t.Errorf("%s", text)
	}
	config := write(t, "c.yaml", digitsConvert)
	for _, args := range [][]string{
		{"convert", path, "--config", config, "--out", filepath.Join(t.TempDir(), "out")},
		{"eval", path, "--data", write(t, "d.yaml", "data: {name: digits}\n")},
	} {
		if _, errs, _ := call(t, args...); strings.Count(errs, "warning: onnx: "+want) != 1 {
			t.Errorf("%s: %s", args[0], errs)
		}
	}
}

func TestBatchFor(t *testing.T) {
	n := &model.Network{Input: model.Shape{1, 1024, 1024}, Nodes: []model.Node{{Name: "a", Op: &model.Flatten{}, Inputs: []string{model.InputName}}}}
	if got := batchFor(n, 256); got != 31 { // 2 × 2²⁰ values a sample, 2²⁶ allowed
		t.Errorf("large samples: %d at a time", got)
	}
	if got := batchFor(&model.Network{Input: model.Shape{64}}, 256); got != 256 {
		t.Errorf("small samples: %d at a time", got)
	}
}
