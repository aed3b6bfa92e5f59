package autograd

import (
	"math/bits"

	"github.com/snntrain/snntrain/internal/kernels"
)

// columnBits holds the spikes of one sample and group of channels, column by
// column: bit (line number)·cg + channel of each column.
type columnBits struct {
	words  []uint64
	stride int // words of a column
}

// take reads the spikes of channels c0 to c0+cg of a row.
func (b *columnBits) take(p *plan, row []uint64, c0 int) {
	b.stride = (len(p.forward.lines)*p.cg + 63) / 64
	if n := p.w*b.stride + 1; len(b.words) < n { // moveBits touches the word behind the last
		b.words = make([]uint64, n)
	}
	clear(b.words)
	for x := range p.w {
		to := x * b.stride * 64
		for i, y := range p.forward.lines {
			if y >= 0 {
				moveBits(b.words, to+i*p.cg, row, (int(y)*p.w+x)*p.c+c0, p.cg)
			}
		}
	}
}

// moveBits sets count bits of dst, from bit to on, where those of src from bit from on are set.
func moveBits(dst []uint64, to int, src []uint64, from, count int) {
	for count > 0 {
		n, shift := min(count, 64), from&63
		w := src[from>>6] >> shift
		if shift+n > 64 {
			w |= src[from>>6+1] << (64 - shift)
		}
		w = w << (64 - n) >> (64 - n)
		dst[to>>6] |= w << (to & 63)
		dst[to>>6+1] |= w >> 1 >> (63 - to&63)
		to, from, count = to+n, from+n, count-n
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

// listLines lists, for each line of outputs, the spikes that it sees by
// column, kernel row and channel.
func (b *columnBits) listLines(p *plan, s *kernels.Windows) {
	f := &p.forward
	deep := p.y.kernel * p.cg
	s.Start = growIndex(s.Start, p.oh*(len(f.columns)+1))
	s.Index = growIndex(s.Index, p.oh*p.w*deep)
	n, k := 0, 0
	for _, top := range f.top {
		for i, x := range f.columns {
			s.Start[k] = uint32(n)
			k++
			if x >= 0 {
				n = listBits(s.Index, n, b.words, int(x)*b.stride*64+int(top)*p.cg, deep, uint32(i*deep))
			}
		}
		s.Start[k] = uint32(n)
		k++
	}
}
