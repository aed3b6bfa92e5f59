package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
	"pgregory.net/rapid"
)

// gemmCase is a product with canaries around its operands and between their rows.
type gemmCase struct {
	m, n, k        int
	transA, transB bool
	add            bool
	lda, ldb, ldc  int
	a, b, c        guarded
}

func (g gemmCase) String() string {
	return fmt.Sprintf("%d×%d×%d transA=%v transB=%v add=%v lda=%d ldb=%d ldc=%d", g.m, g.n, g.k, g.transA, g.transB, g.add, g.lda, g.ldb, g.ldc)
}

// matrix returns rows × cols random values with a leading dimension of at least ld.
func matrix(r *rand.Rand, rows, cols, ld, shift int) (guarded, int) {
	ld = max(ld, cols)
	g := newGuarded(max((rows-1)*ld+cols, 0), shift)
	if rows > 0 && cols > 0 {
		for i := range rows {
			fill(r, g.data[i*ld:][:cols])
		}
	}
	return g, ld
}

func stored(rows, cols int, transposed bool) (int, int) {
	if transposed {
		return cols, rows
	}
	return rows, cols
}

func (g *gemmCase) allocate(r *rand.Rand, gap func() int, shift int) {
	rows, cols := stored(g.m, g.k, g.transA)
	g.a, g.lda = matrix(r, rows, cols, gap()+cols, shift)
	rows, cols = stored(g.k, g.n, g.transB)
	g.b, g.ldb = matrix(r, rows, cols, gap()+cols, shift)
	g.c, g.ldc = matrix(r, g.m, g.n, gap()+g.n, shift)
}

// drawGemm draws extents around the sizes of tiles, vectors and blocks.
func drawGemm(t *rapid.T) gemmCase {
	extent := func(name string, most int) int {
		return rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, most)).Draw(t, name)
	}
	g := gemmCase{m: extent("m", 200), n: extent("n", 80), k: extent("k", 600)}
	g.transA, g.transB, g.add = rapid.Bool().Draw(t, "transA"), rapid.Bool().Draw(t, "transB"), rapid.Bool().Draw(t, "add")
	gap := func() int { return rapid.SampledFrom([]int{0, 0, 3, 16}).Draw(t, "gap") }
	g.allocate(generator(t), gap, rapid.IntRange(0, 17).Draw(t, "shift"))
	return g
}

// product runs g on level l and returns C, having checked that nothing else was written.
func (g gemmCase) product(t rapid.TB, l kernels.Level, pool *par.Pool) []float32 {
	c := guarded{all: slices.Clone(g.c.all)}
	start := len(c.all) - margin - len(g.c.data)
	c.data = c.all[start : start+len(g.c.data)]
	l.Gemm(pool, g.m, g.n, g.k, g.a.data, g.lda, g.transA, g.b.data, g.ldb, g.transB, c.data, g.ldc, g.add)
	c.intact(t, func(i int) bool { return i%g.ldc >= g.n })
	return c.data
}

// exact returns element (i, j) in float64, and the sum of the magnitudes of its terms.
func (g gemmCase) exact(i, j int) (sum, size float64) {
	ai, ap, bp, bj := g.lda, 1, g.ldb, 1
	if g.transA {
		ai, ap = 1, g.lda
	}
	if g.transB {
		bp, bj = 1, g.ldb
	}
	if g.add {
		sum = float64(g.c.data[i*g.ldc+j])
		size = math.Abs(sum)
	}
	for p := range g.k {
		x := float64(g.a.data[i*ai+p*ap]) * float64(g.b.data[p*bp+j*bj])
		sum, size = sum+x, size+math.Abs(x)
	}
	return sum, size
}

// check compares C with float64 to the bound that Gemm states.
func (g gemmCase) check(t rapid.TB, l kernels.Level, c []float32) {
	bound := float64(min(g.k, 256)+(g.k+255)/256+2) * 0x1p-24
	for i := range g.m {
		for j := range g.n {
			want, size := g.exact(i, j)
			if got := float64(c[i*g.ldc+j]); !(math.Abs(got-want) <= bound*size) {
				t.Fatalf("%v: %v: C(%d, %d) = %v, want %v ± %v", l, g, i, j, got, want, bound*size)
			}
		}
	}
}

