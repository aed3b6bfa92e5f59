package kernels

import "github.com/snntrain/snntrain/internal/par"

// Gemm computes the dense product C = A·B, or C += A·B when accumulate is set:
//
//	c[i·ldc + j] = Σ_p A(i, p)·B(p, j)    0 ≤ i < m, 0 ≤ j < n, 0 ≤ p < k
//	A(i, p) = a[i·lda + p], or a[p·lda + i] when transA is set
//	B(p, j) = b[p·ldb + j], or b[j·ldb + p] when transB is set
//
// A leading dimension is at least the length of a stored row. Values of C
// that lie between rows are left as they are; without accumulate C is
// overwritten, whatever it held. C must not overlap A or B.
//
// The sum runs over blocks of 256 values of p. Each block is summed from zero
// in the order of p, then added to C in the order of the blocks. With
// assembly each term is a fused multiply-add, so AVX2 and AVX-512 give the
// same bits; the Go loop rounds the product first. The error of an element is
// at most (min(k, 256) + ⌈k/256⌉ + 2)·2⁻²⁴·(|C| + Σ_p |A|·|B|), up to second
// order. Threads share rows and columns of C, never the sum: any pool gives
// the same bits.
func Gemm(pool *par.Pool, m, n, k int, a []float32, lda int, transA bool, b []float32, ldb int, transB bool, c []float32, ldc int, accumulate bool) {
	active.Gemm(pool, m, n, k, a, lda, transA, b, ldb, transB, c, ldc, accumulate)
}

// Gemm is the function of that name on level l.
func (l Level) Gemm(pool *par.Pool, m, n, k int, a []float32, lda int, transA bool, b []float32, ldb int, transB bool, c []float32, ldc int, accumulate bool) {
	if m < 0 || n < 0 || k < 0 {
		panic("kernels: Gemm: negative extent")
	}
	if m == 0 || n == 0 {
		return
	}
	left, right := newView("A", a, lda, m, k, transA), newView("B", b, ldb, k, n, transB)
	out := newView("C", c, ldc, m, n, false)
	if k == 0 {
		if !accumulate {
			out.clear(m, n)
		}
		return
	}
	if m*n*k < serialWork {
		pool = nil
	}
	p := products.Get().(*product)
	p.tile, p.direct = &l.t.tile, true
	if transA && n < turnColumns && k >= depth {
		p.runTurned(pool, m, n, k, left, right, out, accumulate)
	} else {
		p.run(pool, m, n, k, left, right, out, accumulate)
	}
	p.release()
}

// view is a matrix inside a slice: element (i, j) is data[i·rs + j·cs], and rs or cs is 1.
type view struct {
	data   []float32
	rs, cs int
}

// newView views an operand of rows × cols and panics unless data holds one.
func newView(name string, data []float32, ld, rows, cols int, transposed bool) view {
	v := view{data, ld, 1}
	if transposed {
		v, rows, cols = v.transposed(), cols, rows
	}
	if rows > 0 && cols > 0 && (ld < cols || len(data) < (rows-1)*ld+cols) {
		panic("kernels: Gemm: " + name + " is shorter than its extents, or its leading dimension shorter than a row")
	}
	return v
}

// from is the part of the slice that starts at element (i, j).
func (v view) from(i, j int) []float32 { return v.data[i*v.rs+j*v.cs:] }

// transposed is the view with rows and columns exchanged.
func (v view) transposed() view { return view{v.data, v.cs, v.rs} }

// clear zeroes a matrix stored by rows.
func (v view) clear(rows, cols int) {
	for i := range rows {
		clear(v.from(i, 0)[:cols])
	}
}
