package npy_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sbinet/npyio"

	"github.com/snntrain/snntrain/internal/npy"
)

func TestRoundTripThroughNpyio(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	want := []float32{1, -2.5, 3e-9, 4, 5, 6}
	if err := npy.WriteFloat32(path, []int{2, 3}, want); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := npyio.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float32, 6)
	if err := r.Read(&got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int{2, 3}, r.Header.Descr.Shape); d != "" {
		t.Error(d)
	}
}

func TestOneAxisIsATuple(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	if err := npy.WriteInt32(path, []int{3}, []int32{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := 128 + 12; len(raw) != want {
		t.Errorf("file has %d bytes, want %d: header padded to 64", len(raw), want)
	}
}
