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
		chunk := rapid.SampledFrom([]int{1, 64, 256, rows}).Draw(t, "chunk")
		l := kernels.Lists{Start: []uint32{0}, Many: lists, Chunk: chunk}
		for top := 0; top < rows; top += chunk {
			for range lists {
				for row := min(chunk, rows-top) - 1; row >= 0; row-- {
					if r.Float64() < density {
						l.Index = append(l.Index, uint32(row))
					}
				}
				l.Start = append(l.Start, uint32(len(l.Index)))
			}
		}
		if rapid.Bool().Draw(t, "values") {
			l.Value = randomFloats(r, len(l.Index))
		}
		src, got := randomFloats(r, rows*n), randomFloats(r, lists*n)
		l.Fresh = rapid.Bool().Draw(t, "fresh")
		want := make([]float32, len(got))
		if !l.Fresh {
			copy(want, got)
		}
		for g := len(l.Start) - 2; g >= 0; g-- {
			for k := l.Start[g]; k < l.Start[g+1]; k++ {
				i, row := g%lists, l.Index[k]+uint32(g/lists*chunk)
				if int(row) >= kept {
					continue
				}
				if l.Value == nil {
					kernels.AddRows(want[i*n:(i+1)*n], src, n, []uint32{row})
				} else {
					kernels.AddScaledRows(want[i*n:(i+1)*n], src, n, []uint32{row}, l.Value[k:k+1])
				}
			}
		}
		width := rapid.SampledFrom([]int{1, 64, 512}).Draw(t, "width")
		kernels.SumLists(par.New(rapid.IntRange(1, 3).Draw(t, "threads")), got, n, src, kept, width, &l)
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
