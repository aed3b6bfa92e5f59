package par_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/par"
)

func TestForCoversEachIndexOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200).Draw(t, "n")
		grain := rapid.IntRange(0, 50).Draw(t, "grain")
		threads := rapid.IntRange(1, 8).Draw(t, "threads")
		seen := make([]int, n)
		par.New(threads).For(n, grain, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				seen[i]++
			}
		})
		for i, k := range seen {
			if k != 1 {
				t.Fatalf("index %d visited %d times", i, k)
			}
		}
	})
}

func TestNilPoolRunsOnCaller(t *testing.T) {
	var p *par.Pool
	sum := 0
	p.For(10, 3, func(lo, hi int) { sum += hi - lo })
	if sum != 10 || p.Threads() != 1 {
		t.Fatalf("nil pool: covered %d of 10 on %d threads", sum, p.Threads())
	}
}

func TestLoopsInsideLoopsAndAtOnce(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := par.New(3)
	var total atomic.Int64
	var loops sync.WaitGroup
	for range 4 {
		loops.Go(func() {
			for range 50 {
				p.For(7, 2, func(lo, hi int) {
					p.For(5*(hi-lo), 1, func(lo, hi int) { total.Add(int64(hi - lo)) })
				})
			}
		})
	}
	loops.Wait()
	if want := int64(4 * 50 * 35); total.Load() != want {
		t.Errorf("%d of %d done", total.Load(), want)
	}
}

func TestForAllocatesNothing(t *testing.T) {
	p := par.New(4)
	var cells [64]int
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			cells[i]++
		}
	}
	p.For(len(cells), 1, body)
	if n := testing.AllocsPerRun(200, func() { p.For(len(cells), 1, body) }); n > 0 {
		t.Errorf("%v allocations a loop", n)
	}
}

func BenchmarkFor(b *testing.B) {
	p := par.New(2)
	body := func(int, int) {}
	for b.Loop() {
		p.For(64, 1, body)
	}
}
