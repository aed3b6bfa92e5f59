//go:build !noasm

package kernels

import "unsafe"

func convAVX2() convTable {
	return convTable{
		sumWindows: func(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window) bool {
			return sumWindowsAVX2(dst, n, first, w, stride, rows, idx, start, words(list))
		},
		sumScaledWindows: func(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window, scale []float32) bool {
			return sumScaledWindowsAVX2(dst, n, first, w, stride, rows, idx, start, words(list), scale)
		},
		nonzeroRows: nonzeroRowsAVX2, listBits: bitsAVX2, listWords: listWordsAVX2,
		maximaRows: maximaRowsAVX2, maxima: maximaAVX2, unpool: unpoolAVX2,
	}
}

// convAVX512 lists bits and pools with AVX2: little is to be gained there.
func convAVX512() convTable {
	return convTable{
		sumWindows: func(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window) bool {
			return sumWindowsAVX512(dst, n, first, w, stride, rows, idx, start, words(list))
		},
		sumScaledWindows: func(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window, scale []float32) bool {
			return sumScaledWindowsAVX512(dst, n, first, w, stride, rows, idx, start, words(list), scale)
		},
		nonzeroRows: nonzeroRowsAVX512, listBits: bitsAVX2, listWords: listWordsAVX2,
		maximaRows: maximaRowsAVX2, maxima: maximaAVX2, unpool: unpoolAVX2,
	}
}

// normAVX2 serves AVX-512 too: memory is the limit.
func normAVX2() normTable {
	return normTable{momentsAVX2, normalizeAVX2, errorMomentsAVX2, normalizeGradAVX2}
}

func bitsAVX2(idx, start []uint32, words []uint64, runs []BitRun, offset, count int) bool {
	return listBitsAVX2(idx, start, words, unsafe.Slice((*[2]uint32)(unsafe.Pointer(unsafe.SliceData(runs))), len(runs)), offset, count)
}

// listWordsAVX2 is a run of all bits; nothing in it escapes.
func listWordsAVX2(idx []uint32, words []uint64) {
	var start [2]uint32
	listBitsAVX2(idx, start[:], words, make([][2]uint32, 1), 0, 64*len(words))
}

// words views windows as the assembly reads them.
func words(list []Window) [][4]uint32 {
	return unsafe.Slice((*[4]uint32)(unsafe.Pointer(unsafe.SliceData(list))), len(list))
}
