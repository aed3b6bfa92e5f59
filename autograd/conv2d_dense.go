package autograd

import "github.com/snntrain/snntrain/internal/kernels"

// Dense convolution through patches: row p of the patch matrix holds what
// the kernel sees at output place p, in the order of the weights' rows
// (ky, kx, channel of the group). One matrix product a group and sample. With
// one channel the values of a tap lie side by side for a line of outputs, and
// the matrix is stored by columns.

// multiply adds x * w to y.
func (p *plan) multiply(s *convSpace, y, x, w []float32) {
	x = p.pad(s, x)
	for g := range p.groups {
		patches, ld, byColumns := p.patches(s, x, g)
		kernels.Gemm(nil, p.places(), p.og, p.taps(), patches, ld, byColumns, w[g*p.og:], p.oc, false, y[g*p.og:], p.oc, true)
	}
}

// correlate adds patchesᵀ·dy of one sample to the weight gradient.
func (p *plan) correlate(s *convSpace, dw, x, dy []float32) {
	x = p.pad(s, x)
	for g := range p.groups {
		patches, ld, byColumns := p.patches(s, x, g)
		kernels.Gemm(nil, p.taps(), p.og, p.places(), patches, ld, !byColumns, dy[g*p.og:], p.oc, false, dw[g*p.og:], p.oc, true)
	}
}

// spread adds the patch gradients dy·wᵀ, place by place, to dL/dx of one
// sample with padding.
func (p *plan) spread(s *convSpace, dx, dy, w []float32) {
	s.patches = grow(s.patches, p.places()*p.taps())
	for g := range p.groups {
		kernels.Gemm(nil, p.places(), p.taps(), p.og, dy[g*p.og:], p.oc, false, w[g*p.og:], p.oc, true, s.patches, p.taps(), false)
		p.eachSpan(g, func(patch, place, n int) { kernels.Add(dx[place:place+n], s.patches[patch:]) })
	}
}

// patches returns the patch matrix of one padded sample and group, and how it is stored.
func (p *plan) patches(s *convSpace, x []float32, group int) (matrix []float32, ld int, byColumns bool) {
	s.patches = grow(s.patches, p.places()*p.taps())
	if p.c == 1 {
		p.patchColumns(s.patches, x)
		return s.patches, p.places(), true
	}
	p.eachSpan(group, func(patch, place, n int) { copy(s.patches[patch:patch+n], x[place:]) })
	return s.patches, p.taps(), false
}

// patchColumns writes the patch matrix of one padded sample of one channel, a tap after the other.
func (p *plan) patchColumns(dst, x []float32) {
	line := p.x.padded()
	for ky := range p.y.kernel {
		for kx := range p.x.kernel {
			for oy := range p.oh {
				from := x[(oy*p.y.stride+ky*p.y.dilation)*line+kx*p.x.dilation:]
				for ox := range dst[:p.ow] {
					dst[ox] = from[ox*p.x.stride]
				}
				dst = dst[p.ow:]
			}
		}
	}
}

// eachSpan visits every run of values that lie side by side in the patch
// matrix and in the padded sample: a kernel row, or one tap when taps do not touch.
func (p *plan) eachSpan(group int, visit func(patch, place, n int)) {
	n, runs := p.backward.run, p.backward.runs
	patch, line := 0, p.x.padded()*p.c
	for oy := range p.oh {
		for ox := range p.ow {
			place := oy*p.y.stride*line + ox*p.x.stride*p.c + group*p.cg
			for range p.y.kernel {
				for kx := range runs {
					visit(patch, place+kx*p.x.dilation*p.c, n)
					patch += n
				}
				place += p.y.dilation * line
			}
		}
	}
}

// pad returns a sample with its padding.
func (p *plan) pad(s *convSpace, x []float32) []float32 {
	if !p.isPadded() {
		return x
	}
	s.padded = grow(s.padded, p.padded())
	clear(s.padded)
	line, to := p.w*p.c, p.x.padded()*p.c
	for y := range p.h {
		copy(s.padded[(y+p.y.padding)*to+p.x.padding*p.c:], x[y*line:(y+1)*line])
	}
	return s.padded
}

// crop copies a sample without its padding.
func (p *plan) crop(dst, padded []float32) {
	line, from := p.w*p.c, p.x.padded()*p.c
	for y := range p.h {
		copy(dst[y*line:(y+1)*line], padded[(y+p.y.padding)*from+p.x.padding*p.c:])
	}
}
