package autograd

import (
	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
)

// Event-driven convolution. A spike at (y, x, c) reaches, for each kernel row
// ky, the outputs of one output row whose places are side by side. With
// weights packed as (ky, c, kx reversed, out) that is one run of memory on
// both sides when stride and dilation are 1 and there is one group.

// pack reorders weights (kh, kw, cg, out) to (kh, cg, kw reversed, out).
func (g geometry) pack(dst, w []float32) []float32 {
	dst = grow(dst, len(w))
	g.eachTap(func(plain, packed int) { copy(dst[packed:packed+g.oc], w[plain:plain+g.oc]) })
	return dst
}

// unpack is the inverse of pack.
func (g geometry) unpack(dst, w []float32) {
	g.eachTap(func(plain, packed int) { copy(dst[plain:plain+g.oc], w[packed:packed+g.oc]) })
}

func (g geometry) eachTap(visit func(plain, packed int)) {
	kh, kw := g.Kernel[0], g.Kernel[1]
	for ky := range kh {
		for kx := range kw {
			for c := range g.cg {
				visit(((ky*kw+kx)*g.cg+c)*g.oc, ((ky*g.cg+c)*kw+kw-1-kx)*g.oc)
			}
		}
	}
}

// scatter adds the packed weights of every spike to y.
func (g geometry) scatter(c *Context, y, x *signal.Signal, packed []float32) {
	events := x.ByRow()
	c.Pool.For(x.Rows(), 1, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := y.Row(r)
			g.eachRun(events.Group(r), func(out, weight, n int) {
				kernels.Add(row[out:out+n], packed[weight:weight+n])
			})
		}
	})
}

// gather adds the errors that the spikes of rows first..last reached to the packed weight gradient.
func (g geometry) gather(dw []float32, x, dy *signal.Signal, first, last int) {
	events := x.ByRow()
	for r := first; r < last; r++ {
		row := dy.Row(r)
		g.eachRun(events.Group(r), func(out, weight, n int) {
			kernels.Add(dw[weight:weight+n], row[out:out+n])
		})
	}
}

// eachRun visits what each event (channel-last index) touches: n values at
// out of an output row and at weight of the packed weights.
func (g geometry) eachRun(events []uint32, visit func(out, weight, n int)) {
	plain := g.Stride == [2]int{1, 1} && g.Dilation == [2]int{1, 1} && g.Groups == 1
	for _, e := range events {
		place := int(e) / g.c
		c, py, px := int(e)%g.c, place/g.w, place%g.w
		for ky := range g.Kernel[0] {
			oy, ok := target(py, ky, g.Padding[0], g.Dilation[0], g.Stride[0], g.oh)
			if !ok {
				continue
			}
			if plain {
				g.row(oy, px, c, ky, visit)
			} else {
				g.taps(oy, px, c, ky, visit)
			}
		}
	}
}

// target is the output place that input place p reaches through tap k.
func target(p, k, padding, dilation, stride, extent int) (int, bool) {
	o := p + padding - k*dilation
	if o < 0 || o%stride != 0 || o/stride >= extent {
		return 0, false
	}
	return o / stride, true
}

// row visits all taps of kernel row ky as one run.
func (g geometry) row(oy, px, c, ky int, visit func(out, weight, n int)) {
	kw := g.Kernel[1]
	first := px + g.Padding[1] - kw + 1 // output column of the reversed tap 0
	lo, hi := max(first, 0), min(first+kw, g.ow)
	if lo < hi {
		visit((oy*g.ow+lo)*g.oc, ((ky*g.cg+c)*kw+lo-first)*g.oc, (hi-lo)*g.oc)
	}
}

// taps visits the taps of kernel row ky one by one.
func (g geometry) taps(oy, px, c, ky int, visit func(out, weight, n int)) {
	kw, group := g.Kernel[1], c/g.cg
	for kx := range kw {
		if ox, ok := target(px, kx, g.Padding[1], g.Dilation[1], g.Stride[1], g.ow); ok {
			visit((oy*g.ow+ox)*g.oc+group*g.og, ((ky*g.cg+c%g.cg)*kw+kw-1-kx)*g.oc+group*g.og, g.og)
		}
	}
}
