package kernels_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

// windowsCase is a list with windows on a matrix whose other values are canaries.
type windowsCase struct {
	n, stride int
	w         guarded
	sums      kernels.Windows
	first     []float32
	dst       guarded
}

func drawWindows(t *rapid.T) *windowsCase {
	r := generator(t)
	c := &windowsCase{n: rapid.OneOf(rapid.IntRange(1, 40), rapid.IntRange(1, 300)).Draw(t, "n")}
	c.stride = c.n + rapid.SampledFrom([]int{0, 0, 1, 7}).Draw(t, "gap")
	rows := rapid.IntRange(1, 40).Draw(t, "rows")
	c.w = newGuarded((rows-1)*c.stride+c.n, rapid.IntRange(0, 17).Draw(t, "shift"))
	c.sums.Start = []uint32{0}
	const offset = 50 // entries are numbers of rows, and as much more
	for range rapid.IntRange(1, 8).Draw(t, "parts") {
		part := rapid.SliceOfN(rapid.Uint32Range(0, uint32(rows-1)), 0, 20).Draw(t, "part")
		slices.Sort(part)
		for _, row := range part {
			fill(r, c.w.data[int(row)*c.stride:][:c.n])
			c.sums.Index = append(c.sums.Index, row+offset)
		}
		c.sums.Start = append(c.sums.Start, uint32(len(c.sums.Index)))
	}
	places := rapid.IntRange(1, 6).Draw(t, "places")
	for range rapid.IntRange(1, 12).Draw(t, "windows") {
		lo := rapid.IntRange(0, len(c.sums.Start)-2).Draw(t, "lo")
		c.sums.List = append(c.sums.List, kernels.Window{
			Lo: uint32(lo), Hi: uint32(lo + rapid.IntRange(0, 1).Draw(t, "len")), Shift: -offset,
			Dst: uint32(rapid.IntRange(0, places-1).Draw(t, "place") * c.n),
		})
	}
	if rapid.Bool().Draw(t, "scaled") {
		c.sums.Scale = make([]float32, len(c.sums.Index))
		fill(r, c.sums.Scale)
	}
	if rapid.Bool().Draw(t, "first") {
		c.first = make([]float32, c.n)
		fill(r, c.first)
	}
	c.dst = random(t, r, places*c.n)
	return c
}

// definition computes the sums as they are documented.
func (c *windowsCase) definition(dst []float32) {
	for _, win := range c.sums.List {
		for j := range c.n {
			sum := &dst[int(win.Dst)+j]
			if c.first != nil {
				*sum = c.first[j]
			}
			for k := c.sums.Start[win.Lo]; k < c.sums.Start[win.Hi]; k++ {
				x := c.w.data[(int(c.sums.Index[k])+int(win.Shift))*c.stride+j]
				if c.sums.Scale != nil {
					x *= c.sums.Scale[k]
				}
				*sum += x
			}
		}
	}
}

func TestSumWindowsEqualsItsDefinition(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		c := drawWindows(t)
		want := slices.Clone(c.dst.data)
		c.definition(want)
		l.SumWindows(c.dst.data, c.first, c.n, c.w.data, c.stride, &c.sums)
		sameBits(t, "dst", c.dst.data, want)
		c.dst.intact(t, nil)
	})
}

