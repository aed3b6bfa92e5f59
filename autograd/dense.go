package autograd

import "github.com/snntrain/snntrain/internal/signal"

// denseRow returns the values of stored row r: the row itself, or spikes
// written out to buf, which has room for one row.
func denseRow(buf []float32, x *signal.Signal, r int) []float32 {
	if !x.Spiking() {
		return x.Row(r)
	}
	clear(buf)
	x.AddTo(buf, r)
	return buf
}

// eachValueRow runs body over all stored rows of x with their values.
func eachValueRow(c *Context, x *signal.Signal, body func(r int, row []float32)) {
	c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
		var buf []float32
		if x.Spiking() {
			buf = make([]float32, x.N())
		}
		for r := lo; r < hi; r++ {
			body(r, denseRow(buf, x, r))
		}
	})
}
