package pages_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/pages"
)

func TestGrowKeepsValuesAndStartsAtZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 1000, 1 << 18, 1<<18 + 77, 1 << 20}), 1, 6).Draw(t, "sizes")
		var s []float32
		for _, n := range sizes {
			fresh := n > cap(s)
			s = pages.Grow(s, n)
			if len(s) != n {
				t.Fatalf("length %d, want %d", len(s), n)
			}
			for i, v := range s {
				if fresh && v != 0 {
					t.Fatalf("value %d of a new array of %d is %v", i, n, v)
				}
				if want := float32(i%1000 + 1); !fresh && v != 0 && v != want {
					t.Fatalf("value %d is %v, want %v", i, v, want)
				}
				s[i] = float32(i%1000 + 1)
			}
		}
	})
}
