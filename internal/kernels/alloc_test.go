//go:build !race

package kernels_test

import (
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
)

// The race detector makes sync.Pool forget at random, so this test runs without it.
func TestGemmReusesItsBuffers(t *testing.T) {
	const m, n, k = 70, 40, 300
	a, b, c := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
	for _, l := range kernels.Levels() {
		allocs := testing.AllocsPerRun(50, func() {
			l.Gemm(nil, m, n, k, a, m, true, b, k, true, c, n, false)
			l.Gemm(nil, m, n, k, a, k, false, b, n, false, c, n, true)
		})
		if allocs > 1 { // the collector may empty the pools in between
			t.Errorf("%v: %v allocations a run", l, allocs)
		}
	}
}
