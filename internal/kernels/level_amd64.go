//go:build !noasm

package kernels

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// simdLevels lists the sets of this processor that have assembly.
func simdLevels() []Level {
	var out []Level
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT {
		out = append(out, Level{avx2Table()})
	}
	if len(out) == 1 && cpu.X86.HasAVX512F {
		out = append(out, Level{avx512Table()})
	}
	return out
}

func avx2Table() *table {
	return &table{
		name:    "avx2",
		addRows: addRowsAVX2, addScaledRows: addScaledRowsAVX2, addToRows: addToRowsAVX2, maxIndex: maxIndexAVX2, addColumns: addColumnsGo, packRows: packRowsAVX2, addLists: addListsAVX2,
		add: addAVX2, sub: subAVX2, axpy: axpyAVX2, axpyDouble: axpyDoubleAVX2, scale: scaleAVX2, dot: dotAVX2,
		convTable: convAVX2(), normTable: normAVX2(),
		tile: tile{rows: 6, cols: 16, lanes: 8, multiply: gemmTileAVX2, pack: packAVX2, transpose: transposeSIMD},
		scan: [2]scanRoutines{
			{func(a *scanArgs) { scanForwardAVX2(a.words64()) }, func(a *scanArgs) { scanBackwardAVX2(a.words64()) }},
			{func(a *scanArgs) { scanForwardUniformAVX2(a.words64()) }, func(a *scanArgs) { scanBackwardUniformAVX2(a.words64()) }},
		},
		adam:        func(value, grad, m, v []float32, c *AdamStep) { adamAVX2(value, grad, m, v, &c.Decay) },
		derivatives: derivatives{atanAVX2, fastSigmoidAVX2, triangleAVX2, boxcarAVX2},
		peak:        peakAVX2, peakFlops: 12 * 8 * 2,
	}
}

func avx512Table() *table {
	return &table{
		name:    "avx512",
		addRows: addRowsAVX512, addScaledRows: addScaledRowsAVX512, addToRows: addToRowsAVX512, maxIndex: maxIndexAVX512, addColumns: addColumnsAVX512, masked: true, packRows: packRowsAVX512, addLists: addListsAVX512,
		add: addAVX512, sub: subAVX512, axpy: axpyAVX512, axpyDouble: axpyDoubleAVX512, scale: scaleAVX512, dot: dotAVX512,
		convTable: convAVX512(), normTable: normAVX2(),
		tile: tile{rows: 14, cols: 32, lanes: 16, multiply: gemmTileAVX512, pack: packAVX512, transpose: transposeSIMD},
		scan: [2]scanRoutines{
			{func(a *scanArgs) { scanForwardAVX512(a.words64()) }, func(a *scanArgs) { scanBackwardAVX512(a.words64()) }},
			{func(a *scanArgs) { scanForwardUniformAVX512(a.words64()) }, func(a *scanArgs) { scanBackwardUniformAVX512(a.words64()) }},
		},
		adam:        func(value, grad, m, v []float32, c *AdamStep) { adamAVX512(value, grad, m, v, &c.Decay) },
		derivatives: derivatives{atanAVX512, fastSigmoidAVX512, triangleAVX512, boxcarAVX512},
		peak:        peakAVX512, peakFlops: 12 * 16 * 2,
	}
}

// transposeSIMD is transposeGo with blocks of 8×8 in assembly.
func transposeSIMD(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	blocks, whole := cols/8, rows&^7
	if blocks == 0 {
		whole = 0
	}
	for i := 0; i < whole; i += 8 {
		transpose8AVX2(dst[i:], ldd, src[i*lds:], lds, blocks)
	}
	if whole > 0 && cols > 8*blocks {
		transposeGo(dst[8*blocks*ldd:], ldd, src[8*blocks:], lds, whole, cols-8*blocks)
	}
	if whole < rows {
		transposeGo(dst[whole:], ldd, src[whole*lds:], lds, rows-whole, cols)
	}
}

// words64 is how the assembly reads the arguments.
func (a *scanArgs) words64() *uint64 { return (*uint64)(unsafe.Pointer(a)) }
