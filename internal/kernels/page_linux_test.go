package kernels_test

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"

	"github.com/snntrain/snntrain/internal/kernels"
)

// fenced is memory between two pages that may not be touched: a read or a
// write outside it ends the test at once.
type fenced struct{ data []float32 }

func newFenced(t *testing.T, n int) fenced {
	t.Helper()
	page := syscall.Getpagesize()
	size := (4*n + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skipf("no memory mapping: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(mem); err != nil {
			t.Error(err)
		}
	})
	for _, fence := range [][]byte{mem[:page], mem[page+size:]} {
		if err := syscall.Mprotect(fence, syscall.PROT_NONE); err != nil {
			t.Skipf("no memory protection: %v", err)
		}
	}
	f := fenced{unsafe.Slice((*float32)(unsafe.Pointer(&mem[page])), size/4)}
	fill(rand.New(rand.NewPCG(5, 6)), f.data)
	return f
}

// slice returns n values that end, or begin, at a fence.
func (f fenced) slice(n int, end bool) []float32 {
	if end {
		return f.data[len(f.data)-n:]
	}
	return f.data[:n:n]
}

func TestNothingTouchesMemoryOutsideSlices(t *testing.T) {
	const most = 300
	list := newFenced(t, 40)
	x, y, z := newFenced(t, most*most), newFenced(t, most*most), newFenced(t, most*most)
	for _, l := range kernels.Levels()[1:] {
		for _, end := range []bool{true, false} {
			for n := range most {
				dst, w := x.slice(n, end), y.slice(3*n, end)
				idx := unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(list.slice(n%40, end)))), n%40)
				for i := range idx {
					idx[i] = uint32(i % 3)
				}
				l.AddRows(dst, w, n, idx)
				l.AddScaledRows(dst, w, n, idx, make([]float32, len(idx)))
				l.Add(dst, w)
				l.Axpy(dst, 1, w)
				l.Scale(dst, 1)
				l.Dot(dst, w)
			}
			for i := range 200 {
				m, n, k := 1+i%97, 1+i%67, 1+i*7%261
				transA, transB := i%2 == 0, i/2%2 == 0
				_, lda := stored(m, k, transA)
				_, ldb := stored(k, n, transB)
				l.Gemm(nil, m, n, k, x.slice(m*k, end), lda, transA, y.slice(k*n, end), ldb, transB, z.slice(m*n, end), n, i%3 == 0)
			}
		}
	}
}

// of views n values of another type that end, or begin, at a fence.
func of[E any](f fenced, n int, end bool) []E {
	var e E
	per := int(unsafe.Sizeof(e))
	words := (n*per + 3) / 4
	mem := f.slice(words, end)
	first := unsafe.Pointer(unsafe.SliceData(mem))
	if end {
		first = unsafe.Add(first, 4*words-n*per)
	}
	return unsafe.Slice((*E)(first), n)
}

func TestConvolutionTouchesNoMemoryOutsideSlices(t *testing.T) {
	const most = 4096
	var f [8]fenced
	for i := range f {
		f[i] = newFenced(t, most)
	}
	for _, l := range kernels.Levels()[1:] {
		for _, end := range []bool{true, false} {
			for n := 1; n < 150; n++ {
				windows := &kernels.Windows{
					Index: of[uint32](f[0], 3, end), Start: of[uint32](f[1], 2, end), List: of[kernels.Window](f[2], 1, end),
				}
				copy(windows.Index, []uint32{0, 1, 2})
				copy(windows.Start, []uint32{0, 3})
				windows.List[0] = kernels.Window{Hi: 1}
				x, y, z := f[3].slice(3*n, end), f[4].slice(n, end), f[5].slice(3*n, end)
				l.SumWindows(y, x[:n], n, x, n, windows)
				windows.Scale = z[:3:3]
				l.SumWindows(y, nil, n, x, n, windows)

				pools := &kernels.Pools{Place: of[uint32](f[0], 3, end), Start: of[uint32](f[1], 2, end)}
				copy(pools.Place, []uint32{0, uint32(n), uint32(2 * n)})
				at := of[uint16](f[6], n, end)
				l.Maxima(y, at, x, n, pools)
				l.Unpool(x, y, at, n, pools)
				idx, val, start := of[uint32](f[7], 3*n+kernels.Slack, end), f[5].slice(3*n+kernels.Slack, end), of[uint32](f[2], 4, end)
				l.MaximaRows(idx, val, start, y, at, n, pools)
				l.NonzeroRows(idx, val, start, x, n)

				bits, runs := of[uint64](f[6], (n+63)/64, end), of[kernels.BitRun](f[1], 1, end)
				runs[0] = kernels.BitRun{}
				l.ListBits(idx, start, bits, runs, 64*len(bits)-n, n)
				columns := 1 + n%kernels.ColumnsAtOnce
				l.AddColumns(f[3].slice(64*columns, end), 64, of[uint64](f[1], n, end), 1, n, f[4].slice(n*columns, end), columns, columns, n%2 == 0)
				sum, square := of[float64](f[0], n, end), of[float64](f[1], n, end)
				l.Moments(sum, square, x)
				norm := &kernels.Norm{Mean: y, Inv: y, Weight: y, Bias: y, Shift: y, Slope: y}
				l.ErrorMoments(sum, square, z, x, norm)
				l.Normalize(z, x, norm)
				l.NormalizeGrad(z, z, x, norm)
			}
		}
	}
}
