package kernels_test

import (
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

func TestAddTiledRowsEqualsAddRows(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		n, rows := rapid.IntRange(1, 100).Draw(t, "n"), rapid.IntRange(1, 70).Draw(t, "rows")
		w := make([]float32, rows*n)
		fill(r, w)
		tiles := kernels.PackTiles(nil, w, n, rows)
		columns := len(tiles) / rows
		stride := columns + rapid.SampledFrom([]int{0, 1, 32}).Draw(t, "gap")
		start, idx := []uint32{uint32(rapid.IntRange(0, 3).Draw(t, "first"))}, make([]uint32, 3)
		for range rapid.IntRange(1, 7).Draw(t, "lists") {
			idx = append(idx[:start[len(start)-1]], rapid.SliceOfN(rapid.Uint32Range(0, uint32(rows-1)), 0, 30).Draw(t, "list")...)
			start = append(start, uint32(len(idx)))
		}
		dst := random(t, r, (len(start)-2)*stride+columns)
		want := slices.Clone(dst.data)
		for i := range len(start) - 1 {
			l.AddRows(want[i*stride:i*stride+n], w, n, idx[start[i]:start[i+1]])
		}
		l.AddTiledRows(dst.data, stride, tiles, rows, start, idx)
		sameBits(t, "dst", dst.data, want)
		dst.intact(t, nil)
	})
}

func TestAddTiledRowsRefusesWhatDoesNotFit(t *testing.T) {
	tiles := make([]float32, 64*8)
	for name, call := range map[string]func(){
		"a short dst":       func() { kernels.AddTiledRows(make([]float32, 127), 64, tiles, 8, []uint32{0, 1, 1}, []uint32{0}) },
		"a short stride":    func() { kernels.AddTiledRows(make([]float32, 128), 63, tiles, 8, []uint32{0, 1, 1}, []uint32{0}) },
		"a row too many":    func() { kernels.AddTiledRows(make([]float32, 64), 64, tiles, 8, []uint32{0, 1}, []uint32{8}) },
		"a list too long":   func() { kernels.AddTiledRows(make([]float32, 64), 64, tiles, 8, []uint32{0, 2}, []uint32{0}) },
		"a list backwards":  func() { kernels.AddTiledRows(make([]float32, 128), 64, tiles, 8, []uint32{1, 0, 1}, []uint32{0}) },
		"tiles cut through": func() { kernels.AddTiledRows(make([]float32, 64), 64, tiles[:500], 8, []uint32{0, 1}, []uint32{0}) },
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