func TestGemmWithinItsBound(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		g := drawGemm(t)
		g.check(t, l, g.product(t, l, nil))
	})
}

func TestGemmSameBitsOnAnyThreadsAndVectors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { drawGemm(t).sameOnAll(t) })
}

// sameOnAll fails unless any number of threads gives the same bits, and every set with fused multiply-add.
func (g gemmCase) sameOnAll(t rapid.TB) {
	var fused []float32
	for _, l := range kernels.Levels() {
		one := g.product(t, l, nil)
		for _, threads := range []int{2, 4} {
			sameBits(t, fmt.Sprintf("%v: %v: %d threads", l, g, threads), g.product(t, l, par.New(threads)), one)
		}
		if l.String() == "go" {
			continue
		}
		if fused != nil {
			sameBits(t, fmt.Sprintf("%v: %v", l, g), one, fused)
		}
		fused = one
	}
}

// TestGemmLarge runs shapes that take every path: several slabs of columns
// and of rows, rows 4096 bytes apart, few columns of a transposed A.
func TestGemmLarge(t *testing.T) {
	for _, g := range []gemmCase{
		{m: 3, n: 1100, k: 300},
		{m: 70, n: 1050, k: 20, transB: true, add: true},
		{m: 3, n: 1024, k: 1100, transB: true},
		{m: 1024, n: 2, k: 1100, transA: true},
		{m: 2, n: 20, k: 34000, add: true},
		{m: 200, n: 70, k: 300, lda: 1024, ldb: 1024},
		{m: 200, n: 70, k: 300, lda: 1024, ldb: 1024, transA: true, transB: true, add: true},
		{m: 500, n: 10, k: 600, transA: true, add: true},
		{m: 400, n: 31, k: 300, transA: true, transB: true},
		{m: 2000, n: 1, k: 300},
		{m: 1, n: 1, k: 5000, add: true},
	} {
		t.Run(g.String(), func(t *testing.T) {
			gaps := []int{3, 16, 5}
			if g.lda > 0 {
				_, colsA := stored(g.m, g.k, g.transA)
				_, colsB := stored(g.k, g.n, g.transB)
				gaps = []int{g.lda - colsA, g.ldb - colsB, 5}
			}
			g.allocate(rand.New(rand.NewPCG(1, 2)), func() int {
				gap := gaps[0]
				gaps = gaps[1:]
				return gap
			}, 3)
			for _, l := range kernels.Levels() {
				g.check(t, l, g.product(t, l, nil))
			}
			g.sameOnAll(t)
		})
	}
}

func TestGemmWithoutTermsClearsOrKeepsC(t *testing.T) {
	for _, l := range kernels.Levels() {
		c := []float32{1, 2, 3, 4, 5, 6}
		l.Gemm(nil, 2, 2, 0, nil, 1, false, nil, 2, false, c, 3, true)
		if want := []float32{1, 2, 3, 4, 5, 6}; !slices.Equal(c, want) {
			t.Errorf("%v: accumulate: got %v, want %v", l, c, want)
		}
		l.Gemm(nil, 2, 2, 0, nil, 1, false, nil, 2, false, c, 3, false)
		if want := []float32{0, 0, 3, 0, 0, 6}; !slices.Equal(c, want) {
			t.Errorf("%v: got %v, want %v", l, c, want)
		}
	}
}

func TestGemmShortOperandsPanic(t *testing.T) {
	a, b, c := make([]float32, 6), make([]float32, 12), make([]float32, 8)
	for _, l := range kernels.Levels() {
		run := func(m, n, k, lda, ldb, ldc int, a, b, c []float32) func() {
			return func() { l.Gemm(nil, m, n, k, a, lda, false, b, ldb, false, c, ldc, false) }
		}
		run(2, 4, 3, 3, 4, 4, a, b, c)()
		mustPanic(t, "A", run(2, 4, 3, 3, 4, 4, a[:5], b, c))
		mustPanic(t, "B", run(2, 4, 3, 3, 4, 4, a, b[:11], c))
		mustPanic(t, "C", run(2, 4, 3, 3, 4, 4, a, b, c[:7]))
		mustPanic(t, "leading dimension", run(2, 4, 3, 2, 4, 4, a, b, c))
		mustPanic(t, "extent", run(-1, 4, 3, 3, 4, 4, a, b, c))
	}
}
