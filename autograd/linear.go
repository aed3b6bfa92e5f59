package autograd

import (
	"fmt"
	"slices"
	"sync"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// Linear computes y = x·W (+ b) for every row of a signal. Inputs: x (in), W
// stored (in, out) so that a spike adds one row, and optionally b (out).
// Spikes cost one row of W each; a constant x is multiplied once.
type Linear struct {
	// Product says that the input is read here alone and made by neurons that
	// take their gradient as a product.
	Product bool

	// Late says that the output is read once, by neurons that take rows of
	// it when they need them.
	Late bool

	// Strips says that besides the input takes no gradient, and that these
	// neurons take a neuron.Synapse.
	Strips bool

	y, dx, full signal.Signal
	out         Value
	grads       [3]Value
	back        []*Value
	all         []uint32
	turned      []float32 // W (out, in), for a product
	tiles       sync.Pool // *[]float32, parts of a matrix
	columns     sync.Pool // *columns

	parts linearParts
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
	l.out = Value{Signal: &l.y}
	if l.inParts(c, in, n) {
		return &l.out, nil
	}
	l.y.ResetAnalog(x.T, x.B, []int{n}, x.Const)
	var bias []float32
	if len(in) > 2 {
		bias = in[2].Param
	}
	first, last := aroundGain(x, bias)
	l.product(c, x, w, first)
	scaleRows(c, &l.y, gainOf(x), last)
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

// product writes x·W + b to y, W (in, out); spikes count as 1, and no bias is zero.
func (l *Linear) product(c *Context, x *signal.Signal, w, bias []float32) {
	y := &l.y
	n, k := y.N(), x.N()
	if !x.Spiking() && x.Zeros() < sparse {
		if bias != nil {
			fillRows(c, y, bias)
		}
		kernels.Gemm(c.Pool, x.Rows(), n, k, x.F, k, false, w, n, false, y.F, n, bias != nil)
		return
	}
	if x.Spiking() && kernels.ColumnsPay(n, 1-x.Zeros()) {
		l.columnProduct(c, x, w, bias)
		return
	}
	events, rows := x.ByRowOn(c.Pool), x.Rows()
	width := widthOf(k, n)
	cols := (n + width - 1) / width
	parts := partsOf(c, cols, rows, 4*k/max(1, len(events.Index)/max(rows, 1)))
	c.Pool.For(cols*parts, 1, func(first, last int) {
		tile := l.takeTile()
		for i := first; i < last; i++ {
			lo := i / parts * width
			hi := min(lo+width, n)
			packed := kernels.PackColumns(tile, w, n, k, lo, hi)
			for r := i % parts * rows / parts; r < (i%parts+1)*rows/parts; r++ {
				sums := y.Row(r)[lo:hi]
				if bias == nil {
					clear(sums)
				} else {
					copy(sums, bias[lo:hi])
				}
				addRows(sums, packed, hi-lo, events, r)
			}
		}
		l.tiles.Put(tile)
	})
}

// takeTile returns a part of a matrix for a thread.
func (l *Linear) takeTile() *[]float32 {
	if tile, _ := l.tiles.Get().(*[]float32); tile != nil {
		return tile
	}
	return new([]float32)
}

// partsOf is into how many parts some work is cut when cols pieces are too few
// for the threads; a part has least rows at least. No result depends on it.
func partsOf(c *Context, cols, rows, least int) int {
	want := (4*c.Pool.Threads() + cols - 1) / cols
	return max(1, min(want, rows/max(least, 1)))
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

// tileSize is how many values of a matrix are used at a time, so that they stay in the cache.
const tileSize = 100 << 10

// widthOf is the number of columns of a matrix of k rows that fit in a tile.
func widthOf(k, n int) int { return min(n, max(64, tileSize/max(k, 1)/64*64)) }

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
