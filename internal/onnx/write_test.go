package onnx_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/onnx"
)

func written() *onnx.Model {
	return &onnx.Model{
		IR: 8, Opset: 13, Producer: "test",
		Inputs:  []onnx.Input{{Name: "x", Type: onnx.Float32, Dims: []onnx.Dim{{Size: -1, Name: "N"}, {Size: 3}}}},
		Outputs: []string{"y"},
		Nodes: []onnx.Node{{Name: "n", Op: "Gemm", Inputs: []string{"x", "w", ""}, Outputs: []string{"y"}, Attrs: []onnx.Attr{
			{Name: "transB", Kind: onnx.AttrInt, Int: 1},
			{Name: "alpha", Kind: onnx.AttrFloat, Float: 0.5},
			{Name: "s", Kind: onnx.AttrString, String: "same"},
			{Name: "i", Kind: onnx.AttrInts, Ints: []int64{1, -2}},
			{Name: "f", Kind: onnx.AttrFloats, Floats: []float32{1.5}},
		}}},
		Constants: map[string]*onnx.Tensor{
			"w": {Type: onnx.Float32, Dims: []int{2, 3}, Floats: []float32{1, -2, 3, 4, 5, 6.5}},
			"a": {Type: onnx.Int8, Dims: []int{3}, Ints: []int64{-128, 0, 127}},
			"b": {Type: onnx.Uint8, Dims: []int{1}, Ints: []int64{255}},
			"c": {Type: onnx.Int32, Dims: []int{}, Ints: []int64{-1 << 31}},
			"d": {Type: onnx.Int64, Dims: []int{1}, Ints: []int64{-7}},
		},
	}
}

func TestEncodeIsRead(t *testing.T) {
	raw, err := onnx.Encode(written())
	if err != nil {
		t.Fatal(err)
	}
	got, err := onnx.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := written()
	want.Constants["c"].Dims = nil
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestEncodeFaults(t *testing.T) {
	for want, damage := range map[string]func(m *onnx.Model){
		`constant "w": shape [2 3] takes 6 values, there are 1`:   func(m *onnx.Model) { m.Constants["w"].Floats = []float32{1} },
		`constant "w": values of type DOUBLE are not written`:     func(m *onnx.Model) { m.Constants["w"].Type = onnx.Float64 },
		`node "n": attribute "s" is of a kind that is not writte`: func(m *onnx.Model) { m.Nodes[0].Attrs[2].Kind = onnx.AttrTensor },
	} {
		m := written()
		damage(m)
		if _, err := onnx.Encode(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
