package kernels_test

import (
	"math"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

func TestAxpyDoubleEqualsItsDefinition(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		n, before := rapid.IntRange(0, 100).Draw(t, "n"), rapid.IntRange(0, 3).Draw(t, "offset")
		x, a := random(t, r, n), r.NormFloat64()
		all := make([]float64, before+n+8)
		for i := range all {
			all[i] = r.NormFloat64()
		}
		want := append([]float64(nil), all...)
		for j := range n {
			want[before+j] += float64(a * float64(x.data[j]))
		}
		l.AxpyDouble(all[before:before+n], a, x.data)
		for i := range all {
			if math.Float64bits(all[i]) != math.Float64bits(want[i]) {
				t.Fatalf("%s: value %d of %d is %v, want %v", l, i-before, n, all[i], want[i])
			}
		}
	})
	for _, l := range kernels.Levels() {
		mustPanic(t, "AxpyDouble", func() { l.AxpyDouble(make([]float64, 3), 1, make([]float32, 2)[:2:2]) })
	}
}
