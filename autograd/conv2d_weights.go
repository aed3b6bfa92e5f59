package autograd

import (
	"math/bits"

	"github.com/snntrain/snntrain/internal/kernels"
)

// The weight gradient over spikes. Row (ky, kx, c) of it is the sum of the
// errors at all places that saw a spike of channel c through tap (ky, kx). For
// a block of samples the places that saw one of channel c through any tap of
// column kx are listed by input line, so that those of one ky are one run of
// the list. The row stays in registers, the block's errors in the cache.

// weightPlan are the tables of the weight gradient.
type weightPlan struct {
	rows  int     // samples of a block
	lines []int32 // by number: input line, −1 for padding
	deep  []int32 // by number: output line of tap 0
	taps  []tap   // of input column x and kernel column kx, x·kw + kx
	room  int     // entries of one list at most
	list  []kernels.Window
}

const (
	blockRows   = 8     // samples of a block at most
	blockValues = 32768 // errors of a block at most: a part of the second-level cache
)

func (p *plan) planWeight() {
	f := &p.weight
	lines := p.y.byStep(p.y.stride)
	f.lines = p.y.inputs(lines)
	for i := range f.lines {
		f.deep = append(f.deep, int32(i%lines.run))
	}
	for x := range p.w {
		for kx := range p.x.kernel {
			f.taps = append(f.taps, p.x.tap(x, kx))
		}
	}
	f.room = f.rows*p.h*min(p.w, p.ow) + 1
	for c := range p.cg {
		for kx := range p.x.kernel {
			list := (c*p.x.kernel + kx) * (len(f.lines) + 1)
			for ky := range p.y.kernel {
				first := ky * p.y.dilation
				lo := list + lines.of(first)
				f.list = append(f.list, kernels.Window{
					Lo: uint32(lo), Hi: uint32(lo + p.oh), Shift: -int32(first / p.y.stride * f.rows * p.ow),
					Dst: uint32(((ky*p.x.kernel+kx)*p.cg + c) * p.oc),
				})
			}
		}
	}
}

// tap says which output column sees an input column through a kernel column:
// ox with count 1, or none with count 0.
type tap struct{ ox, count uint32 }

func (a axis) tap(i, k int) tap {
	o := i + a.padding - k*a.dilation
	if o < 0 || o%a.stride != 0 || o/a.stride >= a.out {
		return tap{}
	}
	return tap{uint32(o / a.stride), 1}
}

// weightGroups computes the partial gradients of groups lo..hi of rows.
func (v *Conv2d) weightGroups(lo, hi int) {
	s := v.spaces.Get().(*convSpace)
	rows, groups := v.run.x.Rows(), len(v.partial)
	for k := lo; k < hi; k++ {
		v.partial[k] = grow(v.partial[k], v.run.size)
		clear(v.partial[k])
		first, last := k*rows/groups, (k+1)*rows/groups
		for ; first < last; first += v.plan.weight.rows {
			v.weightBlock(s, v.partial[k], first, min(first+v.plan.weight.rows, last))
		}
	}
	v.spaces.Put(s)
}

// weightBlock adds what rows first..last give.
func (v *Conv2d) weightBlock(s *convSpace, sum []float32, first, last int) {
	p, x, dy := v.plan, v.run.x, v.run.dy
	n := dy.N()
	dw, db := sum[:len(v.run.w)], sum[len(v.run.w):]
	if len(db) > 0 {
		s.all = upTo(s.all, (last-first)*n/p.oc)
		kernels.AddRows(db, dy.F[first*n:last*n], p.oc, s.all)
	}
	if !x.Spiking() || !spikesUnder(weightShare, x.Words[first*x.Stride():last*x.Stride()], (last-first)*x.N()) {
		for r := first; r < last; r++ {
			p.correlate(s, dw, v.denseRow(s, r), v.errorRow(s, r))
		}
		return
	}
	v.interleave(s, first, last)
	s.sums.List, s.sums.Scale = p.weight.list, nil
	for g := range p.groups {
		s.listTaps(p, x.Words[first*x.Stride():], x.Stride(), last-first, g*p.cg)
		kernels.SumWindows(dw[g*p.og:], nil, p.og, s.block[g*p.og:], p.oc, &s.sums)
	}
}

// errorRow returns dL/dy of row r before pooling.
func (v *Conv2d) errorRow(s *convSpace, r int) []float32 {
	if v.Pool == nil {
		return v.run.dy.Row(r)
	}
	n := v.plan.out.Size()
	s.full = grow(s.full, v.plan.outputs())
	clear(s.full)
	kernels.Unpool(s.full, v.run.dy.Row(r), v.at[r*n:(r+1)*n], v.plan.oc, v.plan.pools)
	return s.full
}

// interleave writes the errors of rows first..last line by line: place (oy, row, ox).
func (v *Conv2d) interleave(s *convSpace, first, last int) {
	p, n := v.plan, v.run.dy.N()
	rows, line := p.weight.rows, p.ow*p.oc
	s.block = grow(s.block, rows*p.outputs())
	if v.Pool != nil {
		clear(s.block)
	}
	for r := first; r < last; r++ {
		row, to := v.run.dy.Row(r), s.block[(r-first)*line:]
		if v.Pool != nil {
			kernels.Unpool(to, row, v.at[r*n:(r+1)*n], p.oc, p.interleaved)
			continue
		}
		for oy := range p.oh {
			copy(to[oy*rows*line:][:line], row[oy*line:])
		}
	}
}

// listTaps lists, for each channel from c0 and each kernel column, the places
// that see a spike: line by line, in each line row by row.
func (s *convSpace) listTaps(p *plan, words []uint64, stride, rows, c0 int) {
	f := &p.weight
	lists := p.cg * p.x.kernel
	s.sums.Index = growIndex(s.sums.Index, lists*f.room)
	s.sums.Start = growIndex(s.sums.Start, lists*(len(f.lines)+1))
	s.next = growIndex(s.next, lists)
	next := s.next
	for l := range next {
		next[l] = uint32(l * f.room)
	}
	for i, y := range f.lines {
		for l, n := range next {
			s.sums.Start[l*(len(f.lines)+1)+i] = n
		}
		if y < 0 {
			continue
		}
		for r := range rows {
			place := (int(f.deep[i])*f.rows + r) * p.ow
			s.tapsOfLine(p, words[r*stride:(r+1)*stride], int(y)*p.w*p.c+c0, uint32(place), next)
		}
	}
	for l, n := range next {
		s.sums.Start[l*(len(f.lines)+1)+len(f.lines)] = n
	}
}

// tapsOfLine appends the spikes of one line of one sample, whose first bit is
// given, to the lists that end at next. Which taps see a spike is no branch:
// what counts 0 is overwritten by the next entry.
func (s *convSpace) tapsOfLine(p *plan, words []uint64, first int, place uint32, next []uint32) {
	kw, index := p.x.kernel, s.sums.Index
	for x := range p.w {
		taps := p.weight.taps[x*kw:][:kw]
		for c := 0; c < p.cg; {
			at := first + x*p.c + c
			shift := at & 63
			take := min(p.cg-c, 64-shift)
			w := words[at>>6] >> shift << (64 - take) >> (64 - take)
			for ; w != 0; w &= w - 1 {
				ends := next[(c+bits.TrailingZeros64(w))*kw:][:len(taps)]
				for kx, t := range taps {
					n := ends[kx]
					index[n] = place + t.ox
					ends[kx] = n + t.count
				}
			}
			c += take
		}
	}
}
