package kernels_test

import (
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

func TestAddRowListsIsAddRowsOfEach(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		n, rows := rapid.IntRange(1, 100).Draw(t, "n"), rapid.IntRange(1, 70).Draw(t, "rows")
		ld, stride := n+rapid.SampledFrom([]int{0, 1, 32}).Draw(t, "gap in w"), n+rapid.SampledFrom([]int{0, 1, 32}).Draw(t, "gap in dst")
		w := make([]float32, rows*ld)
		fill(r, w)
		start, idx := []uint32{uint32(rapid.IntRange(0, 3).Draw(t, "first"))}, make([]uint32, 3)
		for range rapid.IntRange(1, 7).Draw(t, "lists") {
			idx = append(idx[:start[len(start)-1]], rapid.SliceOfN(rapid.Uint32Range(0, uint32(rows-1)), 0, 30).Draw(t, "list")...)
			start = append(start, uint32(len(idx)))
		}
		dst := random(t, r, (len(start)-2)*stride+n)
		want := slices.Clone(dst.data)
		for i := range len(start) - 1 {
			l.AddRows(want[i*stride:i*stride+n], w, ld, idx[start[i]:start[i+1]])
		}
		l.AddRowLists(dst.data, stride, w, ld, n, rows, start, idx)
		sameBits(t, "dst", dst.data, want)
		dst.intact(t, nil)
	})
}

func TestAddRowListsRefusesWhatDoesNotFit(t *testing.T) {
	w, dst := make([]float32, 64*8), make([]float32, 128)
	for name, call := range map[string]func(){
		"a short dst":      func() { kernels.AddRowLists(dst[:127], 64, w, 64, 64, 8, []uint32{0, 1, 1}, []uint32{0}) },
		"a short stride":   func() { kernels.AddRowLists(dst, 63, w, 64, 64, 8, []uint32{0, 1, 1}, []uint32{0}) },
		"a row too many":   func() { kernels.AddRowLists(dst, 64, w, 64, 64, 8, []uint32{0, 1}, []uint32{8}) },
		"a list too long":  func() { kernels.AddRowLists(dst, 64, w, 64, 64, 8, []uint32{0, 2}, []uint32{0}) },
		"a list backwards": func() { kernels.AddRowLists(dst, 64, w, 64, 64, 8, []uint32{1, 0, 1}, []uint32{0}) },
		"a short w":        func() { kernels.AddRowLists(dst, 64, w[:500], 64, 64, 8, []uint32{0, 1}, []uint32{0}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was taken", name)
				}
			}()
			call()
		}()
	}
}

func TestPackTiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, rows := rapid.IntRange(1, 100).Draw(t, "n"), rapid.IntRange(1, 20).Draw(t, "rows")
		w := make([]float32, rows*n)
		fill(generator(t), w)
		tiles := kernels.PackTiles(slices.Repeat([]float32{7}, 4000), w, n, rows)
		for i, v := range tiles {
			var want float32
			if j := i/(rows*kernels.TileColumns)*kernels.TileColumns + i%kernels.TileColumns; j < n {
				want = w[i/kernels.TileColumns%rows*n+j]
			}
			if v != want {
				t.Fatalf("value %d is %v, want %v", i, v, want)
			}
		}
	})
}
