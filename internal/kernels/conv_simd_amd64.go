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
		nonzeroRows: nonzeroRowsAVX2, maximaRows: maximaRowsAVX2, maxima: maximaAVX2, unpool: unpoolAVX2,
	}
}

// convAVX512 pools with AVX2: the masks are few, and so are the channels.
func convAVX512() convTable {
	return convTable{
		sumWindows: func(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window) bool {
			return sumWindowsAVX512(dst, n, first, w, stride, rows, idx, start, words(list))
		},
		sumScaledWindows: func(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window, scale []float32) bool {
			return sumScaledWindowsAVX512(dst, n, first, w, stride, rows, idx, start, words(list), scale)
		},
		nonzeroRows: nonzeroRowsAVX512, maximaRows: maximaRowsAVX2, maxima: maximaAVX2, unpool: unpoolAVX2,
	}
}

// words views windows as the assembly reads them.
func words(list []Window) [][4]uint32 {
	return unsafe.Slice((*[4]uint32)(unsafe.Pointer(unsafe.SliceData(list))), len(list))
}
