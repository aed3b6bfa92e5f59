package pages

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// advise asks for huge pages for the whole ones among the pages of b. It is
// advice: where the system has none, nothing happens.
func advise(b []byte) {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	lo := (start + pageSize - 1) &^ (pageSize - 1)
	hi := (start + uintptr(len(b))) &^ (pageSize - 1)
	if lo < hi {
		_ = unix.Madvise(b[lo-start:hi-start], unix.MADV_HUGEPAGE)
	}
}

const pageSize = 4096
