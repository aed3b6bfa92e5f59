package tensorfile_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/tensorfile"
)

func example() *tensorfile.File {
	f := &tensorfile.File{Meta: map[string]string{"note": `{"a": 1}`, "empty": ""}}
	f.Add("b", []int{2, 2}, []float32{1, -2, 3.5, 0})
	f.Add("a.weight", []int{3}, []float32{1e-30, 7, 8})
	f.Add("none", []int{0}, []float32{})
	f.AddInt("i8", []int{2, 1}, []int32{-128, 127})
	f.AddInt("i16", []int{1}, []int32{-300})
	f.AddInt("i32", []int{3}, []int32{1 << 30, -1 << 31, 0})
	f.AddInt("noints", []int{0}, nil)
	return f
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.safetensors")
	if err := example().Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := tensorfile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	want := example()
	slices.SortFunc(want.Tensors, func(a, b tensorfile.Tensor) int { return strings.Compare(a.Name, b.Name) })
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSameContentSameBytes(t *testing.T) {
	a, err := example().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		f := example()
		f.Tensors[0], f.Tensors[2] = f.Tensors[2], f.Tensors[0]
		b, err := f.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Fatal("the bytes depend on the order of adding")
		}
	}
}

// TestEveryFlippedBitIsFound before anything is returned.
func TestEveryFlippedBitIsFound(t *testing.T) {
	raw, err := example().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			damaged := bytes.Clone(raw)
			damaged[i] ^= 1 << bit
			got, err := tensorfile.Decode(damaged)
			if err == nil && cmp.Diff(must(tensorfile.Decode(raw)), got) != "" {
				t.Fatalf("bit %d of byte %d was flipped: other content without a fault", bit, i)
			}
		}
	}
	for n := range raw {
		if _, err := tensorfile.Decode(raw[:n]); err == nil {
			t.Fatalf("cut to %d of %d bytes without a fault", n, len(raw))
		}
	}
}

func must(f *tensorfile.File, err error) *tensorfile.File {
	if err != nil {
		panic(err)
	}
	return f
}

func TestFaults(t *testing.T) {
	f := example()
	f.Add("b", []int{1}, []float32{1})
	if _, err := f.Encode(); err == nil || !strings.Contains(err.Error(), `array "b" is there twice`) {
		t.Errorf("name twice: %v", err)
	}
	g := &tensorfile.File{}
	g.Add("x", []int{3}, []float32{1})
	if _, err := g.Encode(); err == nil || !strings.Contains(err.Error(), `array "x"`) {
		t.Errorf("shape and data differ: %v", err)
	}
	if _, err := tensorfile.Read(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a missing file was read")
	}
}

func FuzzDecode(f *testing.F) {
	raw, err := example().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte{})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 127})
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = tensorfile.Decode(raw) })
}
