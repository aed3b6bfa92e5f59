package kernels

import "math/bits"

// BitRun is a run of bits: the one at Bit is listed as Base, the next as Base + 1, and so on.
type BitRun struct{ Bit, Base uint32 }

// ListBits lists the set bits of runs of count bits, all runs offset bits
// later than they say: bit i of word i/64 is words[i/64]>>(i%64)&1, and
//
//	idx[start[r]:start[r+1]] = { runs[r].Base + i | bit runs[r].Bit + offset + i is set, 0 ≤ i < count }
//
// ascending. It returns the number of entries. idx holds len(runs)·count
// entries and Slack more; what lies behind the last entry is spoiled.
func ListBits(idx, start []uint32, words []uint64, runs []BitRun, offset, count int) int {
	return active.ListBits(idx, start, words, runs, offset, count)
}

// ListBits is the function of that name on level l.
func (l Level) ListBits(idx, start []uint32, words []uint64, runs []BitRun, offset, count int) int {
	if count <= 0 || offset < 0 || len(start) <= len(runs) || len(idx) < len(runs)*count+Slack {
		panic("kernels: ListBits: slices are shorter than the runs need")
	}
	start[0] = 0
	if len(runs) > 0 && !l.t.listBits(idx, start, words, runs, offset, count) {
		panic("kernels: ListBits: a run past the last word")
	}
	return int(start[len(runs)])
}

func listBitsGo(idx, start []uint32, words []uint64, runs []BitRun, offset, count int) bool {
	n := 0
	for r, run := range runs {
		start[r] = uint32(n)
		at := int(run.Bit) + offset
		if (at+count-1)>>6 >= len(words) {
			return false
		}
		for i := range count {
			idx[n] = run.Base + uint32(i)
			n += int(words[(at+i)>>6] >> ((at + i) & 63) & 1)
		}
	}
	start[len(runs)] = uint32(n)
	return true
}

// ListWords lists the set bits of words and returns how many there are: bit
// i%64 of word i/64 as i, ascending. idx holds Slack entries more; what lies
// behind the last entry is spoiled.
func ListWords(idx []uint32, words []uint64) int { return active.ListWords(idx, words) }

// ListWords is the function of that name on level l.
func (l Level) ListWords(idx []uint32, words []uint64) int {
	total := 0
	for _, w := range words {
		total += bits.OnesCount64(w)
	}
	if len(idx) < total+Slack {
		panic("kernels: ListWords: no room for the bits")
	}
	if total > 0 {
		l.t.listWords(idx, words)
	}
	return total
}

func listWordsGo(idx []uint32, words []uint64) {
	n := 0
	for i, w := range words {
		for ; w != 0; w &= w - 1 {
			idx[n] = uint32(i*64 + bits.TrailingZeros64(w))
			n++
		}
	}
}
