package kernels_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
)

// BenchmarkPeakFMA measures what one core can do at most: independent fused multiply-adds.
func BenchmarkPeakFMA(b *testing.B) {
	for _, l := range kernels.Levels() {
		b.Run(l.String(), func(b *testing.B) {
			flops := l.Peak(1)
			if flops == 0 {
				b.Skip("no assembly on this level")
			}
			const n = 100_000
			for b.Loop() {
				l.Peak(n)
			}
			rate(b, float64(flops)*n, "GFLOP/s")
		})
	}
}

// rate reports work done an iteration, in units of 10⁹ a second.
func rate(b *testing.B, work float64, unit string) {
	b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, unit)
}

func floats(n int) []float32 {
	x := make([]float32, n)
	fill(rand.New(rand.NewPCG(1, uint64(n))), x)
	return x
}

// BenchmarkGemm runs a square and the shapes of layers: rows are time steps × batch.
// N and T say how A and B are stored.
func BenchmarkGemm(b *testing.B) {
	for _, s := range []struct {
		op      string
		m, n, k int
	}{
		{"NN", 1024, 1024, 1024},
		{"NN", 256, 256, 256},
		{"NN", 3200, 1000, 784},
		{"NN", 3200, 10, 1000},
		{"NN", 12800, 20, 256},
		{"NN", 50000, 12, 75},
		{"NN", 50000, 64, 300},
		{"NN", 8000, 128, 512},
		{"NN", 50000, 16, 16},
		{"NN", 400, 10, 10},
		{"NN", 16, 1024, 1024},
		{"NN", 1, 1024, 1024},
		{"NT", 3200, 784, 1000},
		{"NT", 3200, 1000, 10},
		{"NT", 12800, 256, 20},
		{"TN", 784, 1000, 3200},
		{"TN", 1000, 10, 3200},
		{"TN", 256, 20, 12800},
	} {
		transA, transB := s.op[0] == 'T', s.op[1] == 'T'
		_, lda := stored(s.m, s.k, transA)
		_, ldb := stored(s.k, s.n, transB)
		x, y, z := floats(s.m*s.k), floats(s.k*s.n), make([]float32, s.m*s.n)
		for _, l := range kernels.Levels() {
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/%dx%dx%d/%v/threads=%d", s.op, s.m, s.n, s.k, l, threads), func(b *testing.B) {
					pool := par.New(threads)
					for b.Loop() {
						l.Gemm(pool, s.m, s.n, s.k, x, lda, transA, y, ldb, transB, z, s.n, false)
					}
					rate(b, 2*float64(s.m)*float64(s.n)*float64(s.k), "GFLOP/s")
				})
			}
		}
	}
}

// BenchmarkAddRows reads lists of rows of matrices that fit the first, second
// and third cache. GB/s counts the values of w.
func BenchmarkAddRows(b *testing.B) {
	for _, s := range []struct {
		cache         string
		rows, n, list int
	}{
		{"L1", 64, 64, 32},
		{"L1", 16, 256, 16},
		{"L2", 700, 10, 10},
		{"L2", 512, 256, 26},
		{"L2", 1000, 128, 500},
		{"L3", 784, 1000, 100},
		{"L3", 1024, 1024, 51},
		{"L3", 1024, 4096, 51},
	} {
		w, dst := floats(s.rows*s.n), floats(s.n)
		lists := eventLists(s.rows, s.list)
		scale := floats(s.list)
		for _, l := range kernels.Levels() {
			run := func(name string, f func(idx []uint32)) {
				b.Run(fmt.Sprintf("%s/%s/%dx%d/list=%d/%v", name, s.cache, s.rows, s.n, s.list, l), func(b *testing.B) {
					i := 0
					for b.Loop() {
						f(lists[i%len(lists)])
						i++
					}
					rate(b, 1e3*float64(s.list), "Mevents/s")
					rate(b, 4*float64(s.list*s.n), "GB/s")
				})
			}
			run("plain", func(idx []uint32) { l.AddRows(dst, w, s.n, idx) })
			run("scaled", func(idx []uint32) { l.AddScaledRows(dst, w, s.n, idx, scale) })
		}
	}
}

