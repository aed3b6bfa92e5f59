package kernels

// convTable holds the routines of convolution and pooling of one instruction set.
type convTable struct {
	sumWindows       func(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window) bool
	sumScaledWindows func(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window, scale []float32) bool
	nonzeroRows      func(idx []uint32, val []float32, start []uint32, src []float32, n int)
	listBits         func(idx, start []uint32, words []uint64, runs []BitRun, offset, count int) bool
	listWords        func(idx []uint32, words []uint64)
	maximaRows       func(idx []uint32, val []float32, start []uint32, g []float32, at []uint16, n int, windows []uint32)
	maxima           func(dst []float32, at []uint16, src []float32, n int, place, start []uint32)
	unpool           func(dst, g []float32, at []uint16, n int, place, start []uint32)
}

func convGo() convTable {
	return convTable{
		sumWindows: sumWindowsGo, sumScaledWindows: sumScaledWindowsGo, nonzeroRows: nonzeroRowsGo,
		listBits: listBitsGo, listWords: listWordsGo, maximaRows: maximaRowsGo, maxima: maximaGo, unpool: unpoolGo,
	}
}
