// Package pages makes large arrays that lie on huge pages where the system has
// them: a walk over rows of a matrix then finds their addresses translated.
package pages

import "unsafe"

// large is the size from which an array is worth a huge page, in bytes.
const large = 1 << 20

// Make returns n zeros.
func Make[E any](n int) []E {
	s := make([]E, n)
	var e E
	if size := uintptr(n) * unsafe.Sizeof(e); size >= large {
		advise(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), size))
	}
	return s
}

// Grow returns s with length n, a new array only when its capacity is too
// small. Values are left as they were, or zero.
func Grow[E any](s []E, n int) []E {
	if cap(s) < n {
		return Make[E](n)
	}
	return s[:n]
}
