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
	g.tables()
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

// place is where an input place lies: row and column with padding, and, for a
// plain convolution, the output columns lo..hi that it reaches.
type place struct{ y, first, lo, hi int32 }

// tables are looked up instead of dividing for every spike.
type tables struct {
	of      []int32 // channel-last index → place
	channel []int32
	places  []place
}

func (g geometry) tables() *tables {
	t := &g.table
	if len(t.of) == g.c*g.h*g.w {
		return t
	}
	*t = tables{of: make([]int32, g.c*g.h*g.w), channel: make([]int32, g.c*g.h*g.w), places: make([]place, g.h*g.w)}
	for i := range t.of {
		t.of[i], t.channel[i] = int32(i/g.c), int32(i%g.c)
	}
	for i := range t.places {
		first := i%g.w + g.Padding[1] - g.Kernel[1] + 1 // output column of the reversed tap 0
		t.places[i] = place{
			y: int32(i/g.w + g.Padding[0]), first: int32(first),
			lo: int32(max(first, 0)), hi: int32(min(first+g.Kernel[1], g.ow)),
		}
	}
	return t
}

// eachRun visits what each event (channel-last index) touches: n values at
// out of an output row and at weight of the packed weights.
func (g geometry) eachRun(events []uint32, visit func(out, weight, n int)) {
	t := g.tables()
	plain := g.Stride == [2]int{1, 1} && g.Dilation == [2]int{1, 1} && g.Groups == 1
	kh, kw := g.Kernel[0], g.Kernel[1]
	for _, e := range events {
		p, c := t.places[t.of[e]], int(t.channel[e])
		if !plain {
			g.eachTapOf(int(p.y), int(t.of[e])%g.w, c, visit)
			continue
		}
		lo, n := int(p.lo), int(p.hi-p.lo)*g.oc
		if n <= 0 {
			continue
		}
		weight := (c*kw + lo - int(p.first)) * g.oc
		out := (int(p.y)*g.ow + lo) * g.oc
		for ky := range kh {
			if oy := int(p.y) - ky; oy >= 0 && oy < g.oh {
				visit(out-ky*g.ow*g.oc, weight+ky*g.cg*kw*g.oc, n)
			}
		}
	}
}

// eachTapOf visits the taps of a spike one by one; y counts the padding.
func (g geometry) eachTapOf(y, x, c int, visit func(out, weight, n int)) {
	for ky := range g.Kernel[0] {
		if oy, ok := target(y, ky, g.Dilation[0], g.Stride[0], g.oh); ok {
			g.taps(oy, x, c, ky, visit)
		}
	}
}

// target is the output place that input place p, counting the padding, reaches through tap k.
func target(p, k, dilation, stride, extent int) (int, bool) {
	o := p - k*dilation
	if o < 0 || o%stride != 0 || o/stride >= extent {
		return 0, false
	}
	return o / stride, true
}

// taps visits the taps of kernel row ky one by one.
func (g geometry) taps(oy, px, c, ky int, visit func(out, weight, n int)) {
	kw, group := g.Kernel[1], c/g.cg
	for kx := range kw {
		if ox, ok := target(px+g.Padding[1], kx, g.Dilation[1], g.Stride[1], g.ow); ok {
			visit((oy*g.ow+ox)*g.oc+group*g.og, ((ky*g.cg+c%g.cg)*kw+kw-1-kx)*g.oc+group*g.og, g.og)
		}
	}
}
