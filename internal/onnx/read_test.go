package onnx_test

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
	"github.com/snntrain/snntrain/internal/onnx/onnxtest"
	"github.com/snntrain/snntrain/internal/testkit"
)

func small() *onnxtest.Builder {
	return onnxtest.New(17).Input("x", -1, 3).
		Const(onnxtest.Floats("w", []int64{3, 2}, 1, 2, 3, 4, 5, 6)).
		Node("MatMul", []string{"x", "w"}, []string{"y"}, nil).
		Node("Clip", []string{"y"}, []string{"z"}, onnxtest.Attrs{
			"i": 3, "f": float32(0.5), "s": "text", "is": []int64{1, 2}, "fs": []float32{1.5}, "t": onnxtest.Ints("", []int64{1}, 9),
		}).Output("z")
}

func TestDecode(t *testing.T) {
	got, err := onnx.Decode(small().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := &onnx.Model{
		IR: 8, Opset: 17, Inputs: []onnx.Input{{Name: "x", Type: onnx.Float32, Dims: []onnx.Dim{{Size: -1, Name: "d0"}, {Size: 3}}}},
		Outputs:   []string{"z"},
		Constants: map[string]*onnx.Tensor{"w": {Type: onnx.Float32, Dims: []int{3, 2}, Floats: []float32{1, 2, 3, 4, 5, 6}}},
		Nodes: []onnx.Node{
			{Name: "node y", Op: "MatMul", Inputs: []string{"x", "w"}, Outputs: []string{"y"}},
			{Name: "node z", Op: "Clip", Inputs: []string{"y"}, Outputs: []string{"z"}, Attrs: []onnx.Attr{
				{Name: "f", Kind: onnx.AttrFloat, Float: 0.5},
				{Name: "fs", Kind: onnx.AttrFloats, Floats: []float32{1.5}},
				{Name: "i", Kind: onnx.AttrInt, Int: 3},
				{Name: "is", Kind: onnx.AttrInts, Ints: []int64{1, 2}},
				{Name: "s", Kind: onnx.AttrString, String: "text"},
				{Name: "t", Kind: onnx.AttrTensor, Tensor: &onnx.Tensor{Type: onnx.Int64, Dims: []int{1}, Ints: []int64{9}}},
			}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestTypes: every type is read alike from raw bytes and from its own field.
func TestTypes(t *testing.T) {
	le := binary.LittleEndian
	for typ, c := range map[onnx.Type]struct {
		raw   []byte
		typed *onnxpb.TensorProto
		want  any
	}{
		onnx.Float32:  {le.AppendUint32(nil, math.Float32bits(-1.5)), &onnxpb.TensorProto{FloatData: []float32{-1.5}}, float32(-1.5)},
		onnx.Float64:  {le.AppendUint64(nil, math.Float64bits(0.1)), &onnxpb.TensorProto{DoubleData: []float64{0.1}}, float32(0.1)},
		onnx.Float16:  {[]byte{0x01, 0xc0}, &onnxpb.TensorProto{Int32Data: []int32{0xc001}}, float32(-2.001953125)},
		onnx.Bfloat16: {[]byte{0xc0, 0x3f}, &onnxpb.TensorProto{Int32Data: []int32{0x3fc0}}, float32(1.5)},
		onnx.Int8:     {[]byte{0xfe}, &onnxpb.TensorProto{Int32Data: []int32{-2}}, int64(-2)},
		onnx.Uint8:    {[]byte{0xfe}, &onnxpb.TensorProto{Int32Data: []int32{254}}, int64(254)},
		onnx.Int16:    {[]byte{0xfe, 0xff}, &onnxpb.TensorProto{Int32Data: []int32{-2}}, int64(-2)},
		onnx.Uint16:   {[]byte{0xfe, 0xff}, &onnxpb.TensorProto{Int32Data: []int32{65534}}, int64(65534)},
		onnx.Int32:    {[]byte{0xfe, 0xff, 0xff, 0xff}, &onnxpb.TensorProto{Int32Data: []int32{-2}}, int64(-2)},
		onnx.Uint32:   {[]byte{0xfe, 0xff, 0xff, 0xff}, &onnxpb.TensorProto{Uint64Data: []uint64{4294967294}}, int64(4294967294)},
		onnx.Int64:    {le.AppendUint64(nil, uint64(math.MaxInt64)), &onnxpb.TensorProto{Int64Data: []int64{math.MaxInt64}}, int64(math.MaxInt64)},
		onnx.Uint64:   {le.AppendUint64(nil, 7), &onnxpb.TensorProto{Uint64Data: []uint64{7}}, int64(7)},
		onnx.Bool:     {[]byte{1}, &onnxpb.TensorProto{Int32Data: []int32{1}}, int64(1)},
	} {
		for _, p := range []*onnxpb.TensorProto{{RawData: c.raw}, c.typed} {
			p.Name, p.DataType, p.Dims = proto.String("c"), proto.Int32(int32(typ)), []int64{1}
			m, err := onnx.Decode(small().Const(p).Bytes())
			if err != nil {
				t.Errorf("%v: %v", typ, err)
				continue
			}
			got := m.Constants["c"]
			want := &onnx.Tensor{Type: typ, Dims: []int{1}}
			if v, ok := c.want.(float32); ok {
				want.Floats = []float32{v}
				if typ == onnx.Float64 {
					want.Rounded = 1 // 0.1
				}
			} else {
				want.Ints = []int64{c.want.(int64)}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%v: %s", typ, d)
			}
		}
	}
}

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float32{
		0: 0, 1: 1.0 / (1 << 24), 0x03ff: 1023.0 / (1 << 24), 0x0400: 1.0 / (1 << 14), 0x3c00: 1, 0x7bff: 65504,
		0x8001: -1.0 / (1 << 24), 0x7c00: float32(math.Inf(1)), 0xfc00: float32(math.Inf(-1)),
	} {
		p := &onnxpb.TensorProto{Name: proto.String("h"), DataType: proto.Int32(int32(onnx.Float16)), RawData: []byte{byte(bits), byte(bits >> 8)}}
		m, err := onnx.Decode(small().Const(p).Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Constants["h"].Floats[0]; got != want {
			t.Errorf("%#04x is %v, want %v", bits, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	whole := small().Bytes()
	for want, raw := range map[string][]byte{
		"file: is empty": nil,
		"bytes are no ONNX model: truncated, corrupted, or another format": whole[:len(whole)/2],
		"holds no graph: truncated, or no ONNX model":                      {8, 8},
		"opset 23 is outside 7 to 22":                                      onnxtest.New(23).Bytes(),
		"opset 6 is outside 7 to 22":                                       onnxtest.New(6).Bytes(),
		`node 0 "node b" (Relu): reads "a", which nothing before it gives`: onnxtest.New(9).Node("Relu", []string{"a"}, []string{"b"}, nil).Bytes(),
		`gives "x", which is given already`:                                onnxtest.New(9).Input("x", 1).Node("Relu", []string{"x"}, []string{"x"}, nil).Bytes(),
		`output "q": no node gives it`:                                     small().Output("q").Bytes(),
		`constant "w": the name is used twice`:                             small().Const(onnxtest.Floats("w", nil, 1)).Bytes(),
		`constant "v": shape [2 2] takes 4 values, the file holds 3`:       small().Const(onnxtest.Floats("v", []int64{2, 2}, 1, 2, 3)).Bytes(),
		`constant "v": shape [-1] is out of range`:                         small().Const(onnxtest.Floats("v", []int64{-1})).Bytes(),
		`constant "v": shape [4294967296 4294967296] is out of range`:      small().Const(onnxtest.Floats("v", []int64{1 << 32, 1 << 32})).Bytes(),
		`constant "v": values are STRING, which is not read`: small().Const(&onnxpb.TensorProto{
			Name: proto.String("v"), DataType: proto.Int32(8),
		}).Bytes(),
		`FLOAT of shape [2] takes 8 bytes, the file holds 7`: small().Const(&onnxpb.TensorProto{
			Name: proto.String("v"), DataType: proto.Int32(1), Dims: []int64{2}, RawData: make([]byte, 7),
		}).Bytes(),
		`attribute "value": values are UNDEFINED`: onnxtest.New(9).Node("Constant", nil, []string{"c"}, onnxtest.Attrs{"value": &onnxpb.TensorProto{}}).Bytes(),
	} {
		if _, err := onnx.Decode(raw); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// outside makes a model whose weights lie in another file.
func outside(t *testing.T, folder, location, offset, length string) string {
	t.Helper()
	w := &onnxpb.TensorProto{
		Name: proto.String("v"), DataType: proto.Int32(1), Dims: []int64{2}, DataLocation: onnxpb.TensorProto_EXTERNAL.Enum(),
		ExternalData: []*onnxpb.StringStringEntryProto{
			{Key: proto.String("location"), Value: &location}, {Key: proto.String("offset"), Value: &offset}, {Key: proto.String("length"), Value: &length},
		},
	}
	path := filepath.Join(folder, "m.onnx")
	if err := os.WriteFile(path, small().Const(w).Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExternalData(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "model")
	if err := os.MkdirAll(filepath.Join(folder, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	data := binary.LittleEndian.AppendUint32(make([]byte, 4), math.Float32bits(1.5))
	data = binary.LittleEndian.AppendUint32(data, math.Float32bits(-2))
	for _, name := range []string{"sub/w.bin", "../secret.bin"} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret.bin", filepath.Join(folder, "link.bin")); err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Read(outside(t, folder, "sub/w.bin", "4", "8"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float32{1.5, -2}, m.Constants["v"].Floats); d != "" {
		t.Error(d)
	}
	for _, c := range []struct{ location, offset, length, want string }{
		{"../secret.bin", "4", "8", "lies outside the folder of the model"},
		{filepath.Join(folder, "sub/w.bin"), "4", "8", "lies outside the folder of the model"},
		{"link.bin", "4", "8", "cannot be opened in the folder of the model"},
		{"none.bin", "4", "8", "no such file beside the model"},
		{"sub", "4", "8", "is no file"},
		{"sub/w.bin", "8", "8", "8 bytes at 8 are wanted, the file has 12"},
		{"sub/w.bin", "-4", "8", `offset "-4" is no number from 0`},
		{"sub/w.bin", strconv.Itoa(math.MaxInt64), "8", "are wanted, the file has 12"},
		{"sub/w.bin", "0", "12", "12 bytes, the shape takes 8"},
		{"", "0", "8", "names no file"},
	} {
		if _, err := onnx.Read(outside(t, folder, c.location, c.offset, c.length)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q at %s: got %v, want %s", c.location, c.offset, err, c.want)
		}
	}
	if _, err := onnx.Read(filepath.Join(folder, "nowhere.onnx")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("missing file: %v", err)
	}
}

// TestTruncated: no prefix of a real file is read as a model.
func TestTruncated(t *testing.T) {
	raw, err := os.ReadFile(testkit.Data(t, "onnx", "dnnv", "lenet.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := onnx.Decode(raw); err != nil {
		t.Fatal(err)
	}
	for n := range raw {
		if _, err := onnx.Decode(raw[:n]); err == nil {
			t.Errorf("the first %d of %d bytes pass for a model", n, len(raw))
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(small().Bytes())
	f.Add(onnxtest.New(11).Input("x", 1, 2, 4, 4).Const(onnxtest.Floats("w", []int64{2, 2, 1, 1}, 1, 2, 3, 4)).
		Node("Conv", []string{"x", "w"}, []string{"y"}, onnxtest.Attrs{"pads": []int64{0, 0, 0, 0}}).Output("y").Bytes())
	f.Fuzz(func(_ *testing.T, raw []byte) {
		m, err := onnx.Decode(raw)
		if err != nil {
			return
		}
		for name, c := range m.Constants {
			n := 1
			for _, d := range c.Dims {
				n *= d
			}
			if n != c.Len() {
				panic(name + ": the shape does not fit the values")
			}
		}
	})
}
