package kernels_test

import (
	"math"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

// rowsCase is a list of rows of a matrix. Values between rows and in rows that no event names are canaries.
type rowsCase struct {
	n, stride int
	w         guarded
	idx       []uint32
	scale     []float32
	dst       guarded
}

func drawRows(t *rapid.T) rowsCase {
	r := generator(t)
	c := rowsCase{n: rapid.OneOf(rapid.IntRange(0, 70), rapid.IntRange(0, 700)).Draw(t, "n")}
	c.stride = c.n + rapid.SampledFrom([]int{0, 0, 1, 7}).Draw(t, "gap")
	rows := rapid.IntRange(1, 40).Draw(t, "rows")
	c.idx = rapid.SliceOfN(rapid.Uint32Range(0, uint32(rows-1)), 0, 60).Draw(t, "idx")
	c.w = newGuarded((rows-1)*c.stride+c.n, rapid.IntRange(0, 17).Draw(t, "shift"))
	for _, k := range c.idx {
		fill(r, c.w.data[int(k)*c.stride:][:c.n])
	}
	c.scale = make([]float32, len(c.idx))
	fill(r, c.scale)
	c.dst = random(t, r, c.n)
	return c
}

func TestAddRowsEqualsItsDefinition(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		c := drawRows(t)
		want := slices.Clone(c.dst.data)
		for _, k := range c.idx {
			for j := range want {
				want[j] += c.w.data[int(k)*c.stride+j]
			}
		}
		l.AddRows(c.dst.data, c.w.data, c.stride, c.idx)
		sameBits(t, "dst", c.dst.data, want)
		c.dst.intact(t, nil)
	})
}

func TestAddScaledRowsEqualsItsDefinition(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		c := drawRows(t)
		want := slices.Clone(c.dst.data)
		for i, k := range c.idx {
			for j := range want {
				want[j] += float32(c.scale[i] * c.w.data[int(k)*c.stride+j])
			}
		}
		l.AddScaledRows(c.dst.data, c.w.data, c.stride, c.idx, c.scale)
		sameBits(t, "dst", c.dst.data, want)
		c.dst.intact(t, nil)
	})
}

func TestAddToRowsEqualsItsDefinition(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		c := drawRows(t)
		want := slices.Clone(c.w.all)
		start := cap(c.w.all) - cap(c.w.all[len(c.w.all)-margin-len(c.w.data):])
		for _, k := range c.idx {
			for j, v := range c.dst.data {
				want[start+int(k)*c.stride+j] += v
			}
		}
		l.AddToRows(c.w.data, c.stride, c.idx, c.dst.data)
		sameBits(t, "w", c.w.all, want)
	})
}

func TestAddColumnsEqualsItsDefinition(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		n, rows := rapid.IntRange(1, kernels.ColumnsAtOnce).Draw(t, "n"), rapid.IntRange(1, 40).Draw(t, "rows")
		ldx, step, stride := n+rapid.IntRange(0, 3).Draw(t, "gap of x"), rapid.IntRange(1, 3).Draw(t, "step"), 64+rapid.IntRange(0, 5).Draw(t, "gap")
		x, dst := random(t, r, (rows-1)*ldx+n), random(t, r, (n-1)*stride+64)
		words := rapid.SliceOfN(rapid.Uint64(), (rows-1)*step+1, (rows-1)*step+1).Draw(t, "words")
		want := slices.Clone(dst.data)
		up := rapid.Bool().Draw(t, "up")
		for row := range rows {
			if !up {
				row = rows - 1 - row
			}
			for i := range 64 {
				for j := range n {
					if words[row*step]>>i&1 == 1 {
						want[j*stride+i] += x.data[row*ldx+j]
					}
				}
			}
		}
		l.AddColumns(dst.data, stride, words, step, rows, x.data, ldx, n, up)
		sameBits(t, "dst", dst.data, want)
		dst.intact(t, nil)
	})
}

func TestTransposeBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := [64]uint64(rapid.SliceOfN(rapid.Uint64(), 64, 64).Draw(t, "src"))
		var dst [64]uint64
		kernels.TransposeBits(&dst, &src)
		for i := range 64 {
			for j := range 64 {
				if src[i]>>j&1 != dst[j]>>i&1 {
					t.Fatalf("bit %d of word %d is not bit %d of word %d", j, i, i, j)
				}
			}
		}
	})
}

func TestRowsPastTheEndPanic(t *testing.T) {
	w, dst := make([]float32, 100), make([]float32, 10)
	long := append(make([]uint32, 40), 10)
	for _, l := range kernels.Levels() {
		l.AddRows(dst, w, 10, []uint32{9})
		for name, f := range map[string]func(){
			"row 10 of 10":       func() { l.AddRows(dst, w, 10, []uint32{10}) },
			"in a long list":     func() { l.AddRows(dst, w, 10, long) },
			"first of the list":  func() { l.AddRows(dst, w, 10, append([]uint32{10}, make([]uint32, 40)...)) },
			"columns past dst":   func() { l.AddColumns(dst, 64, make([]uint64, 1), 1, 1, w, 1, 1, true) },
			"columns past x":     func() { l.AddColumns(w, 64, make([]uint64, 2), 1, 2, dst, 10, 1, true) },
			"columns past words": func() { l.AddColumns(w, 64, make([]uint64, 1), 1, 2, w, 1, 1, true) },
			"many columns":       func() { l.AddColumns(make([]float32, 1000), 64, make([]uint64, 1), 1, 1, w, 1, 7, true) },
			"to a row":           func() { l.AddToRows(w, 10, []uint32{10}, dst) },
			"past 64 bits":       func() { l.AddRows(dst, w, math.MaxInt, []uint32{1 << 31}) },
			"rows longer":        func() { l.AddRows(make([]float32, 101), w, 1, []uint32{0}) },
			"scaled":             func() { l.AddScaledRows(dst, w, 10, []uint32{10}, []float32{1}) },
			"one scale short":    func() { l.AddScaledRows(dst, w, 10, []uint32{1, 2}, []float32{1}) },
		} {
			mustPanic(t, l.String()+": "+name, f)
		}
	}
}
