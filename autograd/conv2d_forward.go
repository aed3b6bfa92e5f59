package autograd

import (
	"math/bits"

	"github.com/snntrain/snntrain/internal/kernels"
)

// Event-driven convolution. For one line of outputs the spikes that any of
// them sees are listed column by column, each column by kernel row and
// channel. What one output sees is then one run of the list, and, with weights
// packed as (kx, ky, c, out), entry e is row e of the weights, shifted by where
// the output's first column lies. With dilation, columns are numbered so that
// the columns of one output are neighbors. Padding is left out.

// forwardPlan are the tables of the forward pass.
type forwardPlan struct {
	runs []kernels.BitRun // by output line, column and kernel row: the channels of an input place
	list []kernels.Window // one an output place, of parts of the list that follow runs
}

func (p *plan) planForward() {
	f := &p.forward
	cols := p.x.byStep(p.x.dilation)
	columns := p.x.inputs(cols)
	for oy := range p.oh {
		begin := make([]uint32, len(columns)+1) // of each column: its first run
		for i, x := range columns {
			begin[i] = uint32(len(f.runs))
			for ky := range p.y.kernel {
				if y := oy*p.y.stride + ky*p.y.dilation - p.y.padding; x >= 0 && y >= 0 && y < p.h {
					f.runs = append(f.runs, kernels.BitRun{Bit: uint32((y*p.w + int(x)) * p.c), Base: uint32((i*p.y.kernel + ky) * p.cg)})
				}
			}
		}
		begin[len(columns)] = uint32(len(f.runs))
		for ox := range p.ow {
			first := cols.of(ox * p.x.stride)
			f.list = append(f.list, kernels.Window{
				Lo: begin[first], Hi: begin[first+p.x.kernel], Shift: -int32(first * p.y.kernel * p.cg), Dst: uint32((oy*p.ow + ox) * p.oc),
			})
		}
	}
}

// pack reorders weights (kh, kw, cg, out) to (kw, kh, cg, out).
func (p *plan) pack(dst, w []float32) []float32 {
	dst = grow(dst, len(w))
	kh, kw, n := p.y.kernel, p.x.kernel, p.cg*p.oc
	for ky := range kh {
		for kx := range kw {
			copy(dst[(kx*kh+ky)*n:][:n], w[(ky*kw+kx)*n:])
		}
	}
	return dst
}

// The shares of inputs that spike, or of errors that are not zero, from which
// a dense product is faster, as measured (docs/decisions.md, 8).
const (
	eventShare  = 0.55 // forward
	weightShare = 0.45 // weight gradient
	errorShare  = 0.9  // input gradient
)

func (v *Conv2d) forwardRows(lo, hi int) {
	s := v.spaces.Get().(*convSpace)
	for r := lo; r < hi; r++ {
		v.forwardRow(s, r)
	}
	v.spaces.Put(s)
}

// forwardRow computes stored row r of the output.
func (v *Conv2d) forwardRow(s *convSpace, r int) {
	p, run := v.plan, &v.run
	y := v.y.Row(r)
	if v.Pool != nil {
		s.full = grow(s.full, p.outputs())
		y = s.full
	}
	if run.x.Spiking() && spikesUnder(eventShare, run.x.WordRow(r), p.c*p.h*p.w) {
		v.addEvents(s, y, run.x.WordRow(r))
	} else {
		fillChannels(y, run.first, p.oc)
		p.multiply(s, y, v.denseRow(s, r), run.w)
	}
	if run.gain != 1 {
		kernels.Scale(y, run.gain)
		addChannels(y, run.last)
	}
	if v.Pool != nil {
		n := p.out.Size()
		kernels.Maxima(v.y.Row(r), v.at[r*n:(r+1)*n], y, p.oc, p.pools)
	}
}

// spikesUnder says whether at most a share of n values are spikes.
func spikesUnder(share float64, words []uint64, n int) bool {
	count := 0
	for _, w := range words {
		count += bits.OnesCount64(w)
	}
	return float64(count) <= share*float64(n)
}

// denseRow returns row r of x as floats, spikes as 1.
func (v *Conv2d) denseRow(s *convSpace, r int) []float32 {
	x := v.run.x
	if !x.Spiking() {
		return x.Row(r)
	}
	s.dense = grow(s.dense, x.N())
	clear(s.dense)
	for i, w := range x.WordRow(r) {
		for ; w != 0; w &= w - 1 {
			s.dense[i*64+bits.TrailingZeros64(w)] = 1
		}
	}
	return s.dense
}

// addEvents writes bias plus the packed weights of every spike to y.
func (v *Conv2d) addEvents(s *convSpace, y []float32, words []uint64) {
	p := v.plan
	f := &p.forward
	s.sums.List, s.sums.Scale = f.list, nil
	s.sums.Start = growIndex(s.sums.Start, len(f.runs)+1)
	s.sums.Index = growIndex(s.sums.Index, len(f.runs)*p.cg+kernels.Slack)
	for g := range p.groups {
		kernels.ListBits(s.sums.Index, s.sums.Start, words, f.runs, g*p.cg, p.cg)
		first := v.run.first
		if first == nil {
			s.zeros(p.oc)
			first = s.dense[:p.oc]
		}
		kernels.SumWindows(y[g*p.og:], first[g*p.og:], p.og, v.packed[g*p.og:], p.oc, &s.sums)
	}
}

func (s *convSpace) zeros(n int) {
	s.dense = grow(s.dense, n)
	clear(s.dense[:n])
}

// fillChannels sets every place of y to bias, or to zero.
func fillChannels(y, bias []float32, channels int) {
	if bias == nil {
		clear(y)
		return
	}
	for i := 0; i < len(y); i += channels {
		copy(y[i:], bias)
	}
}

// addChannels adds bias to every place of y.
func addChannels(y, bias []float32) {
	for i := 0; bias != nil && i < len(y); i += len(bias) {
		kernels.Add(y[i:i+len(bias)], bias)
	}
}
