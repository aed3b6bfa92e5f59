package kernels

import (
	"sync"

	"github.com/snntrain/snntrain/internal/par"
)

// Lists name rows, chunk by chunk. Of Many lists, list i in chunk c, rows
// c·Chunk to (c+1)·Chunk, is group g = c·Many + i: Index[Start[g]:Start[g+1]],
// counted from the first row of the chunk and descending. Value holds a factor
// for each entry; nil means 1 for all.
type Lists struct {
	Start []uint32
	Index []uint32
	Value []float32
	Many  int
	Chunk int
	Fresh bool // dst counts as zero, whatever it holds
}

// ListTile chooses the rows of a chunk, and how many columns of them SumLists
// takes at a time, for lists that name a share of the rows: as many rows as
// hold some tens of entries of a list, and columns so that both stay in
// the second-level cache, or in the first where lists are long enough for that.
func ListTile(density float64, n int) (rows, columns int) {
	const second, first, entries = 64 << 10, 8 << 10, 24
	rows = min(max(int(entries/max(density, 1e-3))/64*64, first/64), 2048)
	if rows == first/64 {
		return rows, min(n, 64)
	}
	return rows, min(n, max(64, second/rows/64*64))
}

// SumLists adds, for every list, the rows that it names:
//
//	dst[i·n + j] += Σ_c Σ_k value[k]·src[(c·Chunk + index[k])·n + j]    Start[g] ≤ k < Start[g+1], 0 ≤ j < n
//
// Entries from row rows of src on are left out. The last chunk comes first and
// the terms of an element are added in the order of the lists, as AddRows does.
// A chunk's columns are packed side by side: where they lie they would
// compete for a few places of the cache. Same bits on every instruction set,
// any pool and any width.
func SumLists(pool *par.Pool, dst []float32, n int, src []float32, rows, width int, l *Lists) {
	if l.Many <= 0 || n <= 0 || width <= 0 {
		return
	}
	if rows <= 0 {
		if l.Fresh {
			clear(dst[:l.Many*n])
		}
		return
	}
	if l.Chunk <= 0 || len(dst) < l.Many*n || len(src) < rows*n || len(l.Start) <= ceilDiv(rows, l.Chunk)*l.Many {
		panic("kernels: SumLists: dst, src or lists are shorter than their extents")
	}
	s := listSums.Get().(*listSum)
	s.dst, s.src, s.n, s.rows, s.width, s.l = dst, src, n, rows, width, l
	s.across = ceilDiv(n, width)
	s.down = max(1, min(ceilDiv(2*pool.Threads(), s.across), l.Many/64))
	pool.For(s.across*s.down, 1, s.work)
	s.dst, s.src, s.l = nil, nil, nil
	listSums.Put(s)
}

// SumTile is SumLists, on the caller's thread, for columns that lie packed: src has rows of
// width values, dst rows of n, of which the first width are added to.
func SumTile(dst []float32, n int, src []float32, width, rows int, l *Lists) {
	if l.Many <= 0 || rows <= 0 || width <= 0 {
		return
	}
	if l.Chunk <= 0 || n < width || len(dst) < (l.Many-1)*n+width || len(src) < rows*width || len(l.Start) <= ceilDiv(rows, l.Chunk)*l.Many {
		panic("kernels: SumTile: dst, src or lists are shorter than their extents")
	}
	s := listSum{dst: dst, n: n, rows: rows, l: l}
	for chunk := ceilDiv(rows, l.Chunk) - 1; chunk >= 0; chunk-- {
		top := chunk * l.Chunk
		s.lists(src[top*width:min(top+l.Chunk, rows)*width], chunk, 0, l.Many, 0, width)
	}
}

// listSum is one SumLists under way. dst is cut into tasks: by columns, and
// where these are too few for the threads by lists.
type listSum struct {
	dst, src       []float32
	n, rows, width int
	l              *Lists
	across, down   int // tasks side by side, and below each other
	work           func(lo, hi int)
}

// listSums keeps finished ones for the next, listTiles the packed columns.
var (
	listSums = sync.Pool{New: func() any {
		s := &listSum{}
		s.work = s.tasks
		return s
	}}
	listTiles = sync.Pool{New: func() any { return &listTile{} }}
)

type listTile struct{ packed []float32 }

// tasks computes rectangles [lo, hi) of dst.
func (s *listSum) tasks(lo, hi int) {
	t := listTiles.Get().(*listTile)
	for task := lo; task < hi; task++ {
		q, j := task%s.down, task/s.down*s.width
		for chunk := ceilDiv(s.rows, s.l.Chunk) - 1; chunk >= 0; chunk-- {
			s.chunk(t, chunk, q*s.l.Many/s.down, (q+1)*s.l.Many/s.down, j, min(j+s.width, s.n))
		}
	}
	listTiles.Put(t)
}

// chunk adds what lists [i0, i1) name of a chunk, in columns [j0, j1).
func (s *listSum) chunk(t *listTile, chunk, i0, i1, j0, j1 int) {
	top := chunk * s.l.Chunk
	rows := min(s.l.Chunk, s.rows-top)
	packed := PackColumns(&t.packed, s.src[top*s.n:], s.n, rows, j0, j1)
	s.lists(packed, chunk, i0, i1, j0, j1)
}

// lists is chunk with its columns packed.
func (s *listSum) lists(packed []float32, chunk, i0, i1, j0, j1 int) {
	top := chunk * s.l.Chunk
	rows := min(s.l.Chunk, s.rows-top)
	whole, first := rows == s.l.Chunk, top+rows == s.rows
	for i := i0; i < i1 && first && s.l.Fresh; i++ {
		clear(s.dst[i*s.n+j0 : i*s.n+j1])
	}
	g := chunk * s.l.Many
	if whole && s.l.Value == nil && i0 < i1 {
		active.AddRowLists(s.dst[i0*s.n+j0:(i1-1)*s.n+j1], s.n, packed, j1-j0, j1-j0, rows, s.l.Start[g+i0:g+i1+1], s.l.Index)
		return
	}
	for i := i0; i < i1; i++ {
		k, end := s.l.Start[g+i], s.l.Start[g+i+1]
		for !whole && k < end && int(s.l.Index[k]) >= rows { // left out
			k++
		}
		s.add(s.dst[i*s.n+j0:i*s.n+j1], packed, k, end)
	}
}

// add adds the rows that entries k to end name to dst.
func (s *listSum) add(dst, src []float32, k, end uint32) {
	if s.l.Value == nil {
		active.AddRows(dst, src, len(dst), s.l.Index[k:end])
	} else {
		active.AddScaledRows(dst, src, len(dst), s.l.Index[k:end], s.l.Value[k:end])
	}
}

// PackColumns copies columns lo..hi of rows of n values side by side: to
// buffer, grown where it is too small, unless whole rows are asked for, which
// lie so already.
func PackColumns(buffer *[]float32, src []float32, n, rows, lo, hi int) []float32 {
	w := hi - lo
	if w == n {
		return src[:rows*n]
	}
	dst := grow(*buffer, rows*w)
	*buffer = dst
	if w%16 == 0 && w > 0 && rows > 0 {
		active.t.packRows(dst, src[lo:(rows-1)*n+hi], n, w, rows)
	} else {
		packRowsGo(dst, src[lo:], n, w, rows)
	}
	return dst
}

func packRowsGo(dst, src []float32, stride, n, rows int) {
	for r := range rows {
		copy(dst[r*n:(r+1)*n], src[r*stride:r*stride+n])
	}
}
