package autograd

import (
	"sync"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
)

// columns is what a thread needs to sum by bits.
type columns struct {
	sums         []float32
	rows, inputs [64]uint64
}

// takeColumns returns a space for 64 sums of n columns.
func takeColumns(p *sync.Pool, n int) *columns {
	s, _ := p.Get().(*columns)
	if s == nil {
		s = new(columns)
	}
	s.sums = grow(s.sums, n*64)
	return s
}

// fill sets the sums of each column to its bias, or to zero.
func (s *columns) fill(bias []float32) {
	clear(s.sums)
	if bias == nil {
		return
	}
	for i := range s.sums {
		s.sums[i] = bias[i/64]
	}
}

// rowsAtOnce is the number of rows whose bits and errors stay in the first-level cache.
const rowsAtOnce = 256

// columnProduct is product for many spikes: 64 rows at a time,
// their sums in registers. It adds in the order of the events, and needs no list of them.
func (l *Linear) columnProduct(c *Context, x *signal.Signal, w, bias []float32) {
	y := &l.y
	n, k, part := y.N(), x.N(), columnPart(y.N())
	c.Pool.For((x.Rows()+63)/64, 1, func(lo, hi int) {
		s := takeColumns(&l.columns, n) // the sums are yᵀ of 64 rows
		for block := lo; block < hi; block++ {
			mine := y.F[block*64*n : min((block+1)*64, x.Rows())*n]
			s.fill(bias)
			for q := range x.Stride() {
				clear(s.rows[:])
				for r := range len(mine) / n {
					s.rows[r] = x.Words[(block*64+r)*x.Stride()+q]
				}
				kernels.TransposeBits(&s.inputs, &s.rows)
				for j := 0; j < n; j += part {
					kernels.AddColumns(s.sums[j*64:], 64, s.inputs[:], 1, min(64, k-q*64), w[q*64*n+j:], n, min(part, n-j), true)
				}
			}
			untranspose(mine, s.sums, n)
		}
		l.columns.Put(s)
	})
}

// columnPart is how many of n columns are taken at once.
func columnPart(n int) int {
	parts := (n + kernels.ColumnsAtOnce - 1) / kernels.ColumnsAtOnce
	return (n + parts - 1) / parts
}

// transpose writes up to 64 rows of n values as columns, and untranspose back.
func transpose(columns, rows []float32, n int) {
	for i := range len(rows) / n {
		for j, v := range rows[i*n : (i+1)*n] {
			columns[j*64+i] = v
		}
	}
}

func untranspose(rows, columns []float32, n int) {
	for i := range len(rows) / n {
		row := rows[i*n : (i+1)*n]
		for j := range row {
			row[j] = columns[j*64+i]
		}
	}
}

// columnWeights is productWeights for many spikes: 64 inputs at
// a time, their sums in registers. It adds in the same order.
func (l *Linear) columnWeights(c *Context, dw []float32, x, dy *signal.Signal) {
	n, k, part, fresh := dy.N(), x.N(), columnPart(dy.N()), !c.Span.goesOn()
	c.Pool.For(x.Stride(), 1, func(lo, hi int) {
		s := takeColumns(&l.columns, n) // the sums are dWᵀ of 64 inputs
		for w := lo; w < hi; w++ {
			mine := dw[w*64*n : min((w+1)*64, k)*n]
			if fresh {
				clear(mine)
			}
			transpose(s.sums, mine, n)
			for last := x.Rows(); last > 0; last -= rowsAtOnce {
				first := max(0, last-rowsAtOnce)
				for j := 0; j < n; j += part {
					kernels.AddColumns(s.sums[j*64:], 64, x.Words[first*x.Stride()+w:], x.Stride(), last-first, dy.F[first*n+j:], n, min(part, n-j), false)
				}
			}
			untranspose(mine, s.sums, n)
		}
		l.columns.Put(s)
	})
}
