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
