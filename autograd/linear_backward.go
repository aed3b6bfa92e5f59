package autograd

import (
	"slices"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron"
)

// Backward implements Op.
func (l *Linear) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x, w := in[0].Signal, in[1].Param
	if l.out.Synapse != nil {
		return l.partGrads(need), nil
	}
	dy := matchRows(c, grad.Signal, x, &l.full)
	if l.back == nil {
		l.back = make([]*Value, len(in))
	}
	if need[1] {
		l.grads[1].Param = grow(l.grads[1].Param, len(w))
		l.productWeights(c, l.grads[1].Param, x, dy)
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
	l.grads[0].Product = neuron.Product{}
	if need[0] && l.Product && !dy.Const && dy.N() <= narrow {
		l.dx.ResetSpikes(0, x.B, x.Shape, false) // no values
		l.turn(w, x.N(), dy.N())
		l.grads[0] = Value{Signal: &l.dx, Product: neuron.Product{DY: dy, W: l.turned}}
		l.back[0] = &l.grads[0]
	} else if need[0] {
		l.inputErrors(c, x, dy, w)
		l.grads[0].Signal = &l.dx
		l.back[0] = &l.grads[0]
	}
	return l.back, nil
}

// inputErrors writes dL/dx = dy·Wᵀ: over dy where that lies in the place of
// y, which nobody else reads, and has rows of the same length.
func (l *Linear) inputErrors(c *Context, x, dy *signal.Signal, w []float32) {
	n, k, rows := dy.N(), x.N(), dy.Rows()
	if n != k || len(dy.F) == 0 || &dy.F[0] != &l.y.F[0] {
		l.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		kernels.Gemm(c.Pool, rows, k, n, dy.F, n, false, w, n, true, l.dx.F, k, false)
		return
	}
	l.dx.Window(dy, 0, dy.T)
	b, turned, block := w, true, manyInPlace
	if len(w) <= smallWeights {
		l.turn(w, k, n)
		b, turned, block = l.turned, false, fewInPlace
	}
	c.Pool.For(rows, min(block, rows/(2*c.Pool.Threads())+1), func(lo, hi int) {
		tile := l.takeTile()
		*tile = grow(*tile, (hi-lo)*n)
		kernels.Gemm(nil, hi-lo, n, n, dy.F[lo*n:], n, false, b, n, turned, *tile, n, false)
		copy(dy.F[lo*n:hi*n], *tile)
		l.tiles.Put(tile)
	})
}

// Rows are computed some at a time before they are written over what they were
// computed from: few where W stays in the second-level cache and is read
// where it lies, else so many that packing W each time counts little.
const (
	smallWeights = 1 << 18 // values
	fewInPlace   = 56
	manyInPlace  = 1008
)

// turn keeps W (k, n) as (n, k).
func (l *Linear) turn(w []float32, k, n int) {
	l.turned = grow(l.turned, len(w))
	kernels.Transpose(l.turned, w, k, n)
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
// segments behind. Over spikes the rows are added from the last to the first, in segments as in the whole, and multiplied by the spikes'
// value at the end: the same bits. The dense product sums each segment by itself.
func (l *Linear) productWeights(c *Context, dw []float32, x, dy *signal.Signal) {
	n, k := dy.N(), x.N()
	if !x.Spiking() && x.Zeros() < sparse {
		kernels.Gemm(c.Pool, k, n, x.Rows(), x.F, k, true, dy.F, n, false, dw, n, c.Span.goesOn())
		return
	}
	switch {
	case x.Spiking() && kernels.ColumnsPay(n, 1-x.Zeros()):
		l.columnWeights(c, dw, x, dy)
	case x.Spiking() && n <= narrow:
		narrowWeights(c, dw, x, dy)
	default:
		tiledWeights(c, dw, x, dy)
	}
	if gain := gainOf(x); gain != 1 && c.Span.done() {
		kernels.Scale(dw, gain)
	}
}

// tiledWeights adds xᵀ·dy to dW by the events of each input.
func tiledWeights(c *Context, dw []float32, x, dy *signal.Signal) {
	rows, width := kernels.ListTile(1-x.Zeros(), dy.N())
	e := x.ByInput(c.Pool, rows)
	l := kernels.Lists{Start: e.Start, Index: e.Index, Value: e.Value, Many: x.N(), Chunk: rows, Fresh: !c.Span.goesOn()}
	kernels.SumLists(c.Pool, dw, dy.N(), dy.F, x.Rows(), width, &l)
}

// narrow is the number of outputs up to which errors are added to rows of dW,
// which takes no list of events by input.
const narrow = 32

// narrowWeights adds xᵀ·dy to dW for few outputs: every spike adds its row of
// errors to a row of dW. Threads share the inputs.
func narrowWeights(c *Context, dw []float32, x, dy *signal.Signal) {
	n, k := dy.N(), x.N()
	events := x.ByRowOn(c.Pool)
	fresh := !c.Span.goesOn()
	c.Pool.For(k, max(64, (k+c.Pool.Threads()-1)/c.Pool.Threads()), func(lo, hi int) {
		if fresh {
			clear(dw[lo*n : hi*n])
		}
		for r := x.Rows() - 1; r >= 0; r-- {
			list := events.Group(r)
			from, _ := slices.BinarySearch(list, uint32(lo))
			to, _ := slices.BinarySearch(list, uint32(hi))
			kernels.AddToRows(dw, n, list[from:to], dy.Row(r))
		}
	})
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
