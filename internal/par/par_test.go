package par_test

import (
	"testing"

	"github.com/snntrain/snntrain/internal/par"
	"pgregory.net/rapid"
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
