package autograd

import (
	"sync"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
)

// Dense convolution through patches: row p of the patch matrix holds what
// the kernel sees at output place p, in the order of the weights' rows
// (ky, kx, channel of the group). One matrix product a group and sample.

// patchPool keeps patch matrices of all convolutions for the next call.
type patchPool struct{ sync.Pool }

func (p *patchPool) get(n int) *[]float32 {
	buf, _ := p.Get().(*[]float32)
	if buf == nil {
		buf = new([]float32)
	}
	*buf = grow(*buf, n)
	return buf
}

func (g geometry) places() int    { return g.oh * g.ow }
func (g geometry) patchSize() int { return g.Kernel[0] * g.Kernel[1] * g.cg }

// multiply adds x * w to y.
func (g geometry) multiply(c *Context, y, x *signal.Signal, w []float32) {
	var pool patchPool
	c.Pool.For(x.Rows(), 1, func(lo, hi int) {
		buf := pool.get(g.places() * g.patchSize())
		for r := lo; r < hi; r++ {
			for group := range g.Groups {
				g.patches(*buf, x.Row(r), group)
				kernels.Gemm(nil, g.places(), g.og, g.patchSize(), *buf, g.patchSize(), false,
					w[group*g.og:], g.oc, false, y.Row(r)[group*g.og:], g.oc, true)
			}
		}
		pool.Put(buf)
	})
}

// correlate adds patchesᵀ·dy of rows first..last to the weight gradient.
func (g geometry) correlate(dw []float32, x, dy *signal.Signal, first, last int) {
	buf := make([]float32, g.places()*g.patchSize())
	for r := first; r < last; r++ {
		for group := range g.Groups {
			g.patches(buf, x.Row(r), group)
			kernels.Gemm(nil, g.patchSize(), g.og, g.places(), buf, g.patchSize(), true,
				dy.Row(r)[group*g.og:], g.oc, false, dw[group*g.og:], g.oc, true)
		}
	}
}

// inputGrad writes dL/dx: the patch gradients dy·wᵀ, added up place by place.
func (g geometry) inputGrad(c *Context, dx, dy *signal.Signal, w []float32) {
	var pool patchPool
	c.Pool.For(dx.Rows(), 1, func(lo, hi int) {
		buf := pool.get(g.places() * g.patchSize())
		for r := lo; r < hi; r++ {
			clear(dx.Row(r))
			for group := range g.Groups {
				kernels.Gemm(nil, g.places(), g.patchSize(), g.og, dy.Row(r)[group*g.og:], g.oc, false,
					w[group*g.og:], g.oc, true, *buf, g.patchSize(), false)
				g.unpatch(dx.Row(r), *buf, group)
			}
		}
		pool.Put(buf)
	})
}

// patches fills the patch matrix of one sample and group.
func (g geometry) patches(dst, x []float32, group int) {
	g.eachSpan(group, func(patch, place int) {
		if place < 0 {
			clear(dst[patch : patch+g.cg])
		} else {
			copy(dst[patch:patch+g.cg], x[place:place+g.cg])
		}
	})
}

// unpatch adds a patch matrix back to the sample.
func (g geometry) unpatch(x, patches []float32, group int) {
	g.eachSpan(group, func(patch, place int) {
		if place >= 0 {
			for i, v := range patches[patch : patch+g.cg] {
				x[place+i] += v
			}
		}
	})
}

// eachSpan visits every run of channels: where it lies in the patch matrix
// and in the sample, or −1 where it lies in the padding.
func (g geometry) eachSpan(group int, visit func(patch, place int)) {
	patch := 0
	for oy := range g.oh {
		for ox := range g.ow {
			for ky := range g.Kernel[0] {
				y := oy*g.Stride[0] + ky*g.Dilation[0] - g.Padding[0]
				for kx := range g.Kernel[1] {
					x := ox*g.Stride[1] + kx*g.Dilation[1] - g.Padding[1]
					place := -1
					if y >= 0 && y < g.h && x >= 0 && x < g.w {
						place = (y*g.w+x)*g.c + group*g.cg
					}
					visit(patch, place)
					patch += g.cg
				}
			}
		}
	}
}
