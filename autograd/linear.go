package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Linear computes y = x·W (+ b) for every row of a signal. Inputs: x (in), W
// stored (in, out) so that a spike adds one row, and optionally b (out).
// Spikes cost one row of W each; a constant x is multiplied once.
type Linear struct {
	y, dx, full signal.Signal
	out         Value
	grads       [3]Value
	back        []*Value
	all         []uint32
}

// Key implements Op.
func (l *Linear) Key() string { return "linear" }

func (l *Linear) adds() {}

// OutShape implements Op.
func (l *Linear) OutShape(in []model.Shape) (model.Shape, error) {
	if len(in) < 2 || len(in[0]) != 1 || len(in[1]) != 2 || in[0][0] != in[1][0] {
		return nil, fmt.Errorf("linear: inputs %v do not fit x (in), W (in, out)", in)
	}
	return model.Shape{in[1][1]}, nil
}

// Forward implements Op.
func (l *Linear) Forward(c *Context, in []*Value) (*Value, error) {
	x, w := in[0].Signal, in[1].Param
	n := len(w) / x.N()
	l.y.ResetAnalog(x.T, x.B, []int{n}, x.Const)
	var bias []float32
	if len(in) > 2 {
		bias = in[2].Param
	}
	first, last := aroundGain(x, bias)
	fillRows(c, &l.y, first)
	product(c, &l.y, x, w)
	scaleRows(c, &l.y, gainOf(x), last)
	l.out.Signal = &l.y
	return &l.out, nil
}

// gainOf is the value of an input that the products count as 1.
func gainOf(x *signal.Signal) float32 {
	if x.Spiking() {
		return x.Gain
	}
	return 1
}

// aroundGain says whether bias is added before the sum over spikes, or after it was scaled.
func aroundGain(x *signal.Signal, bias []float32) (first, last []float32) {
	if gainOf(x) == 1 {
		return bias, nil
	}
	return nil, bias
}

// fillRows sets the channels of every place of y, len(bias) values each, to bias, or to zero.
func fillRows(c *Context, y *signal.Signal, bias []float32) {
	c.Pool.For(y.Rows(), rowGrain(y.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := y.Row(r)
			if bias == nil {
				clear(row)
			}
			for i := 0; bias != nil && i < len(row); i += len(bias) {
				copy(row[i:], bias)
			}
		}
	})
}

// scaleRows multiplies every row by gain and adds bias; it does nothing when gain is 1.
func scaleRows(c *Context, y *signal.Signal, gain float32, bias []float32) {
	if gain == 1 {
		return
	}
	c.Pool.For(y.Rows(), rowGrain(y.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := y.Row(r)
			kernels.Scale(row, gain)
			for i := 0; bias != nil && i < len(row); i += len(bias) {
				kernels.Add(row[i:i+len(bias)], bias)
			}
		}
	})
}

// product adds x·W to y, W (in, out); spikes count as 1.
func product(c *Context, y, x *signal.Signal, w []float32) {
	n, k := y.N(), x.N()
	if !x.Spiking() && x.Zeros() < sparse {
		kernels.Gemm(c.Pool, x.Rows(), n, k, x.F, k, false, w, n, false, y.F, n, true)
		return
	}
	events := x.ByRow()
	tiles(c, x.Rows(), n, k, func(r, lo, hi int) {
		addRows(y.Row(r)[lo:hi], w[lo:], n, events, r)
	})
}

// sparse is the share of zeros from which skipping them pays.
const sparse = 0.7

// addRows adds the rows of w that group g lists to dst.
func addRows(dst, w []float32, stride int, e *signal.Events, g int) {
	if e.Value == nil {
		kernels.AddRows(dst, w, stride, e.Group(g))
	} else {
		kernels.AddScaledRows(dst, w, stride, e.Group(g), e.Values(g))
	}
}

