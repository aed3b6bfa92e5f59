package npy_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/npy"
)

func TestReadWhatWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	if err := npy.WriteInt32(path, []int{2, 2}, []int32{1, -2, 1 << 30, 0}); err != nil {
		t.Fatal(err)
	}
	a, err := npy.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Int32s(); err != nil || !slices.Equal(got, []int32{1, -2, 1 << 30, 0}) || !slices.Equal(a.Shape, []int{2, 2}) {
		t.Errorf("%v %v %v", got, a.Shape, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x93NUMPY\x01\x00\x46\x00{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }            \n\x01\x00\x02\x00"))
	f.Add([]byte("\x93NUMPY"))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		if a, err := npy.Decode(raw); err == nil {
			_, _ = a.Int32s()
		}
	})
}
