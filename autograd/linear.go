package autograd

import (
	"fmt"
	"sync"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
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
			start(y.Row(r), bias)
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
				start(sums, columnsOf(bias, lo, hi))
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