// eventLists returns ascending random lists, as spikes give them.
func eventLists(rows, length int) [][]uint32 {
	r := rand.New(rand.NewPCG(3, 4))
	lists := make([][]uint32, 64)
	for i := range lists {
		for row := range rows {
			if left := length - len(lists[i]); r.IntN(rows-row) < left {
				lists[i] = append(lists[i], uint32(row))
			}
		}
	}
	return lists
}

func BenchmarkVector(b *testing.B) {
	x, y := floats(1000), floats(1000)
	for _, l := range kernels.Levels() {
		for name, f := range map[string]func(){
			"Add":   func() { l.Add(y, x) },
			"Axpy":  func() { l.Axpy(y, 1e-6, x) },
			"Scale": func() { l.Scale(y, 1) },
			"Dot":   func() { l.Dot(x, y) },
		} {
			b.Run(fmt.Sprintf("%s/%v", name, l), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				rate(b, 1000, "Gvalues/s")
			})
		}
	}
}

// BenchmarkScan measures a step of a block of 512 neurons that spike and reset
// by subtraction; the state lies in the first-level cache.
func BenchmarkScan(b *testing.B) {
	const n = 512
	rules := kernels.ScanSpikes | kernels.ScanSubtract | kernels.ScanResetSpike | kernels.ScanThrough
	rows := make([][]float32, 16)
	for i := range rows {
		rows[i] = make([]float32, n)
		fill(rand.New(rand.NewPCG(1, uint64(i))), rows[i])
	}
	for i := range 7 {
		for k := range rows[i] {
			rows[i][k] = 0.5
		}
	}
	c := kernels.ScanCoefs{A: rows[0], G: rows[1], C: rows[2], Alpha: rows[3], Theta: rows[4], Fire: rows[5], Reset: rows[6]}
	st := kernels.ScanState{V: rows[7], I: rows[8], P: rows[9]}
	for _, l := range kernels.Levels() {
		for _, uniform := range []bool{false, true} {
			c.Uniform = uniform
			name := fmt.Sprintf("%v/uniform=%v", l, uniform)
			var scan kernels.Scan
			scan.BindOn(l, rules, &c, &st, n)
			b.Run("forward/"+name, func(b *testing.B) {
				out := kernels.ScanRows{X: rows[10], U: rows[11], Words: make([]uint64, n/64)}
				for b.Loop() {
					scan.Forward(&out)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/lane")
			})
			b.Run("backward/"+name, func(b *testing.B) {
				e := kernels.ScanErrors{U: rows[10], Before: rows[11], Surrogate: rows[12], DS: rows[13], DX: rows[14]}
				for b.Loop() {
					clear(st.V)
					scan.Backward(&e)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/lane")
			})
		}
	}
}

// BenchmarkAddRowLists runs lists over a tile of a matrix that stays in the first-level cache.
func BenchmarkAddRowLists(b *testing.B) {
	const n, rows, lists = kernels.TileColumns, kernels.TileRows, 16
	w, dst := floats(n*rows), floats(n*lists)
	for _, count := range []int{4, 13, 26, 56, 128} {
		start, idx := lists32(lists, count, rows)
		for _, l := range kernels.Levels() {
			b.Run(fmt.Sprintf("%dx%d/lists=%d/%v", n, rows, count, l), func(b *testing.B) {
				for b.Loop() {
					l.AddRowLists(dst, n, w, n, n, rows, start, idx)
				}
				rate(b, float64(len(idx))*n*4, "GB/s")
			})
		}
	}
}

// lists32 makes lists of count ascending rows each.
func lists32(lists, count, rows int) (start, idx []uint32) {
	r := rand.New(rand.NewPCG(1, 1))
	start = []uint32{0}
	for range lists {
		for row := range rows {
			if r.IntN(rows) < count {
				idx = append(idx, uint32(row))
			}
		}
		start = append(start, uint32(len(idx)))
	}
	return start, idx
}
