// Package kernels holds the inner loops of the framework: sums over rows for
// event-driven layers, vector arithmetic, neuron scans and the dense product. Slices go in,
// slices come out; the package knows nothing of networks.
//
// Each routine exists as a Go loop and, on amd64, as assembly for AVX2 with
// FMA and for AVX-512F; the folder asm generates the assembly. The best set
// that the processor has is chosen once, at start-up. SNNTRAIN_SIMD=go, avx2
// or avx512 chooses another, and the build tag noasm leaves the assembly out.
//
// A result never depends on the number of threads. It has the same bits on
// every instruction set except for Gemm, where the Go loop rounds products.
//
// Slices that are too short for the extents given are a programming error and
// panic. Destinations must not overlap sources.
package kernels

//go:generate go -C asm run . -family rows -out ../rows_amd64.s -stubs ../rows_amd64.go -pkg kernels
//go:generate go -C asm run . -family vector -out ../vector_amd64.s -stubs ../vector_amd64.go -pkg kernels
//go:generate go -C asm run . -family scan -out ../scan_amd64.s -stubs ../scan_amd64.go -pkg kernels
//go:generate go -C asm run . -family surrogate -out ../surrogate_amd64.s -stubs ../surrogate_amd64.go -pkg kernels
//go:generate go -C asm run . -family adam -out ../adam_amd64.s -stubs ../adam_amd64.go -pkg kernels
//go:generate go -C asm run . -family gemm -out ../gemm_amd64.s -stubs ../gemm_amd64.go -pkg kernels
//go:generate go -C asm run . -family conv -out ../conv_amd64.s -stubs ../conv_amd64.go -pkg kernels
//go:generate go -C asm run . -family norm -out ../norm_amd64.s -stubs ../norm_amd64.go -pkg kernels
//go:generate go -C asm run . -family double -out ../double_amd64.s -stubs ../double_amd64.go -pkg kernels

import (
	"fmt"
	"os"
)

// Level is one instruction set. Its methods are the routines of the package on that set.
type Level struct{ t *table }

// table holds the routines of one instruction set. Their arguments are checked by the caller.
type table struct {
	name          string
	addRows       func(dst, w []float32, stride int, idx []uint32)
	addScaledRows func(dst, w []float32, stride int, idx []uint32, scale []float32)
	addToRows     func(w []float32, stride int, idx []uint32, x []float32)
	maxIndex      func(idx []uint32) uint32
	addColumns    func(dst []float32, stride int, words []uint64, step, rows int, x []float32, ldx, n int, up bool)
	masked        bool // addColumns adds under masks
	packRows      func(dst, src []float32, stride, n, rows int)
	addLists      func(dst []float32, stride int, w []float32, ld int, start, idx []uint32)
	add           func(dst, x []float32)
	sub           func(dst, x, y []float32)
	axpy          func(dst []float32, a float32, x []float32)
	axpyDouble    func(dst []float64, a float64, x []float32)
	scale         func(dst []float32, a float32)
	dot           func(x, y []float32) float32
	tile          tile
	scan          [2]scanRoutines // for coefficients of every lane, and of all lanes
	derivatives   derivatives
	adam          func(value, grad, m, v []float32, c *AdamStep)
	convTable
	normTable
	peak      func(n int) // nil, or peakFlops operations an iteration
	peakFlops int
}

// goTable is the plain Go set, which every machine has.
func goTable() *table {
	return &table{
		name:    "go",
		addRows: addRowsGo, addScaledRows: addScaledRowsGo, addToRows: addToRowsGo, maxIndex: maxIndexGo, addColumns: addColumnsGo, packRows: packRowsGo, addLists: addListsGo,
		add: addGo, sub: subGo, axpy: axpyGo, axpyDouble: axpyDoubleGo, scale: scaleGo, dot: dotGo,
		tile:        tile{rows: 4, cols: 4, lanes: 4, multiply: tileGo, pack: packGo, transpose: transposeGo},
		scan:        [2]scanRoutines{{scanForwardGo, scanBackwardGo}, {scanForwardGo, scanBackwardGo}},
		derivatives: derivatives{atanGo, fastSigmoidGo, triangleGo, boxcarGo},
		adam:        adamGo,
		convTable:   convGo(), normTable: normGo(),
	}
}

// String is the name of the level: go, avx2 or avx512.
func (l Level) String() string { return l.t.name }

// Levels lists the instruction sets that this machine can run, the plain Go loops first, the best last.
func Levels() []Level { return append([]Level(nil), levels...) }

// Active is the level that the functions of the package run on. The error
// says that SNNTRAIN_SIMD names a level that this machine does not have; the
// best one is then active.
func Active() (Level, error) { return active, activeErr }

// Assembly says that the active level is not the plain Go loops, of which some
// are slower than a caller's own.
func Assembly() bool { return active.String() != levels[0].String() }

// Both are set once, at start-up.
var (
	levels            = append([]Level{{goTable()}}, simdLevels()...)
	active, activeErr = choose(levels, os.Getenv("SNNTRAIN_SIMD"))
)

// choose returns the level called name, the last one when name is empty.
func choose(levels []Level, name string) (Level, error) {
	best := levels[len(levels)-1]
	if name == "" {
		return best, nil
	}
	for _, l := range levels {
		if l.String() == name {
			return l, nil
		}
	}
	return best, fmt.Errorf("kernels: SNNTRAIN_SIMD: %q is not among %v of this machine", name, levels)
}
