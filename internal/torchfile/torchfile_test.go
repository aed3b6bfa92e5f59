package torchfile_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/convert/onnx"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/internal/torchfile"
	"github.com/snntrain/snntrain/model"
)

// recorded is a tensor of testdata/expected.json, as PyTorch sees it.
type recorded struct {
	Name   string `json:"name"`
	Shape  []int  `json:"shape"`
	DType  string `json:"dtype"`
	Values []any  `json:"values"` // numbers, or "inf"
}

func expected(t *testing.T) map[string][]recorded {
	t.Helper()
	raw, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string][]recorded
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestWhatPyTorchWrote: every type, view and form, against what PyTorch says is in the file.
func TestWhatPyTorchWrote(t *testing.T) {
	for file, want := range expected(t) {
		got, err := torchfile.Read(filepath.Join("testdata", file))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if len(got.Tensors) != len(want) {
			t.Errorf("%s: %d tensors, want %d", file, len(got.Tensors), len(want))
			continue
		}
		for i, w := range want {
			compare(t, file, got.Tensors[i], w)
		}
	}
}

func compare(t *testing.T, file string, got torchfile.Tensor, want recorded) {
	t.Helper()
	if got.Name != want.Name || got.DType != want.DType || !slices.Equal(got.Shape, want.Shape) || got.Len() != len(want.Values) {
		t.Errorf("%s: %s %s %v with %d values, want %s %s %v with %d", file, got.Name, got.DType, got.Shape, got.Len(), want.Name, want.DType, want.Shape, len(want.Values))
		return
	}
	for i, v := range want.Values {
		w, number := v.(float64)
		if !number {
			w = math.Inf(1)
		}
		if len(got.Ints) > 0 && got.Ints[i] != int64(w) || len(got.Floats) > 0 && got.Floats[i] != float32(w) {
			t.Errorf("%s: %s[%d] differs: %v, %v, want %v", file, got.Name, i, got.Floats, got.Ints, want.Values)
			return
		}
	}
}

