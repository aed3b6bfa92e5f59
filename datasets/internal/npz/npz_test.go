package npz_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	npyio "github.com/sbinet/npyio/npz"
	"github.com/snntrain/snntrain/datasets/internal/npz"
)

// member is a .npy file with the given dictionary.
func member(dict string, raw ...byte) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), byte(len(dict)>>8))
	return append(append(b, dict...), raw...)
}

// archive is a .npz file without checksums; size > 0 overrides the size that the directory claims.
func archive(t testing.TB, size uint64, names []string, members ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, m := range members {
		h := &zip.FileHeader{Name: names[i] + ".npy", Method: zip.Store, UncompressedSize64: uint64(len(m)), CompressedSize64: uint64(len(m))}
		if size > 0 {
			h.UncompressedSize64 = size
		}
		w, err := z.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(m)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The file is written by another implementation of the format.
func TestReadsWhatNpyioWrites(t *testing.T) {
	path := t.TempDir() + "/own.npz"
	if err := npyio.Write(path, map[string]any{
		"f8": []float64{1.5, -2}, "f4": []float32{0.25, 4}, "u1": []uint8{7, 255}, "i1": []int8{-1, 5},
		"i2": []int16{-300, 5}, "i4": []int32{-70000, 5}, "i8": []int64{-1 << 20, 5}, "b1": []bool{true, false},
	}); err != nil {
		t.Fatal(err)
	}
	a, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for key, want := range map[string][]float32{
		"f8": {1.5, -2}, "f4": {0.25, 4}, "u1": {7, 255}, "i1": {-1, 5},
		"i2": {-300, 5}, "i4": {-70000, 5}, "i8": {-1 << 20, 5}, "b1": {1, 0},
	} {
		x, err := a.Read(key)
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		got := make([]float32, 2)
		x.Floats(got, 0)
		if !slices.Equal(got, want) || !slices.Equal(x.Shape, []int{2}) || x.Type != key || x.Len() != 2 {
			t.Errorf("%s: %v of shape %v, type %s, want %v", key, got, x.Shape, x.Type, want)
		}
		x.Floats(got[:1], 1)
		if got[0] != want[1] {
			t.Errorf("%s from 1: %v, want %v", key, got[0], want[1])
		}
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct {
		dict string
		raw  []byte
		want []int32
		err  string
	}{
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0}, []int32{1, 0}, ""},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n", []byte{0, 0, 0xc0, 0x7f}, nil, "label 0 is NaN, must be a whole number 0..9"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n", []byte{0, 0, 0, 0x3f}, nil, "label 0 is 0.5"},
		{"{'descr': '<i2', 'fortran_order': False, 'shape': (2,1), }\n", []byte{9, 0, 10, 0}, nil, "label 1 is 10"},
		{"{'shape': (2,), 'fortran_order': True, 'descr': '|b1'}", []byte{1, 0}, []int32{1, 0}, ""},
	} {
		raw := archive(t, 0, []string{"y"}, member(c.dict, c.raw...))
		a, err := npz.New(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		y, err := a.Read("y")
		if err != nil {
			t.Fatal(err)
		}
		got, err := y.Labels(10)
		if !slices.Equal(got, c.want) || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, %v", c.dict, got, err)
		}
	}
}

