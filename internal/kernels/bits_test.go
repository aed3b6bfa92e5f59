package kernels_test

import (
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

func TestListBitsListsEveryBitOnce(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		words := rapid.SliceOfN(rapid.Uint64(), 1, 6).Draw(t, "words")
		if rapid.Bool().Draw(t, "sparse") {
			for i := range words {
				words[i] &= words[i] >> 7 & (words[i] << 13)
			}
		}
		count := rapid.IntRange(1, 64*len(words)).Draw(t, "count")
		offset := rapid.IntRange(0, 64*len(words)-count).Draw(t, "offset")
		runs := make([]kernels.BitRun, rapid.IntRange(0, 5).Draw(t, "runs"))
		for r := range runs {
			runs[r] = kernels.BitRun{Bit: uint32(rapid.IntRange(0, 64*len(words)-count-offset).Draw(t, "bit")), Base: rapid.Uint32Range(0, 1000).Draw(t, "base")}
		}
		idx, start := make([]uint32, len(runs)*count+kernels.Slack+1), make([]uint32, len(runs)+1)
		idx[len(idx)-1] = canary
		total := l.ListBits(idx[:len(idx)-1], start, slices.Clip(words), runs, offset, count)
		var want, starts []uint32
		for _, run := range runs {
			starts = append(starts, uint32(len(want)))
			for i := range count {
				if at := int(run.Bit) + offset + i; words[at/64]>>(at%64)&1 == 1 {
					want = append(want, run.Base+uint32(i))
				}
			}
		}
		starts = append(starts, uint32(len(want)))
		if !slices.Equal(idx[:total], want) || !slices.Equal(start, starts) || idx[len(idx)-1] != canary {
			t.Fatalf("got %v from %v, want %v from %v", idx[:total], start, want, starts)
		}
	})
}

func TestBitsPastTheLastWordPanic(t *testing.T) {
	idx, start, words := make([]uint32, 100), make([]uint32, 10), make([]uint64, 2)
	for _, l := range kernels.Levels() {
		l.ListBits(idx, start, words, []kernels.BitRun{{Bit: 110}}, 8, 10)
		for name, f := range map[string]func(){
			"words": func() { l.ListBits(idx, start, words, []kernels.BitRun{{Bit: 111}}, 8, 10) },
			"idx":   func() { l.ListBits(idx[:25], start, words, []kernels.BitRun{{}}, 0, 10) },
			"start": func() { l.ListBits(idx, start[:1], words, []kernels.BitRun{{}}, 0, 10) },
			"list":  func() { l.ListWords(idx[:kernels.Slack], []uint64{1}) },
			"count": func() { l.ListBits(idx, start, words, []kernels.BitRun{{}}, 0, 0) },
		} {
			mustPanic(t, l.String()+": "+name, f)
		}
	}
}

func TestListWordsListsEveryBitOnce(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		words := rapid.SliceOfN(rapid.Uint64(), 0, 6).Draw(t, "words")
		var want []uint32
		for i := range 64 * len(words) {
			if words[i/64]>>(i%64)&1 == 1 {
				want = append(want, uint32(i))
			}
		}
		idx := make([]uint32, len(want)+kernels.Slack+1)
		idx[len(idx)-1] = canary
		total := l.ListWords(idx[:len(idx)-1], slices.Clip(words))
		if !slices.Equal(idx[:total], want) || idx[len(idx)-1] != canary {
			t.Fatalf("got %v, want %v", idx[:total], want)
		}
	})
}