// TestRefused: files that hold code, or are none of torch.save, are refused with the reason.
func TestRefused(t *testing.T) {
	for file, want := range map[string]string{
		"module.pt":        `asks for "torch.nn.modules.container.Sequential": only state dictionaries are read, and no code is run; save with torch.save(model.state_dict(), path)`,
		"deflated.pt":      "is compressed, which torch.save never does",
		"make_fixtures.py": "neither safetensors nor a checkpoint of torch.save",
		"missing.pt":       "no such file",
	} {
		_, err := torchfile.Read(filepath.Join("testdata", file))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}

// checkpoint wraps a pickle with one storage of 6 float32 as torch.save does.
func checkpoint(t testing.TB, program string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range []struct {
		name string
		raw  []byte
	}{{"net/data.pkl", []byte(program)}, {"net/byteorder", []byte("little")}, {"net/data/0", make([]byte, 24)}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// text is BINUNICODE, small BININT1.
func text(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}
func small(n int) string { return "K" + string(rune(n)) }

// tensor is a state dictionary of one tensor with the given offset, extent and stride.
func tensor(offset, extent, stride, count string) string {
	return "\x80\x02}" + text("w") + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + count + "tQ" +
		offset + extent + "\x85" + stride + "\x85\x89}tRs."
}

// TestFaults: programs that ask for what is not there, or for too much.
func TestFaults(t *testing.T) {
	ok := tensor(small(0), small(6), small(1), small(6))
	if got, err := torchfile.Decode(checkpoint(t, ok), torchfile.DefaultLimits()); err != nil || len(got.Tensors) != 1 || got.Tensors[0].Len() != 6 {
		t.Fatalf("%v %v", got, err)
	}
	huge := "J\xff\xff\xff\x7f"
	for name, c := range map[string]struct{ program, want string }{
		"code":             {"\x80\x02cos\nsystem\n" + text("true") + "\x85R.", `asks for "os.system"`},
		"code, stack":      {"\x80\x04\x8c\x08builtins\x8c\x04eval\x93.", `asks for "builtins.eval"`},
		"opcode":           {"\x80\x02i.", "opcode 0x69"},
		"protocol":         {"\x80\x05.", "protocol 5"},
		"no end":           {"\x80\x02}", "bytes are missing"},
		"empty stack":      {"\x80\x02.", "the stack is empty"},
		"no mark":          {"\x80\x02}u.", "no mark"},
		"memo":             {"\x80\x02h\x05.", "memo 5"},
		"no dict":          {"\x80\x02K\x01.", "holds no dictionary"},
		"no tensors":       {"\x80\x02}" + text("lr") + "K\x01s.", `its keys: ["lr"]`},
		"text":             {"\x80\x02X\xff\xff\xff\xff.", "bytes of text"},
		"call of a number": {"\x80\x02K\x01)R.", "no function"},
		"odd pairs":        {"\x80\x02}(K\x01u.", "not in pairs"},
		"append to number": {"\x80\x02K\x01K\x02a.", "no list"},
		"attributes":       {"\x80\x02K\x01}b.", "has none"},
		"end":              {tensor(small(1), small(6), small(1), small(6)), `tensor "w": shape [6] with strides [1] from 1 ends at 6 of a storage of 6`},
		"start":            {tensor(small(6), small(1), small(1), small(6)), "starts at 6"},
		"negative":         {tensor("J\xff\xff\xff\xff", small(1), small(1), small(6)), "starts at -1"},
		"negative stride":  {tensor(small(5), small(2), "J\xff\xff\xff\xff", small(6)), "stride -1 is negative"},
		"huge":             {tensor(small(0), huge, small(0), small(6)), "more values than"},
		"huge stride":      {tensor(small(0), small(3), huge, small(6)), "ends at"},
		"storage":          {tensor(small(0), small(1), small(1), small(7)), "7 values of float32, the file has 24 bytes"},
		"key":              {strings.Replace(ok, text("0"), text("1"), 1), "without data/1"},
		"type":             {strings.Replace(ok, "FloatStorage", "QUInt8Storage", 1), `asks for "torch.QUInt8Storage"`},
	} {
		_, err := torchfile.Decode(checkpoint(t, c.program), torchfile.Limits{Values: 1 << 20})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestDamage: no flipped bit and no cut of a small file gives other values, or
// a panic. The names in a zip file's directory have no checksum; there a
// flipped bit may hide the entry "byteorder", so only the part before is held to it.
func TestDamage(t *testing.T) {
	raw, err := os.ReadFile("testdata/big_endian.pt")
	if err != nil {
		t.Fatal(err)
	}
	want, err := torchfile.Decode(raw, torchfile.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	directory := bytes.Index(raw, []byte("PK\x01\x02"))
	for i := range raw {
		for bit := range 8 {
			damaged := bytes.Clone(raw)
			damaged[i] ^= 1 << bit
			got, err := torchfile.Decode(damaged, torchfile.Limits{Values: 1000})
			if err == nil && i < directory && fmt.Sprint(got.Tensors) != fmt.Sprint(want.Tensors) {
				t.Fatalf("bit %d of byte %d was flipped: other content without a fault: %v", bit, i, got)
			}
		}
		if _, err := torchfile.Decode(raw[:i], torchfile.DefaultLimits()); err == nil {
			t.Fatalf("cut to %d of %d bytes without a fault", i, len(raw))
		}
	}
}

// old wraps a pickle with one storage of 6 float32 as torch.save did before PyTorch 1.6.
func old(protocol, object, keys string, count uint64, values int) []byte {
	raw := []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." + "\x80\x02M" + protocol + "." + "\x80\x02}." + object + "\x80\x02](" + keys + "e.")
	return append(binary.LittleEndian.AppendUint64(raw, count), make([]byte, 4*values)...)
}

func TestOldFaults(t *testing.T) {
	ok, all := tensor(small(0), small(6), small(1), small(6)), torchfile.DefaultLimits()
	if got, err := torchfile.Decode(old("\xe9\x03", ok, text("0"), 6, 6), all); err != nil || got.Tensors[0].Len() != 6 {
		t.Fatalf("%+v, %v", got, err)
	}
	for want, raw := range map[string][]byte{
		"5 values, its tensors expect 6, the file has 24 bytes left": old("\xe9\x03", ok, text("0"), 5, 6),
		"6 values, its tensors expect 6, the file has 20 bytes left": old("\xe9\x03", ok, text("0"), 6, 5),
		`storage "1" belongs to no tensor`:                           old("\xe9\x03", ok, text("1"), 6, 6),
		`storage "0" belongs to no tensor, or is there twice`:        old("\xe9\x03", ok, text("0")+text("0"), 6, 6),
		`storage "0" has no bytes`:                                   old("\xe9\x03", ok, "", 6, 6),
		"protocol 1000 of the form before PyTorch 1.6":               old("\xe8\x03", ok, text("0"), 6, 6),
		"is a view of another":                                       old("\xe9\x03", strings.Replace(ok, "tQ", "K\x01tQ", 1), text("0"), 6, 6),
	} {
		if _, err := torchfile.Decode(raw, all); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestRealCheckpoint: the ResNet-20 of data/models, saved by a PyTorch before 1.6.
func TestRealCheckpoint(t *testing.T) {
	got, err := torchfile.Read(testkit.Data(t, "models", "resnet20-12fca82f.th"))
	if err != nil {
		t.Fatal(err)
	}
	values := 0
	for _, g := range got.Tensors {
		if !strings.HasPrefix(g.Name, "module.") {
			t.Fatalf("a tensor is called %q", g.Name)
		}
		for _, v := range g.Floats {
			if math.IsNaN(float64(v)) || math.Abs(float64(v)) > 100 {
				t.Fatalf("%s holds %v", g.Name, v)
			}
		}
		values += len(g.Floats)
	}
	// 269 722 trainable values of ResNet-20 with convolution shortcuts replaced by padding, and two running statistics for each of 688 channels
	if len(got.Tensors) != 97 || values != 269722+2*688 {
		t.Errorf("%d tensors with %d values", len(got.Tensors), values)
	}
	sameAsONNX(t, got.Tensors)
	st, err := torchfile.Read(testkit.Data(t, "models", "mnist.safetensors"))
	if err != nil || len(st.Tensors) != 20 || st.Tensors[0].Name != "conv1.bias" || !slices.Equal(st.Tensors[0].Shape, []int{8}) {
		t.Errorf("mnist.safetensors: %+v, %v", st, err)
	}
}

// sameAsONNX: the same network was exported to ONNX by PyTorch itself; every array is there, bit for bit.
func sameAsONNX(t *testing.T, tensors []torchfile.Tensor) {
	t.Helper()
	r, err := onnx.Import(testkit.Data(t, "onnx", "resnet20", "resnet20.onnx"), onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range tensors {
		layer := strings.TrimPrefix(g.Name[:strings.LastIndexByte(g.Name, '.')], "module.")
		if layer == "linear" && strings.HasSuffix(g.Name, ".weight") {
			continue // its columns follow the order that the ONNX graph flattens in
		}
		found := false
		r.Network.Params(func(name string, p model.Param) {
			found = found || strings.Contains("."+name, "."+layer+".") && slices.Equal(p.Tensor.Data, g.Floats)
		})
		if !found {
			t.Errorf("%s: no such values in the ONNX file", g.Name)
		}
	}
}

// TestRoundTrip: what is written is read again, and is the same bytes every time.
func TestRoundTrip(t *testing.T) {
	f := &torchfile.File{Meta: map[string]string{"format": "pt"}, Tensors: []torchfile.Tensor{
		{Name: "a.beta", Shape: []int{}, DType: "float32", Floats: []float32{0.5}},
		{Name: "a.n", Shape: []int{2}, DType: "int64", Ints: []int64{-1, 1 << 40}},
		{Name: "b", Shape: []int{1, 2}, DType: "float32", Floats: []float32{1, -2}},
	}}
	raw, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := torchfile.Decode(raw, torchfile.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(f, got); d != "" {
		t.Error(d)
	}
	again, err := got.Encode()
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("other bytes: %v", err)
	}
	f.Tensors[1].Name = "b"
	if _, err := f.Encode(); err == nil {
		t.Error("a name twice was written")
	}
}

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.pt")
	if err != nil || len(files) < 5 {
		f.Fatal(files, err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, raw []byte) { check(t, raw) })
}

// FuzzPickle puts any program into a well-formed archive.
func FuzzPickle(f *testing.F) {
	f.Add([]byte(tensor(small(0), small(6), small(1), small(6))))
	f.Add([]byte("\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00ccollections\nOrderedDict\n](K\x01K\x02\x86e\x85R."))
	f.Fuzz(func(t *testing.T, program []byte) { check(t, checkpoint(t, string(program))) })
}

// check: what is read has as many values as its shape says.
func check(t *testing.T, raw []byte) {
	t.Helper()
	got, err := torchfile.Decode(raw, torchfile.Limits{Values: 1 << 16})
	if err != nil {
		return
	}
	for _, g := range got.Tensors {
		n := 1
		for _, d := range g.Shape {
			n *= d
		}
		if n != g.Len() {
			t.Fatalf("%s: shape %v with %d values", g.Name, g.Shape, g.Len())
		}
	}
}

// TestDoublesAreCounted: what float32 cannot hold is rounded, and said.
func TestDoublesAreCounted(t *testing.T) {
	header := `{"w":{"dtype":"F64","shape":[4],"data_offsets":[0,32]}}`
	raw := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	raw = append(raw, header...)
	for _, v := range []float64{0.5, 0.1, 1e300, math.NaN()} {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	f, err := torchfile.Decode(raw, torchfile.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	w := f.Tensors[0]
	if w.Rounded != 2 || w.Floats[0] != 0.5 || w.Floats[1] != 0.1 || !math.IsInf(float64(w.Floats[2]), 1) {
		t.Errorf("%+v, want 0.1 and 1e300 counted", w)
	}
}