func TestWindowsOutsideTheirSlicesPanic(t *testing.T) {
	dst, w := make([]float32, 30), make([]float32, 100)
	for _, l := range kernels.Levels() {
		for _, scale := range [][]float32{nil, make([]float32, 4)} {
			run := func(win kernels.Window, start ...uint32) func() {
				return func() {
					s := kernels.Windows{Index: []uint32{0, 3, 5, 9}, Start: start, Scale: scale, List: []kernels.Window{{Hi: 1}, win}}
					l.SumWindows(dst, nil, 10, w, 10, &s)
				}
			}
			run(kernels.Window{Hi: 1, Dst: 20}, 0, 4)()
			for name, f := range map[string]func(){
				"dst":                 run(kernels.Window{Hi: 1, Dst: 21}, 0, 4),
				"start":               run(kernels.Window{Lo: 0, Hi: 2}, 0, 4),
				"start of the window": run(kernels.Window{Lo: 2, Hi: 1}, 0, 4),
				"list":                run(kernels.Window{Lo: 0, Hi: 2}, 0, 1, 5),
				"reversed":            run(kernels.Window{Lo: 1, Hi: 2}, 0, 3, 1),
				"row past the end":    run(kernels.Window{Hi: 1, Shift: 1}, 0, 4),
				"row before 0":        run(kernels.Window{Hi: 1, Shift: -1}, 0, 4),
			} {
				mustPanic(t, fmt.Sprintf("%v: scaled %v: %s", l, scale != nil, name), f)
			}
		}
		mustPanic(t, l.String()+": n", func() { l.SumWindows(dst, nil, 31, w, 31, &kernels.Windows{}) })
		mustPanic(t, l.String()+": first", func() { l.SumWindows(dst, dst[:9], 10, w, 10, &kernels.Windows{}) })
		mustPanic(t, l.String()+": scale", func() {
			l.SumWindows(dst, nil, 10, w, 10, &kernels.Windows{Index: []uint32{1}, Scale: []float32{}})
		})
	}
}

func TestNonzeroRowsListsEveryValueOnce(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		n, rows := rapid.IntRange(1, 80).Draw(t, "n"), rapid.IntRange(0, 6).Draw(t, "rows")
		src := random(t, r, n*rows)
		zeros := rapid.Float64Range(0, 1).Draw(t, "zeros")
		for i := range src.data {
			if r.Float64() < zeros {
				src.data[i] = []float32{0, float32(r.Float64()), -src.data[i]}[r.IntN(3)] * 0
			}
		}
		idx, val := make([]uint32, n*rows+kernels.Slack), newGuarded(n*rows+kernels.Slack, 0)
		start := make([]uint32, rows+1)
		total := l.NonzeroRows(idx, val.data, start, src.data, n)
		k := 0
		for row := range rows {
			if int(start[row]) != k {
				t.Fatalf("row %d starts at %d, want %d", row, start[row], k)
			}
			for j, v := range src.data[row*n:][:n] {
				if v == 0 {
					continue
				}
				if int(idx[k]) != j || val.data[k] != v {
					t.Fatalf("entry %d is (%d, %v), want (%d, %v)", k, idx[k], val.data[k], j, v)
				}
				k++
			}
		}
		if total != k || int(start[rows]) != k {
			t.Fatalf("%d entries, start ends at %d, want %d", total, start[rows], k)
		}
		val.intact(t, nil)
	})
}

// drawPools draws windows of places that may overlap; a place holds n channels.
func drawPools(t *rapid.T, places, n int) *kernels.Pools {
	p := &kernels.Pools{Start: []uint32{0}}
	for range rapid.IntRange(1, 7).Draw(t, "windows") {
		for range rapid.IntRange(1, 9).Draw(t, "window") {
			p.Place = append(p.Place, uint32(rapid.IntRange(0, places-1).Draw(t, "place")*n))
		}
		p.Start = append(p.Start, uint32(len(p.Place)))
	}
	return p
}

