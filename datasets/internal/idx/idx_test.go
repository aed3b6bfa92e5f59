package idx_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets/internal/idx"
)

func TestRead(t *testing.T) {
	raw := []byte{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6}
	shape, data, err := idx.Read(bytes.NewReader(raw), int64(len(raw)), 2)
	if err != nil || !slices.Equal(shape, []int{2, 3}) || !slices.Equal(data, []byte{1, 2, 3, 4, 5, 6}) {
		t.Errorf("shape %v, data %v, %v", shape, data, err)
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		raw  []byte
		dims int
		want string
	}{
		{nil, 1, "truncated in the magic number"},
		{[]byte{0, 0, 8}, 1, "truncated in the magic number"},
		{[]byte{0, 0, 13, 1, 0, 0, 0, 1, 0}, 1, "magic number 0x00000d01, want 0x00000801"},
		{[]byte{0, 0, 8, 1, 0, 0}, 1, "truncated in the header of 8 bytes"},
		{[]byte{0, 0, 8, 1, 0, 0, 0, 0}, 1, "shape [0] is empty"},
		{[]byte{0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff, 0}, 1, "truncated: shape [4294967295], at most 1 bytes follow"},
		{[]byte{0, 0, 8, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 3, "at most 0 bytes follow"},
		{[]byte{0, 0, 8, 1, 0, 0, 0, 1, 7, 8}, 1, "oversized: more than the 1 values of shape [1]"},
	} {
		_, _, err := idx.Read(bytes.NewReader(c.raw), int64(len(c.raw)), c.dims)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("% x: got %v, want %s", c.raw, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte{0, 0, 8, 1, 0, 0, 0, 2, 1, 2}, 1)
	f.Add([]byte{0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 9, 8}, 3)
	f.Add([]byte{0, 0, 8, 3, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2, 0, 0, 0, 1}, 3)
	f.Fuzz(func(t *testing.T, raw []byte, dims int) {
		dims = 1 + (dims%3+3)%3
		shape, data, err := idx.Read(bytes.NewReader(raw), int64(len(raw)), dims)
		if err != nil {
			return
		}
		n := 1
		for _, d := range shape {
			n *= d
		}
		if len(shape) != dims || n != len(data) || 4+4*dims+n != len(raw) {
			t.Errorf("shape %v, %d values out of %d bytes", shape, len(data), len(raw))
		}
	})
}
