// Package par runs loops over the cores. The split is over outputs only and
// chunk borders never depend on the number of threads, so a result has the
// same bits whatever the number of threads is.
package par

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Pool says how many threads a loop may use. A nil Pool runs on the caller's.
// It needs no closing: some time after a loop no goroutine is left.
type Pool struct {
	threads int

	busy   atomic.Bool // the helpers have a loop, or are given one
	loop   job         // theirs
	rounds atomic.Int64
	alive  atomic.Int64
	help   func()

	mu   sync.Mutex
	idle []*job // of loops beside the helpers' one
}

// New returns a pool of the given number of threads; 0 means one a core.
func New(threads int) *Pool {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	p := &Pool{threads: threads}
	p.help = p.helper
	p.loop.wake = make(chan struct{}, 1)
	return p
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
	if p.busy.CompareAndSwap(false, true) {
		p.loop.start(n, grain, chunks, body)
		p.rounds.Add(1)
		for p.alive.Load() < int64(workers-1) {
			p.alive.Add(1)
			go p.help() // a func value without arguments: starting it allocates nothing
		}
		p.loop.work()
		p.loop.wait()
		p.loop.body = nil
		p.busy.Store(false)
		return
	}
	j := p.take()
	j.start(n, grain, chunks, body)
	for range workers - 1 {
		go j.help()
	}
	j.work()
	j.wait()
	j.body = nil
	p.give(j)
}

// patience is how long a helper waits for another loop: starting a goroutine
// on a core that sleeps takes as long as a short loop.
const patience = 100 * time.Microsecond

// helper works on loop after loop until none came for a while.
func (p *Pool) helper() {
	for {
		round := p.rounds.Load()
		p.loop.work()
		if !p.awaitLoop(round) {
			return
		}
	}
}

// awaitLoop reports whether a loop came after the given round.
func (p *Pool) awaitLoop(round int64) bool {
	began := time.Now()
	for {
		for range spins {
			if p.rounds.Load() != round {
				return true
			}
		}
		if time.Since(began) > patience {
			p.alive.Add(-1)
			if p.rounds.Load() == round {
				return false
			}
			p.alive.Add(1) // it came meanwhile
			return true
		}
		runtime.Gosched()
	}
}

// spins is how often a waiting thread looks before it lets others run.
const spins = 100

// job is one loop in progress. It may be reused while a helper still looks for
// chunks of the loop before: left says by itself whether there is one, and all
// else is written before it.
type job struct {
	n, grain, chunks int
	body             func(lo, hi int)
	left             atomic.Int64 // chunks that nobody took
	undone           atomic.Int64 // chunks that are not finished
	asleep           atomic.Bool  // the caller waits for wake
	wake             chan struct{}
	help             func() // what a goroutine beside the caller's runs
}

func (j *job) start(n, grain, chunks int, body func(lo, hi int)) {
	j.n, j.grain, j.chunks, j.body = n, grain, chunks, body
	j.asleep.Store(false)
	j.undone.Store(int64(chunks))
	j.left.Store(int64(chunks))
}

// work takes chunks until none is left.
func (j *job) work() {
	for {
		c := j.left.Add(-1)
		if c < 0 {
			return
		}
		lo := (j.chunks - 1 - int(c)) * j.grain
		j.body(lo, min(lo+j.grain, j.n))
		if j.undone.Add(-1) == 0 && j.asleep.Load() {
			select {
			case j.wake <- struct{}{}:
			default: // one is there already, maybe of a loop before: who waits looks again
			}
		}
	}
}

// wait returns when all chunks are finished.
func (j *job) wait() {
	for range patientLooks {
		for range spins {
			if j.undone.Load() == 0 {
				return
			}
		}
		runtime.Gosched()
	}
	j.asleep.Store(true)
	for j.undone.Load() > 0 {
		<-j.wake
	}
	j.asleep.Store(false)
}

// patientLooks is how often the caller lets others run before it sleeps.
const patientLooks = 50

// take returns a job that no loop uses.
func (p *Pool) take() *job {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := len(p.idle) - 1; k >= 0 {
		j := p.idle[k]
		p.idle = p.idle[:k]
		return j
	}
	j := &job{wake: make(chan struct{}, 1)}
	j.help = j.work
	return j
}

// give takes a job back.
func (p *Pool) give(j *job) {
	p.mu.Lock()
	p.idle = append(p.idle, j)
	p.mu.Unlock()
}