func TestFaults(t *testing.T) {
	const dict = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }\n"
	for _, c := range []struct {
		name, want string
		raw        []byte
	}{
		{"no zip", "not an .npz archive", []byte("PK no")},
		{"key", `no array "y"; did you mean "x"? it holds x`, archive(t, 0, []string{"x"}, member(dict, 1, 2, 3, 4))},
		{"bomb", `array "y": claims 1000000 bytes out of 74, limit 77400`, archive(t, 1000000, []string{"y"}, member(dict, 1, 2, 3, 4))},
		{"large", "limit 4294967296", archive(t, 1<<62, []string{"y"}, append(member(dict), make([]byte, 5<<20)...))},
		{"short", `array "y": 3 bytes of values, shape [2 2] of u1 takes 4`, archive(t, 0, []string{"y"}, member(dict, 1, 2, 3))},
		{"long", "5 bytes of values, shape [2 2] of u1 takes 4", archive(t, 0, []string{"y"}, member(dict, 1, 2, 3, 4, 5))},
		{"overflow", "exceeds the limit of 4294967296 bytes", archive(t, 0, []string{"y"}, member("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n"))},
		{"huge dimension", "value out of range", archive(t, 0, []string{"y"}, member("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }\n"))},
		{"dimensions", "9 dimensions, limit 8", archive(t, 0, []string{"y"}, member("{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }\n"))},
		{"magic", `magic "NUMPY1", want`, archive(t, 0, []string{"y"}, []byte("NUMPY12345678"))},
		{"empty", "truncated header", archive(t, 0, []string{"y"}, []byte{})},
		{"version", "format version 9, known: 1, 2, 3", archive(t, 0, []string{"y"}, []byte("\x93NUMPY\x09\x00\x00\x00"))},
		{"header length", "header of 4294967295 bytes, limit 65536", archive(t, 0, []string{"y"}, []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"))},
		{"structured", "lacks a plain descr", archive(t, 0, []string{"y"}, member("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }\n"))},
		{"big-endian", `type ">f4", known`, archive(t, 0, []string{"y"}, member("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }\n"))},
		{"object", `type "|O", known`, archive(t, 0, []string{"y"}, member("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := npz.New(bytes.NewReader(c.raw), int64(len(c.raw)))
			if err == nil {
				_, err = a.Read("y")
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestNotFinite(t *testing.T) {
	raw := binary.LittleEndian.AppendUint64(make([]byte, 8), 0x7ff0000000000000)
	z := archive(t, 0, []string{"y"}, member("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", raw...))
	a, err := npz.New(bytes.NewReader(z), int64(len(z)))
	if err != nil {
		t.Fatal(err)
	}
	y, err := a.Read("y")
	if err != nil || y.NotFinite() != 1 {
		t.Errorf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, kind := range []string{"|u1", "<f4", "<i8", "|b1"} {
		dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (2, 1), }\n", kind)
		f.Add(archive(f, 0, []string{"y"}, member(dict, make([]byte, 2*int(kind[2]-'0'))...)))
	}
	f.Add(archive(f, 1<<40, []string{"y"}, member("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296,), }\n")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := npz.New(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		for _, key := range a.Keys() {
			x, err := a.Read(key)
			if err != nil {
				continue
			}
			n := 1
			for _, d := range x.Shape {
				n *= d
			}
			if n != x.Len() {
				t.Errorf("shape %v, %d values", x.Shape, x.Len())
			}
			x.Floats(make([]float32, n), 0)
			if labels, err := x.Labels(10); err == nil && (len(labels) != n || n > 0 && slices.Max(labels) > 9) {
				t.Errorf("labels %v", labels)
			}
			if i := x.NotFinite(); i >= n {
				t.Errorf("value %d of %d", i, n)
			}
		}
	})
}

// FuzzHeader reaches deeper than FuzzRead: the archive around the bytes is sound.
func FuzzHeader(f *testing.F) {
	f.Add(member("{'descr': '<i2', 'fortran_order': False, 'shape': (1, 2), }\n", 1, 2, 3, 4))
	f.Add(member("{'shape': (), 'descr': '|u1', 'fortran_order': True}", 1))
	f.Fuzz(func(t *testing.T, m []byte) {
		raw := archive(t, 0, []string{"y"}, m)
		a, err := npz.New(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		x, err := a.Read("y")
		if err != nil {
			return
		}
		if h, err := a.Header("y"); err != nil || !cmp.Equal(h.Shape, x.Shape) {
			t.Errorf("header %v (%v), array %v", h.Shape, err, x.Shape)
		}
		x.Floats(make([]float32, x.Len()), 0)
	})
}
