package convert

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
)

// leastSquares collects rows of features φ and residuals r for
//
//	ΔW = argmin Σ ‖r − ΔW·φ‖² + λ‖ΔW‖²
//
// as normal equations (ΦᵀΦ + λ)ΔWᵀ = ΦᵀR.
type leastSquares struct {
	inputs, outputs int
	phi, res        []float32 // rows not yet added
	gram, moment    []float32 // ΦᵀΦ, ΦᵀR
	rows            int
}

func newLeastSquares(inputs, outputs int) *leastSquares {
	return &leastSquares{inputs: inputs, outputs: outputs, gram: make([]float32, inputs*inputs), moment: make([]float32, inputs*outputs)}
}

// row adds a row and returns its features and residuals to fill in.
func (l *leastSquares) row() (phi, res []float32) {
	l.phi = append(l.phi, make([]float32, l.inputs)...)
	l.res = append(l.res, make([]float32, l.outputs)...)
	return l.phi[len(l.phi)-l.inputs:], l.res[len(l.res)-l.outputs:]
}

// flush adds the rows to the normal equations.
func (l *leastSquares) flush(pool *par.Pool) {
	rows := len(l.res) / l.outputs
	d, n := l.inputs, l.outputs
	kernels.Gemm(pool, d, d, rows, l.phi, d, true, l.phi, d, false, l.gram, d, true)
	kernels.Gemm(pool, d, n, rows, l.phi, d, true, l.res, n, false, l.moment, n, true)
	l.rows += rows
	l.phi, l.res = l.phi[:0], l.res[:0]
}

// solve returns ΔWᵀ, inputs × outputs, with λ = (ridge + (inputs/rows)²) times
// the mean of the diagonal of ΦᵀΦ: where rows are few, ΔW stays small. All zeros
// where the equations have no solution.
func (l *leastSquares) solve(ridge float64, pool *par.Pool) []float64 {
	d, n := l.inputs, l.outputs
	a, b := make([]float64, d*d), make([]float64, d*n)
	mean := 0.0
	for i := range d {
		mean += float64(l.gram[i*d+i]) / float64(d)
	}
	for i, v := range l.gram {
		a[i] = float64(v)
	}
	few := float64(d) / float64(max(l.rows, 1))
	lambda := (ridge + few*few) * mean
	for i := range d {
		a[i*d+i] += lambda
	}
	for i, v := range l.moment {
		b[i] = float64(v)
	}
	if mean == 0 || !cholesky(a, d) {
		return make([]float64, d*n)
	}
	pool.For(n, 1, func(lo, hi int) {
		for k := lo; k < hi; k++ {
			substitute(a, b, d, n, k)
		}
	})
	return b
}

// cholesky replaces the lower triangle of a by L with LLᵀ = a.
func cholesky(a []float64, d int) bool {
	for j := range d {
		rowJ := a[j*d : j*d+j]
		sum := a[j*d+j]
		for _, v := range rowJ {
			sum -= v * v
		}
		if !(sum > 0) {
			return false
		}
		diagonal := math.Sqrt(sum)
		a[j*d+j] = diagonal
		for i := j + 1; i < d; i++ {
			rowI := a[i*d : i*d+j]
			s := a[i*d+j]
			for k, v := range rowJ {
				s -= v * rowI[k]
			}
			a[i*d+j] = s / diagonal
		}
	}
	return true
}

// substitute solves LLᵀx = b for column k of b, in place.
func substitute(l, b []float64, d, n, k int) {
	for i := range d {
		s := b[i*n+k]
		for j := range i {
			s -= l[i*d+j] * b[j*n+k]
		}
		b[i*n+k] = s / l[i*d+i]
	}
	for i := d - 1; i >= 0; i-- {
		s := b[i*n+k]
		for j := i + 1; j < d; j++ {
			s -= l[j*d+i] * b[j*n+k]
		}
		b[i*n+k] = s / l[i*d+i]
	}
}
