package onnx_test

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/convert/onnx"
	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
	"github.com/snntrain/snntrain/internal/onnx/onnxtest"
	"github.com/snntrain/snntrain/model"
)

func convert(t *testing.T, b *onnxtest.Builder, o onnx.Options) (*onnx.Result, error) {
	t.Helper()
	m, err := raw.Decode(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return onnx.Convert("net.onnx", m, o)
}

func in(names ...string) []string { return names }

// TestEveryRefusalAtOnce: unknown operators and uses that cannot be mapped are
// all named, those that only follow from them are not, and no network is given.
func TestEveryRefusalAtOnce(t *testing.T) {
	b := onnxtest.New(17).Input("x", -1, 2, 4, 4).
		Const(onnxtest.Floats("w", []int64{2, 2, 3, 3}, make([]float32, 36)...), onnxtest.Ints("shape", []int64{2}, 1, -1)).
		Node("Sigmoid", in("x"), in("a"), nil).
		Node("Conv", in("a", "w"), in("b"), onnxtest.Attrs{"kernel_shape": []int64{2, 2}}).
		Node("Relu", in("b"), in("c"), nil).
		Node("Softmax", in("a"), in("s"), onnxtest.Attrs{"axis": 1}).
		Node("Mul", in("a", "a"), in("d"), nil).
		Node("LSTM", in("d"), in("e"), nil).
		Node("Pad", in("a", "shape"), in("p"), onnxtest.Attrs{"mode": "reflect"}).
		Node("Concat", in("c", "e", "s", "p"), in("y"), onnxtest.Attrs{"axis": 1}).Output("y")
	b.Proto.Graph.Node[0].Name = nil
	r, err := convert(t, b, onnx.Options{})
	if err == nil {
		t.Fatal("nothing is refused")
	}
	want := `convert/onnx: net.onnx: node "a" (Sigmoid): this operator is not supported
convert/onnx: net.onnx: node "node b" (Conv): kernel_shape [2 2] differs from the weights' [3 3]
convert/onnx: net.onnx: node "node s" (Softmax): runs over [2] of the shape [1 2 4 4], expected all classes
convert/onnx: net.onnx: node "node d" (Mul): of two values that both depend on the sample is not supported
convert/onnx: net.onnx: node "node e" (LSTM): this operator is not supported
convert/onnx: net.onnx: node "node p" (Pad): pads by "reflect", expected constant`
	if err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if r == nil || r.Network != nil || len(r.Operators) != 8 {
		t.Fatalf("want an account of 8 operators and no network, got %+v", r)
	}
	for _, i := range []int{2, 7} { // Relu and Concat only read what is refused
		if e := r.Operators[i]; e.Outcome != onnx.Refused || e.Reason != "reads what a refused operator gives" {
			t.Errorf("%+v", e)
		}
	}
}

func TestRefusals(t *testing.T) {
	maps := func() *onnxtest.Builder { return onnxtest.New(13).Input("x", -1, 2, 4, 4) }
	row := func() *onnxtest.Builder {
		return onnxtest.New(13).Input("x", -1, 4).Const(onnxtest.Floats("w", []int64{4, 2}, make([]float32, 8)...), onnxtest.Floats("five", []int64{5}, 1, 2, 3, 4, 5))
	}
	node := func(b *onnxtest.Builder, op string, inputs []string, attrs onnxtest.Attrs) *onnxtest.Builder {
		return b.Node(op, inputs, in("y"), attrs).Output("y")
	}
	foreign := node(row(), "Relu", in("x"), nil)
	domain := "com.microsoft"
	foreign.Proto.Graph.Node[0].Domain = &domain
	for want, b := range map[string]*onnxtest.Builder{
		`operators of domain "com.microsoft" are not supported`:      foreign,
		`attribute "negative" is not supported`:                      node(row(), "Relu", in("x"), onnxtest.Attrs{"negative": 1}),
		`attribute "alpha" has another type than it should`:          node(row(), "LeakyRelu", in("x"), onnxtest.Attrs{"alpha": 1}),
		"a constant of the shape [5] does not fit a signal of [1 4]": node(row(), "Add", in("x", "five"), nil),
		"multiplies [1 2 4 4], several rows a sample, by a matrix":   node(maps().Const(onnxtest.Floats("w", []int64{4, 2}, make([]float32, 8)...)), "MatMul", in("x", "w"), nil),
		"the weights: must be constant, depends on the sample":       node(row(), "MatMul", in("x", "x"), nil),
		"input B: holds NaN": node(row().Const(onnxtest.Floats("n", []int64{4, 1}, 1, 2, 3, float32(nan()))), "Gemm", in("x", "n"), nil),
		"averages over axis 1 of [1 2 4 4], expected places only, not channels":   node(maps(), "ReduceMean", in("x"), onnxtest.Attrs{"axes": []int64{1}}),
		"averages over all axes, channels and batch too":                          node(maps(), "ReduceMean", in("x"), nil),
		"its list of places is used":                                              maps().Node("MaxPool", in("x"), in("y", "i"), onnxtest.Attrs{"kernel_shape": []int64{2, 2}}).Output("i"),
		"pads with 1, expected 0":                                                 node(maps().Const(onnxtest.Ints("p", []int64{8}, 0, 0, 1, 1, 0, 0, 1, 1), onnxtest.Floats("v", nil, 1)), "Pad", in("x", "p", "v"), nil),
		"pads the batch axis":                                                     node(maps().Const(onnxtest.Ints("p", []int64{8}, 1, 0, 0, 0, 0, 0, 0, 0)), "Pad", in("x", "p"), nil),
		"cuts the batch axis":                                                     node(maps().Const(onnxtest.Ints("s", []int64{1}, 1), onnxtest.Ints("e", []int64{1}, 2), onnxtest.Ints("a", []int64{1}, 0)), "Slice", in("x", "s", "e", "a"), nil),
		"joins along the batch axis":                                              node(maps().Node("Relu", in("x"), in("z"), nil), "Concat", in("x", "z"), onnxtest.Attrs{"axis": 0}),
		`gives 2×16777216×16777216, the limit is 16777216 values a sample`:        node(maps().Const(onnxtest.Ints("p", []int64{8}, 0, 0, 1<<24-4, 1<<24-4, 0, 0, 0, 0)), "Pad", in("x", "p"), nil),
		`is left out at the end only; node "node y" reads it`:                     node(row().Node("Softmax", in("x"), in("s"), nil), "Relu", in("s"), nil),
		"divides a constant by a signal":                                          node(row().Const(onnxtest.Floats("one", nil, 1)), "Div", in("one", "x"), nil),
		"is in training mode":                                                     node(row().Const(onnxtest.Floats("r", nil, 0.5), &onnxpb.TensorProto{Name: ptr("t"), DataType: ptr(int32(9)), Int32Data: []int32{1}}), "Dropout", in("x", "r", "t"), nil),
		"turns a signal into INT32":                                               node(row(), "Cast", in("x"), onnxtest.Attrs{"to": 6}),
		"groups: weights of the shape [2 2 1 1] do not fit an input of [1 2 4 4]": node(maps().Const(onnxtest.Floats("w", []int64{2, 2, 1, 1}, 1, 2, 3, 4)), "Conv", in("x", "w"), onnxtest.Attrs{"group": 2}),
		"its input has the shape [4 2 4], whose first axis is not the batch":      maps().Const(onnxtest.Ints("s", []int64{3}, 4, 2, 4)).Node("Reshape", in("x", "s"), in("z"), nil).Node("GlobalAveragePool", in("z"), in("y"), nil).Output("y"),
		"supported for constants only":                                            node(row().Const(onnxtest.Ints("i", []int64{1}, 0)), "Gather", in("x", "i"), nil),
		"makes a constant of the shape [1048576 1048576], the limit is":           node(row().Const(onnxtest.Ints("n", []int64{2}, 1<<20, 1<<20)).Node("ConstantOfShape", in("n"), in("c"), nil), "Add", in("x", "c"), nil),
		"the constants computed so far hold 2 values too many": node(row().Const(onnxtest.Ints("n", []int64{1}, 1<<23+29)).
			Node("ConstantOfShape", in("n"), in("a"), nil).Node("ConstantOfShape", in("n"), in("b"), nil).
			Node("Concat", in("a", "b"), in("c"), onnxtest.Attrs{"axis": 0}), "Add", in("x", "c"), nil),
		"the variance holds -1, which with epsilon 0.5 has no root": node(row().Const(onnxtest.Floats("v", []int64{4}, 1, -1, 1, 1)),
			"BatchNormalization", in("x", "v", "v", "v", "v"), onnxtest.Attrs{"epsilon": float32(0.5)}),
		"does not depend on the input":           onnxtest.New(13).Input("x", 1, 2).Const(onnxtest.Floats("c", nil, 1)).Node("Neg", in("c"), in("y"), nil).Output("y"),
		"is the input: there is no layer":        node(row(), "Identity", in("x"), nil),
		`graph: has 2 inputs, expected 1: x, z`:  node(row().Input("z", 1), "Relu", in("x"), nil),
		`graph: has 2 outputs, expected 1: y, x`: node(row(), "Relu", in("x"), nil).Output("x"),
		`input "x": is [d0, 3, d2, 8], of which more than the batch is free; give the shape with --input-shape`: node(onnxtest.New(13).Input("x", -1, 3, -1, 8), "Relu", in("x"), nil),
		`input "x": has no shape in the file; give it with --input-shape, batch first`:                          node(onnxtest.New(13).Input("x"), "Relu", in("x"), nil),
	} {
		r, err := convert(t, b, onnx.Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
		if r != nil && r.Network != nil {
			t.Errorf("a network in spite of %v", err)
		}
	}
}

func nan() float64 { z := 0.0; return z / z }

func ptr[T any](v T) *T { return &v }

func TestInputShape(t *testing.T) {
	free := func() *onnxtest.Builder {
		return onnxtest.New(13).Input("x", -1, 3, -1, -1).Node("GlobalAveragePool", in("x"), in("y"), nil).Output("y")
	}
	r, err := convert(t, free(), onnx.Options{InputShape: []int{1, 3, 6, 8}})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Network.Input.String(); got != "3×6×8" {
		t.Errorf("reads %s", got)
	}
	for want, shape := range map[string][]int{
		"--input-shape has 2 numbers":       {3, 6},
		"--input-shape says 4 for axis 1":   {1, 4, 6, 8},
		"expected at least 1 for each axis": {1, 3, 0, 8},
		"at most 16777216 values":           {1, 3, 1 << 20, 1 << 20},
	} {
		if _, err := convert(t, free(), onnx.Options{InputShape: shape}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := convert(t, free(), onnx.Options{InputShape: []int{1, 3, 6, 8}, Sample: model.Shape{3, 6, 7}}); err == nil ||
		!strings.Contains(err.Error(), "takes samples of 3×6×8, 144 values; the data gives 3×6×7, 126 values") {
		t.Errorf("samples of another size: %v", err)
	}
}

// TestSamplesOfAnyShape: one graph reads samples in whatever shape the data has them.
func TestSamplesOfAnyShape(t *testing.T) {
	for name, c := range map[string]struct {
		dims   []int64
		sample model.Shape
		layout string
	}{
		"flat image":          {[]int64{1, 784, 1}, model.Shape{1, 28, 28}, "in the order of the file"},
		"rows as channels":    {[]int64{-1, 28, 28}, model.Shape{1, 28, 28}, "in the order of the file"},
		"channels first":      {[]int64{1, 3, 16, 16}, model.Shape{3, 16, 16}, "in the order of the file"},
		"channels last":       {[]int64{1, 16, 16, 3}, model.Shape{3, 16, 16}, "channels last"},
		"gray, channels last": {[]int64{1, 28, 28, 1}, model.Shape{1, 28, 28}, "channels last"},
		"values as maps":      {[]int64{1, 1, 8, 8}, model.Shape{64}, "in the order of the file"},
	} {
		n := 1
		for _, d := range c.dims[1:] {
			n *= int(d)
		}
		b := onnxtest.New(13).Input("x", c.dims...).Const(onnxtest.Floats("w", []int64{int64(n), 1}, ramp(n)...)).
			Node("Flatten", in("x"), in("f"), nil).Node("MatMul", in("f", "w"), in("y"), nil).Output("y")
		r, err := convert(t, b, onnx.Options{Sample: c.sample})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !r.Network.Input.Equal(c.sample) || r.Input.Layout != c.layout {
			t.Errorf("%s: reads %v, %s", name, r.Network.Input, r.Input.Layout)
		}
		x, want := ramp(n), float32(0)
		for i := range x {
			x[i] = float32(i%7) - 3
			want += x[i] * float32(i+1) / float32(n)
		}
		if got := infer(t, r, 1, x)[0]; got-want > 1e-3 || want-got > 1e-3 {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func ramp(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i+1) / float32(n)
	}
	return out
}

func FuzzConvert(f *testing.F) {
	for _, c := range cases(f) {
		f.Add(c.Model)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := raw.Decode(data)
		if err != nil {
			return
		}
		r, err := onnx.Convert("fuzz", m, onnx.Options{})
		if err != nil {
			return
		}
		if _, err := r.Network.Shapes(); err != nil {
			t.Fatalf("a network that does not fit together: %v", err)
		}
	})
}