// tiles runs body over all rows for column blocks lo..hi of a matrix with k
// rows of n values, so narrow that a block of the matrix stays in the cache.
func tiles(c *Context, rows, n, k int, body func(r, lo, hi int)) {
	const cache = 96 << 10 // values of the matrix block
	width := min(n, max(64, cache/max(k, 1)/64*64))
	cols := (n + width - 1) / width
	grain := max(1, min(rowGrain(width), rows))
	chunks := (rows + grain - 1) / grain
	c.Pool.For(cols*chunks, 1, func(first, last int) {
		for i := first; i < last; i++ {
			lo := i / chunks * width
			hi := min(lo+width, n)
			for r := i % chunks * grain; r < min((i%chunks+1)*grain, rows); r++ {
				body(r, lo, hi)
			}
		}
	})
}

// Backward implements Op.
func (l *Linear) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, w := in[0].Signal, in[1].Param
	dy := matchRows(c, grad.Signal, x, &l.full)
	if l.back == nil {
		l.back = make([]*Value, len(in))
	}
	if need[1] {
		l.grads[1].Param = grow(l.grads[1].Param, len(w))
		productWeights(c, l.grads[1].Param, x, dy)
		l.back[1] = &l.grads[1]
	}
	if len(in) > 2 && need[2] {
		l.grads[2].Param = grow(l.grads[2].Param, len(in[2].Param))
		l.all = downFrom(l.all, dy.Rows())
		if !c.Span.goesOn() {
			clear(l.grads[2].Param)
		}
		addRowSums(c, l.grads[2].Param, dy, l.all)
		l.back[2] = &l.grads[2]
	}
	if need[0] {
		n, k := dy.N(), x.N()
		l.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		kernels.Gemm(c.Pool, dy.Rows(), k, n, dy.F, n, false, w, n, true, l.dx.F, k, false)
		l.grads[0].Signal = &l.dx
		l.back[0] = &l.grads[0]
	}
	return l.back, nil
}

// matchRows returns g with one row for every stored row of x: a gradient that
// holds in every step of a varying x is written out into full.
func matchRows(c *Context, g, x, full *signal.Signal) *signal.Signal {
	if !g.Const || x.Const {
		return g
	}
	full.ResetAnalog(x.T, x.B, g.Shape, false)
	c.Pool.For(full.Rows(), rowGrain(full.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			copy(full.Row(r), g.Row(r%g.B))
		}
	})
	return full
}

// productWeights writes dW = xᵀ·dy, (in, out), or adds it to that of the
// segments behind. Over spikes the rows are added from the last to the first,
// in segments as in the whole, and multiplied by the spikes' value at the end:
// the same bits. The dense product sums each segment by itself.
func productWeights(c *Context, dw []float32, x, dy *signal.Signal) {
	n, k := dy.N(), x.N()
	if !x.Spiking() && x.Zeros() < sparse {
		kernels.Gemm(c.Pool, k, n, x.Rows(), x.F, k, true, dy.F, n, false, dw, n, c.Span.goesOn())
		return
	}
	events, gain := x.ByInput(), gainOf(x)
	tiles(c, k, n, dy.Rows(), func(i, lo, hi int) {
		row := dw[i*n+lo : i*n+hi]
		if !c.Span.goesOn() {
			clear(row)
		}
		addRows(row, dy.F[lo:], n, events, i)
		if gain != 1 && c.Span.done() {
			kernels.Scale(row, gain)
		}
	})
}

// sumRows writes the sum of all rows of s to dst, in the order of all.
func sumRows(c *Context, dst []float32, s *signal.Signal, all []uint32) {
	clear(dst)
	addRowSums(c, dst, s, all)
}

// addRowSums adds the sum of all rows of s to dst, in the order of all.
func addRowSums(c *Context, dst []float32, s *signal.Signal, all []uint32) {
	n := s.N()
	c.Pool.For(n, 64, func(lo, hi int) {
		kernels.AddRows(dst[lo:hi], s.F[lo:], n, all)
	})
}

// downFrom returns n−1, …, 1, 0.
func downFrom(s []uint32, n int) []uint32 {
	if len(s) == n {
		return s
	}
	s = s[:0]
	for i := n - 1; i >= 0; i-- {
		s = append(s, uint32(i))
	}
	return s
}

// upTo returns 0, 1, …, n−1.
func upTo(s []uint32, n int) []uint32 {
	for i := len(s); i < n; i++ {
		s = append(s, uint32(i))
	}
	return s[:n]
}
