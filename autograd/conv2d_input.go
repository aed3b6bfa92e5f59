package autograd

import "github.com/snntrain/snntrain/internal/kernels"

// The input gradient. The errors of each output place that are not zero are
// listed; behind a maximum these are few, and are listed window by window.
// Each adds, for every kernel row, a run of its weights, (kx, c), to dL/dx;
// the run stays in registers while the errors of the place are read.

// inputPlan are the tables of the input gradient.
type inputPlan struct {
	run    int // values of dL/dx side by side
	stride int // of the turned weights
	runs   int // of a kernel row: 1, or one a tap when taps do not touch
	lists  int // of errors: of each place and group, or of each place of each pool window
	pooled bool
	list   []kernels.Window
}

func (p *plan) planInput() {
	f := &p.backward
	f.run, f.runs = p.x.kernel*p.cg, 1
	if p.x.dilation > 1 || p.groups > 1 {
		f.run, f.runs = p.cg, p.x.kernel
	}
	f.stride = (f.run + 15) &^ 15
	places := p.backward.places(p)
	f.lists = len(places) * p.groups
	for g := range p.groups {
		for ky := range p.y.kernel {
			for kx := range f.runs {
				for i, place := range places {
					y, x := place/p.ow*p.y.stride+ky*p.y.dilation, place%p.ow*p.x.stride+kx*p.x.dilation
					lo := i*p.groups + g
					f.list = append(f.list, kernels.Window{
						Lo: uint32(lo), Hi: uint32(lo + 1), Shift: int32(((g*p.y.kernel+ky)*f.runs + kx) * p.og),
						Dst: uint32((y*p.x.padded()+x)*p.c + g*p.cg),
					})
				}
			}
		}
	}
}

// places lists the output places in the order in which their errors are listed.
func (f *inputPlan) places(p *plan) []int {
	var list []int
	if f.pooled = p.pools != nil && p.groups == 1; f.pooled {
		for _, at := range p.pools.Place {
			list = append(list, int(at)/p.oc)
		}
		return list
	}
	for i := range p.places() {
		list = append(list, i)
	}
	return list
}

// turn reorders weights (kh, kw, cg, out) to (group, kh, run, out, values of the run).
func (p *plan) turn(dst, w []float32) []float32 {
	f := &p.backward
	kh, kw := p.y.kernel, p.x.kernel
	dst = grow(dst, p.groups*kh*f.runs*p.og*f.stride)
	for g := range p.groups {
		for ky := range kh {
			for kx := range kw {
				to := ((g*kh+ky)*f.runs*p.og)*f.stride + kx*p.cg
				if f.runs > 1 {
					to = (((g*kh+ky)*kw + kx) * p.og) * f.stride
				}
				for c := range p.cg {
					from := w[((ky*kw+kx)*p.cg+c)*p.oc+g*p.og:][:p.og]
					for o, v := range from {
						dst[to+o*f.stride+c] = v
					}
				}
			}
		}
	}
	return dst
}

// inputRows writes rows lo..hi of dL/dx.
func (v *Conv2d) inputRows(lo, hi int) {
	s := v.spaces.Get().(*convSpace)
	for r := lo; r < hi; r++ {
		v.inputRow(s, r)
	}
	v.spaces.Put(s)
}

func (v *Conv2d) inputRow(s *convSpace, r int) {
	p := v.plan
	dx := v.dx.Row(r)
	to := dx
	if p.isPadded() {
		s.padded = grow(s.padded, p.padded())
		to = s.padded
	}
	clear(to)
	if count := v.listErrors(s, r); float64(count) > errorShare*float64(p.outputs()) {
		p.spread(s, to, v.errorRow(s, r), v.run.w)
	} else {
		s.sums.Scale, s.sums.List = s.values[:len(s.sums.Index)], p.backward.list
		kernels.SumWindows(to, nil, p.backward.run, v.turned, p.backward.stride, &s.sums)
	}
	if p.isPadded() {
		p.crop(dx, to)
	}
}

// listErrors lists the errors of row r that are not zero, and returns their number.
func (v *Conv2d) listErrors(s *convSpace, r int) int {
	f := &v.plan.backward
	s.sums.Start = growIndex(s.sums.Start, f.lists+1)
	if f.pooled {
		n := v.plan.out.Size()
		s.roomForErrors(n)
		return kernels.MaximaRows(s.sums.Index, s.values, s.sums.Start, v.run.dy.Row(r), v.at[r*n:(r+1)*n], v.plan.oc, v.plan.pools)
	}
	dy := v.errorRow(s, r)
	s.roomForErrors(len(dy))
	return kernels.NonzeroRows(s.sums.Index, s.values, s.sums.Start, dy, v.plan.og)
}

func (s *convSpace) roomForErrors(n int) {
	s.sums.Index, s.values = growIndex(s.sums.Index, n+kernels.Slack), grow(s.values, n+kernels.Slack)
}
