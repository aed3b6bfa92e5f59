package kernels

import (
	"sync"

	"github.com/snntrain/snntrain/internal/pages"
	"github.com/snntrain/snntrain/internal/par"
)

const (
	depth       = 256     // values of k in a block; part of every result
	slabSize    = 1 << 18 // values of B that are packed at a time: about a second-level cache
	slabColumns = 1024    // columns that are packed at a time
	groupPanels = 6       // panels of rows of A that are copied at a time
	serialWork  = 1 << 17 // products that are not worth a second thread
	minTaskRows = 256     // rows of a task at least: each task packs its part of B anew
	minTaskCols = 128     // columns of a task at least
	threadTasks = 2       // tasks for each thread, to even out their speeds
	directRows  = 64      // up to so many rows of A, B is read where it lies
	turnColumns = 32      // with fewer columns of C, Aᵀ·B is computed as (Bᵀ·A)ᵀ
)

// product is one Gemm under way. C is cut into rectangles, the tasks, which
// share nothing: each packs the columns of B that it needs, slab by slab, and
// multiplies its rows of A with the slab.
type product struct {
	tile    *tile
	m, n, k int
	a, b, c view
	add     bool
	direct  bool // read whole panels of B where they lie
	copies  bool // copy rows of A to where the cache keeps them

	taskRows, taskCols int
	slabRows, slabCols int

	work   func(lo, hi int)
	turned []float32 // of a turned product: Cᵀ
}

// products keeps the buffers of finished products for the next ones.
var products = sync.Pool{New: func() any {
	p := &product{}
	p.work = p.runTasks
	return p
}}

// release gives p back without the caller's slices.
func (p *product) release() {
	p.a, p.b, p.c = view{}, view{}, view{}
	products.Put(p)
}

// run computes C = A·B, or C += A·B when add is set.
func (p *product) run(pool *par.Pool, m, n, k int, a, b, c view, add bool) {
	p.m, p.n, p.k, p.a, p.b, p.c, p.add = m, n, k, a, b, c, add
	p.direct = p.direct && b.cs == 1 && m <= directRows
	p.copies = n > p.tile.cols && p.scattered()
	p.split(pool.Threads())
	p.slabCols = min(p.taskCols, slabColumns)
	p.slabRows = max(slabSize/roundUp(p.slabCols, p.tile.lanes)/depth, 1) * depth
	pool.For(ceilDiv(m, p.taskRows)*ceilDiv(n, p.taskCols), 1, p.work)
}

// runTurned computes Cᵀ = Bᵀ·A for a transposed A, whose rows then run along
// the vectors, and writes it to C. Every element is the same sum as in run.
func (p *product) runTurned(pool *par.Pool, m, n, k int, a, b, c view, add bool) {
	p.turned = grow(p.turned, m*n)
	p.direct = false
	t := view{p.turned, m, 1}
	if add {
		p.tile.transpose(t.data, m, c.data, c.rs, m, n)
	}
	p.run(pool, n, m, k, b.transposed(), a.transposed(), t, add)
	p.tile.transpose(c.data, c.rs, t.data, m, n, m)
}

// split chooses the tasks: C is cut along its longer side first, into whole panels.
func (p *product) split(threads int) {
	p.taskRows, p.taskCols = p.m, p.n
	if threads == 1 {
		return
	}
	down, across := max(p.m/minTaskRows, 1), max(p.n/minTaskCols, 1)
	want := threads * threadTasks
	if p.m >= p.n {
		down = min(down, want)
		across = min(across, ceilDiv(want, down))
	} else {
		across = min(across, want)
		down = min(down, ceilDiv(want, across))
	}
	panel := p.panelRows()
	p.taskRows = ceilDiv(ceilDiv(p.m, down), panel) * panel
	p.taskCols = roundUp(ceilDiv(p.n, across), p.tile.cols)
}

// scattered says that copying rows of A may pay: they are crowded, or A is
// stored by columns of which a tile uses a small part of a cache line.
func (p *product) scattered() bool {
	return crowded(p.a) || p.a.cs != 1 && p.tile.rows <= 8 && p.n >= 256
}

// panelRows is the height of a panel of A at most. Crowded rows that are read
// where they lie must not be more than the cache has places for.
func (p *product) panelRows() int {
	if !p.copies && crowded(p.a) {
		return min(p.tile.rows, 7)
	}
	return p.tile.rows
}

// crowded says that neighboring rows, or columns, of v lie so far apart that
// they compete for the same few places of the first-level cache.
func crowded(v view) bool { return v.rs%1024 == 0 || v.cs%512 == 0 }

// runTasks computes rectangles [lo, hi) of C.
func (p *product) runTasks(lo, hi int) {
	w := workspaces.Get().(*workspace)
	across := ceilDiv(p.n, p.taskCols)
	for task := lo; task < hi; task++ {
		i, j := task/across*p.taskRows, task%across*p.taskCols
		p.runTask(w, i, min(i+p.taskRows, p.m), j, min(j+p.taskCols, p.n))
	}
	workspaces.Put(w)
}

// runTask computes rows [i0, i1) and columns [j0, j1) of C.
func (p *product) runTask(w *workspace, i0, i1, j0, j1 int) {
	for j := j0; j < j1; j += p.slabCols {
		for k := 0; k < p.k; k += p.slabRows {
			s := slab{product: p, workspace: w, k0: k, k1: min(k+p.slabRows, p.k), j0: j, n: min(p.slabCols, j1-j)}
			s.pack()
			s.multiply(i0, i1)
		}
	}
}

func ceilDiv(n, by int) int { return (n + by - 1) / by }

// roundUp rounds up to a multiple of a power of two.
func roundUp(n, to int) int { return (n + to - 1) &^ (to - 1) }

// grow returns s with length n, reallocated only when its capacity is too small.
func grow(s []float32, n int) []float32 { return pages.Grow(s, n) }
