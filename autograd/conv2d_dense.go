package autograd

import "github.com/snntrain/snntrain/internal/kernels"

// Dense convolution through patches: row p of the patch matrix holds what
// the kernel sees at output place p, in the order of the weights' rows
// (ky, kx, channel of the group). One matrix product a group and sample.

// multiply adds x * w to y.
func (p *plan) multiply(s *convSpace, y, x, w []float32) {
	for g := range p.groups {
		patches := p.patches(s, x, g)
		kernels.Gemm(nil, p.places(), p.og, p.taps(), patches, p.taps(), false, w[g*p.og:], p.oc, false, y[g*p.og:], p.oc, true)
	}
}

// correlate adds patchesᵀ·dy of one sample to the weight gradient.
func (p *plan) correlate(s *convSpace, dw, x, dy []float32) {
	for g := range p.groups {
		patches := p.patches(s, x, g)
		kernels.Gemm(nil, p.taps(), p.og, p.places(), patches, p.taps(), true, dy[g*p.og:], p.oc, false, dw[g*p.og:], p.oc, true)
	}
}

// spread adds the patch gradients dy·wᵀ, place by place, to dL/dx of one sample.
func (p *plan) spread(s *convSpace, dx, dy, w []float32) {
	s.patches = grow(s.patches, p.places()*p.taps())
	for g := range p.groups {
		kernels.Gemm(nil, p.places(), p.taps(), p.og, dy[g*p.og:], p.oc, false, w[g*p.og:], p.oc, true, s.patches, p.taps(), false)
		p.eachSpan(g, func(patch, place, n int) {
			if place >= 0 {
				kernels.Add(dx[place:place+n], s.patches[patch:])
			}
		})
	}
}

// patches returns the patch matrix of one sample and group.
func (p *plan) patches(s *convSpace, x []float32, group int) []float32 {
	s.patches = grow(s.patches, p.places()*p.taps())
	p.eachSpan(group, func(patch, place, n int) {
		if place < 0 {
			clear(s.patches[patch : patch+n])
		} else {
			copy(s.patches[patch:patch+n], x[place:])
		}
	})
	return s.patches
}

// eachSpan visits every run of n values: where it lies in the patch matrix
// and in the sample, or −1 where it lies in the padding.
func (p *plan) eachSpan(group int, visit func(patch, place, n int)) {
	patch := 0
	for oy := range p.oh {
		for ox := range p.ow {
			for ky := range p.y.kernel {
				y := oy*p.y.stride + ky*p.y.dilation - p.y.padding
				p.spans(patch, y, ox*p.x.stride-p.x.padding, group, visit)
				patch += p.x.kernel * p.cg
			}
		}
	}
}

// spans visits the runs of one kernel row, which begins at (y, x) of the sample.
func (p *plan) spans(patch, y, x, group int, visit func(patch, place, n int)) {
	kw, n := p.x.kernel, p.cg
	if p.x.dilation == 1 && p.groups == 1 && x >= 0 && x+kw <= p.w && y >= 0 && y < p.h {
		visit(patch, (y*p.w+x)*p.c, kw*n)
		return
	}
	for kx := range kw {
		at, place := x+kx*p.x.dilation, -1
		if y >= 0 && y < p.h && at >= 0 && at < p.w {
			place = (y*p.w+at)*p.c + group*n
		}
		visit(patch+kx*n, place, n)
	}
}