func TestPoolingEqualsItsDefinition(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		places, n := rapid.IntRange(1, 9).Draw(t, "places"), rapid.IntRange(1, 70).Draw(t, "n")
		p := drawPools(t, places, n)
		src, dst, at := random(t, r, places*n), random(t, r, p.Len()*n), make([]uint16, p.Len()*n+1)
		for i := range src.data { // equal values happen
			src.data[i] = float32(int(2 * src.data[i]))
		}
		at[p.Len()*n] = 0xdead
		l.Maxima(dst.data, at[:p.Len()*n], src.data, n, p)
		whole := random(t, r, places*n)
		want := slices.Clone(whole.data)
		for i, got := range dst.data {
			window := p.Place[p.Start[i/n]:p.Start[i/n+1]]
			best := 0
			for k, o := range window {
				if src.data[int(o)+i%n] > src.data[int(window[best])+i%n] {
					best = k
				}
			}
			if int(at[i]) != best || got != src.data[int(window[best])+i%n] {
				t.Fatalf("output %d is (%v, %d), want (%v, %d)", i, got, at[i], src.data[int(window[best])+i%n], best)
			}
			want[int(window[best])+i%n] += got
		}
		listed := make([]float32, len(want))
		idx, val, start := make([]uint32, p.Len()*n+kernels.Slack), make([]float32, p.Len()*n+kernels.Slack), make([]uint32, len(p.Place)+1)
		total := l.MaximaRows(idx, val, start, dst.data, at[:p.Len()*n], n, p)
		for i, place := range p.Place {
			for k := start[i]; k < start[i+1]; k++ {
				if val[k] == 0 || k > start[i] && idx[k] <= idx[k-1] {
					t.Fatalf("entry %d is a zero, or not in order", k)
				}
				listed[place+idx[k]] += val[k]
			}
		}
		if total != int(start[len(p.Place)]) {
			t.Fatalf("%d entries, start ends at %d", total, start[len(p.Place)])
		}
		given := make([]float32, len(want))
		l.Unpool(given, dst.data, at[:p.Len()*n], n, p)
		sameValues(t, "listed", listed, given)
		l.Unpool(whole.data, dst.data, at[:p.Len()*n], n, p)
		sameBits(t, "unpooled", whole.data, want)
		dst.intact(t, nil)
		whole.intact(t, nil)
		if at[p.Len()*n] != 0xdead {
			t.Fatal("a place was written past the end")
		}
	})
}

// sameValues compares floats as numbers: 0 equals −0.
func sameValues(t rapid.TB, what string, got, want []float32) {
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: value %d of %d is %v, want %v", what, i, len(want), got[i], want[i])
		}
	}
}

func TestPoolingOutsideItsSlicesPanics(t *testing.T) {
	for _, l := range kernels.Levels() {
		for name, p := range map[string]*kernels.Pools{
			"place":        {Place: []uint32{0, 11}, Start: []uint32{0, 2}},
			"start":        {Place: []uint32{0, 1}, Start: []uint32{0, 3}},
			"empty window": {Place: []uint32{0, 1}, Start: []uint32{0, 0}},
			"windows":      {Place: []uint32{0, 1}, Start: []uint32{0, 1, 2}},
		} {
			mustPanic(t, l.String()+": "+name, func() { l.Maxima(make([]float32, 10), make([]uint16, 10), make([]float32, 20), 10, p) })
			mustPanic(t, l.String()+": unpool: "+name, func() { l.Unpool(make([]float32, 20), make([]float32, 10), make([]uint16, 10), 10, p) })
		}
	}
}

// BenchmarkSumWindows computes one sample of a 5×5 convolution of 12×12×12
// spikes to 8×8×64, then hands the errors of a quarter of its outputs back.
func BenchmarkSumWindows(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, density := range []float64{0.03, 0.1, 0.3} {
		forward := randomWindows(r, 64, 12, 300, density, 64)
		benchmarkWindows(b, fmt.Sprintf("spikes=%v", density), 64, 300, forward)
	}
	back := randomWindows(r, 320, 64, 64, 0.25, 64)
	back.Scale = make([]float32, len(back.Index))
	fill(r, back.Scale)
	benchmarkWindows(b, "errors", 64, 64, back)
}

// randomWindows draws windows of a share of rows, each of its own.
func randomWindows(r *rand.Rand, windows, places, rows int, density float64, n int) *kernels.Windows {
	s := &kernels.Windows{Start: []uint32{0}}
	for i := range windows {
		for row := range rows {
			if r.Float64() < density {
				s.Index = append(s.Index, uint32(row))
			}
		}
		s.Start = append(s.Start, uint32(len(s.Index)))
		s.List = append(s.List, kernels.Window{Lo: uint32(i), Hi: uint32(i + 1), Dst: uint32(i % places * n)})
	}
	return s
}

func benchmarkWindows(b *testing.B, name string, n, rows int, s *kernels.Windows) {
	dst, w := make([]float32, 64*n), floats(rows*n)
	for _, l := range kernels.Levels() {
		b.Run(fmt.Sprintf("%s/%v", name, l), func(b *testing.B) {
			for b.Loop() {
				l.SumWindows(dst, w[:n], n, w, n, s)
			}
			rate(b, 1e3*float64(len(s.Index)), "Mevents/s")
		})
	}
}
