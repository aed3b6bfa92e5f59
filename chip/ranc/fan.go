package ranc

import "github.com/snntrain/snntrain/quant"

// tap is a source that a neuron reads, with its weight.
type tap struct{ source, weight int32 }

// fan lists what the neurons of a layer read. Lists hold zero weights too, so
// that neurons of one place, in all channels, have lists of the same sources.
type fan struct {
	syn      *quant.Synapses
	from, to []int
	lists    [][]tap // of sparse synapses
}

func newFan(s *quant.Synapses, from, to []int) *fan {
	f := &fan{syn: s, from: from, to: to}
	if p := s.Sparse; p != nil {
		f.lists = make([][]tap, quant.Len(to))
		for src := range quant.Len(from) {
			for k := p.Start.Data[src]; k < p.Start.Data[src+1]; k++ {
				t := p.Target.Data[k]
				f.lists[t] = append(f.lists[t], tap{int32(src), p.Weight.Data[k]})
			}
		}
	}
	return f
}

// taps is what neuron n reads.
func (f *fan) taps(n int, buf []tap) []tap {
	buf = buf[:0]
	switch s := f.syn; {
	case s.Dense != nil:
		in := quant.Len(f.from)
		for i, w := range s.Dense.Weight.Data[n*in : (n+1)*in] {
			buf = append(buf, tap{int32(i), w})
		}
	case s.Conv != nil:
		return f.window(n, buf)
	case s.One != nil:
		w := s.One.Weight.Data
		buf = append(buf, tap{int32(n), w[n*len(w)/quant.Len(f.to)]})
	default:
		return f.lists[n]
	}
	return buf
}

func (f *fan) window(n int, buf []tap) []tap {
	c, h, w := f.syn.Conv, f.to[1], f.to[2]
	co, oy, ox := n/(h*w), n/w%h, n%w
	perIn := f.from[0] / c.Groups
	first := co / (f.to[0] / c.Groups) * perIn
	kh, kw := c.Weight.Shape[2], c.Weight.Shape[3]
	weight := c.Weight.Data[co*perIn*kh*kw:]
	for k := range perIn * kh * kw {
		y := oy*c.Stride[0] - c.Padding[0] + k/kw%kh*c.Dilation[0]
		x := ox*c.Stride[1] - c.Padding[1] + k%kw*c.Dilation[1]
		if y >= 0 && y < f.from[1] && x >= 0 && x < f.from[2] {
			buf = append(buf, tap{int32(((first+k/(kh*kw))*f.from[1]+y)*f.from[2] + x), weight[k]})
		}
	}
	return buf
}

// order is the neurons, those next to each other that share sources: of a
// convolution, square blocks of places with all their channels, as large as the
// sources of a block fit a core.
func (f *fan) order(lines int) []int {
	n := quant.Len(f.to)
	out := make([]int, 0, n)
	c := f.syn.Conv
	if c == nil {
		for i := range n {
			out = append(out, i)
		}
		return out
	}
	perIn, block := f.from[0]/c.Groups*lines, 1
	for f.span(0, block+1)*f.span(1, block+1)*perIn <= coreAxons && block < max(f.to[1], f.to[2]) {
		block++
	}
	for y := 0; y < f.to[1]; y += block {
		for x := 0; x < f.to[2]; x += block {
			for ch := range f.to[0] {
				for by := y; by < min(y+block, f.to[1]); by++ {
					for bx := x; bx < min(x+block, f.to[2]); bx++ {
						out = append(out, (ch*f.to[1]+by)*f.to[2]+bx)
					}
				}
			}
		}
	}
	return out
}

// span is the input rows or columns that block outputs see.
func (f *fan) span(axis, block int) int {
	c := f.syn.Conv
	return (block-1)*c.Stride[axis] + c.Dilation[axis]*(c.Weight.Shape[2+axis]-1) + 1
}
