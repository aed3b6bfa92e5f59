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
// It needs no closing: between loops no goroutine is left.
type Pool struct {
	threads int

	mu   sync.Mutex
	idle []*job
}

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
// write only what belongs to its own range. Several loops may run at once, and
// one inside another. For itself allocates nothing once as many loops ran as
// run at once.
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
	j := p.take()
	j.n, j.grain, j.chunks, j.body = n, grain, int64(chunks), body
	j.next.Store(0)
	j.helpers.Add(workers - 1)
	for range workers - 1 {
		go j.help() // a func value without arguments: starting it allocates nothing
	}
	j.work()
	j.helpers.Wait()
	j.body = nil
	p.give(j)
}

// job is one loop in progress.
type job struct {
	n, grain int
	chunks   int64
	body     func(lo, hi int)
	next     atomic.Int64 // first chunk that nobody took
	helpers  sync.WaitGroup
	help     func() // what a goroutine beside the caller's runs
}

// work takes chunks until none is left.
func (j *job) work() {
	for {
		c := j.next.Add(1) - 1
		if c >= j.chunks {
			return
		}
		lo := int(c) * j.grain
		j.body(lo, min(lo+j.grain, j.n))
	}
}

// take returns a job that no loop uses.
func (p *Pool) take() *job {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := len(p.idle) - 1; k >= 0 {
		j := p.idle[k]
		p.idle = p.idle[:k]
		return j
	}
	j := &job{}
	j.help = func() {
		defer j.helpers.Done()
		j.work()
	}
	return j
}

// give takes a job back.
func (p *Pool) give(j *job) {
	p.mu.Lock()
	p.idle = append(p.idle, j)
	p.mu.Unlock()
}
