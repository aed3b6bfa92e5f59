package kernels_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
)

// TestSumListsIsAddRowsOfEachList: the same bits as one AddRows a list, for
// shapes that one task or piece holds and for those that need several.
func TestSumListsIsAddRowsOfEachList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 20, 300}).Draw(t, "n")
		lists := rapid.SampledFrom([]int{0, 3, 40}).Draw(t, "lists")
		rows := rapid.SampledFrom([]int{1, 50, 2500}).Draw(t, "rows")
		kept := rows - rapid.SampledFrom([]int{0, 0, 1, rows / 3, rows}).Draw(t, "left out")
		density := rapid.SampledFrom([]float64{0, 0.0003, 0.01, 0.3}).Draw(t, "density")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		l := kernels.Lists{Start: []uint32{0}}
		falls := rapid.Bool().Draw(t, "descending")
		for range lists {
			for row := range rows {
				if falls {
					row = rows - 1 - row
				}
				if r.Float64() < density {
					l.Index = append(l.Index, uint32(row))
				}
			}
			l.Start = append(l.Start, uint32(len(l.Index)))
		}
		if rapid.Bool().Draw(t, "values") {
			l.Value = randomFloats(r, len(l.Index))
		}
		src, got := randomFloats(r, rows*n), randomFloats(r, lists*n)
		want := append([]float32(nil), got...)
		for i := range lists {
			for k := l.Start[i]; k < l.Start[i+1]; k++ {
				if int(l.Index[k]) >= kept {
					continue
				}
				if l.Value == nil {
					kernels.AddRows(want[i*n:(i+1)*n], src, n, l.Index[k:k+1])
				} else {
					kernels.AddScaledRows(want[i*n:(i+1)*n], src, n, l.Index[k:k+1], l.Value[k:k+1])
				}
			}
		}
		kernels.SumLists(par.New(rapid.IntRange(1, 3).Draw(t, "threads")), got, n, src, kept, &l)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("value %d of list %d is %v, want %v", i%n, i/n, got[i], want[i])
			}
		}
	})
}

func randomFloats(r *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(r.NormFloat64())
	}
	return out
}
