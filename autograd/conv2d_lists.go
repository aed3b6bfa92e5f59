package autograd

import (
	"math/bits"

	"github.com/snntrain/snntrain/internal/kernels"
)

// eventLists lists the spikes of one sample and group of channels.
type eventLists struct {
	entries []uint32 // column by column: line number · cg + channel
	start   []uint32 // of column x and line number i: x·(lines+1) + i
}

// columns lists the spikes of channels c0 to c0+cg.
func (e *eventLists) columns(p *plan, words []uint64, c0 int) {
	lines := p.forward.lines
	e.entries = growIndex(e.entries, p.h*p.w*p.cg)
	e.start = growIndex(e.start, p.w*(len(lines)+1))
	n, k := 0, 0
	for x := range p.w {
		for i, y := range lines {
			e.start[k] = uint32(n)
			k++
			if y >= 0 {
				n = listBits(e.entries, n, words, (int(y)*p.w+x)*p.c+c0, p.cg, uint32(i*p.cg))
			}
		}
		e.start[k] = uint32(n)
		k++
	}
}

// listBits appends base + i to list[:n] for every bit first+i that is set, i < count.
func listBits(list []uint32, n int, words []uint64, first, count int, base uint32) int {
	for count > 0 {
		shift := first & 63
		take := min(count, 64-shift)
		w := words[first>>6] >> shift << (64 - take) >> (64 - take)
		for ; w != 0; w &= w - 1 {
			list[n] = base + uint32(bits.TrailingZeros64(w))
			n++
		}
		first, count, base = first+take, count-take, base+uint32(take)
	}
	return n
}

// outputLines lists, for each line of outputs, the spikes that it sees by
// column, kernel row and channel.
func (e *eventLists) outputLines(p *plan, s *kernels.Windows) {
	f := &p.forward
	lines, deep := len(f.lines)+1, p.y.kernel*p.cg
	s.Start = growIndex(s.Start, p.oh*(len(f.columns)+1))
	s.Index = growIndex(s.Index, p.oh*p.w*deep)
	n, k := 0, 0
	for _, top := range f.top {
		for i, x := range f.columns {
			s.Start[k] = uint32(n)
			k++
			if x < 0 {
				continue
			}
			at := int(x)*lines + int(top)
			n += copyShifted(s.Index[n:], e.entries[e.start[at]:e.start[at+p.y.kernel]], uint32(i*deep-int(top)*p.cg))
		}
		s.Start[k] = uint32(n)
		k++
	}
}

// copyShifted copies src plus shift to dst and returns the length.
func copyShifted(dst, src []uint32, shift uint32) int {
	dst = dst[:len(src)]
	for i, e := range src {
		dst[i] = e + shift
	}
	return len(src)
}
