package kernels

import (
	"sort"
	"sync"

	"github.com/snntrain/snntrain/internal/par"
)

// Lists name rows: list i is Index[Start[i]:Start[i+1]]. Either all lists
// ascend or all descend. Value holds a factor for each entry; nil means 1 for all.
type Lists struct {
	Start []uint32
	Index []uint32
	Value []float32
}

// SumLists adds, for every list, the rows that it names:
//
//	dst[i·n + j] += Σ_k value[k]·src[index[k]·n + j]    Start[i] ≤ k < Start[i+1], 0 ≤ j < n
//
// Entries from row rows of src on are left out. The terms of an element are
// added in the order of the list, as AddRows does; lists are cut into pieces
// whose rows of src stay in the cache. Same bits on every instruction set and
// any pool.
func SumLists(pool *par.Pool, dst []float32, n int, src []float32, rows int, l *Lists) {
	lists := len(l.Start) - 1
	if lists <= 0 || n <= 0 || rows <= 0 {
		return
	}
	if len(dst) < lists*n || len(src) < rows*n {
		panic("kernels: SumLists: dst or src is shorter than its extents")
	}
	s := listSums.Get().(*listSum)
	s.dst, s.src, s.n, s.rows, s.l = dst, src, n, rows, l
	s.falls = l.fall()
	s.split(pool.Threads())
	pool.For(s.across*s.down, 1, s.work)
	s.dst, s.src, s.l = nil, nil, nil
	listSums.Put(s)
}

// listSum is one SumLists under way. dst is cut into tasks: by columns first,
// so that each reads its own part of src, then by lists.
type listSum struct {
	dst, src []float32
	n, rows  int
	l        *Lists

	width, across int // columns of a task, and tasks side by side
	down          int // pieces of the lists
	chunk         int // rows of src at a time
	falls         bool
	work          func(lo, hi int)
}

const (
	listColumns = 256     // columns of a task at most
	fewColumns  = 64      // and at least
	listCache   = 1 << 18 // values of src at a time: about a second-level cache
)

// listSums keeps finished ones for the next, cursors the places in the lists.
var (
	listSums = sync.Pool{New: func() any {
		s := &listSum{}
		s.work = s.tasks
		return s
	}}
	cursors = sync.Pool{New: func() any { return &cursor{} }}
)

type cursor struct{ next []uint32 }

func (s *listSum) split(threads int) {
	s.width = min(roundUp(max(ceilDiv(s.n, threads), fewColumns), fewColumns), listColumns, s.n)
	s.across = ceilDiv(s.n, s.width)
	s.down = ceilDiv(threads, s.across)
	s.chunk = max(listCache/s.width, 1)
}

// border is the first list of piece q; pieces have about the same number of entries.
func (s *listSum) border(q int) int {
	lists := len(s.l.Start) - 1
	entries := uint64(s.l.Start[lists])
	return sort.Search(lists, func(i int) bool { return uint64(s.l.Start[i])*uint64(s.down) >= entries*uint64(q) })
}

// tasks computes rectangles [lo, hi) of dst.
func (s *listSum) tasks(lo, hi int) {
	c := cursors.Get().(*cursor)
	for task := lo; task < hi; task++ {
		q, j := task/s.across, task%s.across*s.width
		end := len(s.l.Start) - 1
		if q+1 < s.down {
			end = s.border(q + 1)
		}
		s.task(c, s.border(q), end, j, min(j+s.width, s.n))
	}
	cursors.Put(c)
}

// task sums lists [i0, i1) in columns [j0, j1), the rows of src piece by piece
// in the order in which the lists name them.
func (s *listSum) task(c *cursor, i0, i1, j0, j1 int) {
	c.next = append(c.next[:0], s.l.Start[i0:i1]...)
	pieces := ceilDiv(s.rows, s.chunk)
	for p := range pieces {
		if s.falls {
			p = pieces - 1 - p
		}
		first, last := uint32(p*s.chunk), uint32(min((p+1)*s.chunk, s.rows))
		for i := i0; i < i1; i++ {
			if k, end := s.within(c.next[i-i0], i, first, last); k < end {
				s.add(s.dst[i*s.n+j0:i*s.n+j1], s.src[j0:], k, end)
				c.next[i-i0] = end
			}
		}
	}
}

// within finds the entries k ≤ … < end of list i, from place k on, that name rows [first, last).
func (s *listSum) within(k uint32, i int, first, last uint32) (from, end uint32) {
	stop := s.l.Start[i+1]
	for s.falls && k < stop && s.l.Index[k] >= last { // left out
		k++
	}
	end = k
	for end < stop && s.l.Index[end] >= first && s.l.Index[end] < last {
		end++
	}
	return k, end
}

// add adds the rows that entries k to end name to dst.
func (s *listSum) add(dst, src []float32, k, end uint32) {
	if s.l.Value == nil {
		active.AddRows(dst, src, s.n, s.l.Index[k:end])
	} else {
		active.AddScaledRows(dst, src, s.n, s.l.Index[k:end], s.l.Value[k:end])
	}
}

// fall reports whether the lists descend.
func (l *Lists) fall() bool {
	for i, k := range l.Start[1:] {
		if first := l.Start[i]; k-first > 1 {
			return l.Index[first] > l.Index[first+1]
		}
	}
	return true // a list of one entry does both; this way it is looked for behind those left out
}
