// Package par runs loops over the cores. The split is over outputs only and
// chunk borders never depend on the number of threads, so a result has the
// same bits whatever the number of threads is.
package par

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Pool says how many threads a loop may use. A nil Pool runs on the caller's.
type Pool struct{ threads int }

// New returns a pool of the given number of threads; 0 means one a core.
func New(threads int) *Pool {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	return &Pool{threads: threads}
}

// Threads is the number of threads a loop may use.
func (p *Pool) Threads() int {
	if p == nil {
		return 1
	}
	return p.threads
}

// For calls body for consecutive ranges [lo, hi) that cover [0, n), each at
// most grain long. Ranges run in any order and at the same time: body must
// write only what belongs to its own range.
func (p *Pool) For(n, grain int, body func(lo, hi int)) {
	if n <= 0 {
		return
	}
	grain = max(grain, 1)
	chunks := (n + grain - 1) / grain
	workers := min(p.Threads(), chunks)
	if workers <= 1 {
		for lo := 0; lo < n; lo += grain {
			body(lo, min(lo+grain, n))
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for {
			c := int(next.Add(1)) - 1
			if c >= chunks {
				return
			}
			body(c*grain, min((c+1)*grain, n))
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}
