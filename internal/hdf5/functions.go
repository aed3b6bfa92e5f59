package hdf5

import (
	"fmt"
	"slices"
	"strings"
	"unsafe"
)

// hid is an identifier of libhdf5 (hid_t); negative means failure.
type hid = int64

// functions are the parts of libhdf5 in use, under their names in C.
//
//nolint:revive // those names have underscores
type functions struct {
	name, version string
	handle        uintptr
	walker        uintptr // note as a C function
	trace         []string

	H5open           func() int32
	H5get_libversion func(major, minor, release *uint32) int32
	H5Idec_ref       func(id hid) int32
	H5Eset_auto2     func(stack hid, f, data uintptr) int32
	H5Ewalk2         func(stack hid, direction int32, f, data uintptr) int32
	H5Eclear2        func(stack hid) int32

	H5Pcreate              func(class hid) hid
	H5Pset_fclose_degree   func(fapl hid, degree int32) int32
	H5Pset_fapl_sec2       func(fapl hid) int32
	H5Pset_fapl_core       func(fapl hid, increment uint64, backing uint8) int32
	H5Pset_file_locking    func(fapl hid, use, ignore uint8) int32 `hdf5:"optional"`
	H5Pset_libver_bounds   func(fapl hid, low, high int32) int32
	H5Pset_obj_track_times func(plist hid, track uint8) int32
	H5Pset_char_encoding   func(plist hid, set int32) int32
	H5Pset_chunk           func(dcpl hid, rank int32, dims *uint64) int32
	H5Pset_deflate         func(dcpl hid, level uint32) int32
	H5Pset_shuffle         func(dcpl hid) int32

	H5Fopen           func(name string, flags uint32, fapl hid) hid
	H5Fcreate         func(name string, flags uint32, fcpl, fapl hid) hid
	H5Fflush          func(file hid, scope int32) int32
	H5Fget_file_image func(file hid, buf unsafe.Pointer, size uint64) int64
	H5Fclose          func(file hid) int32

	H5Gcreate2 func(at hid, name string, lcpl, gcpl, gapl hid) hid
	H5Oopen    func(at hid, name string, lapl hid) hid

	H5Dcreate2      func(at hid, name string, kind, space, lcpl, dcpl, dapl hid) hid
	H5Dopen2        func(at hid, name string, dapl hid) hid
	H5Dget_space    func(data hid) hid
	H5Dget_type     func(data hid) hid
	H5Dread         func(data, kind, memory, file, dxpl hid, buf unsafe.Pointer) int32
	H5Dwrite        func(data, kind, memory, file, dxpl hid, buf unsafe.Pointer) int32
	H5Dvlen_reclaim func(kind, space, dxpl hid, buf unsafe.Pointer) int32 `hdf5:"optional"`
	H5Treclaim      func(kind, space, dxpl hid, buf unsafe.Pointer) int32 `hdf5:"optional"`

	H5Acreate2   func(at hid, name string, kind, space, acpl, aapl hid) hid
	H5Aopen      func(at hid, name string, aapl hid) hid
	H5Aget_space func(attr hid) hid
	H5Aget_type  func(attr hid) hid
	H5Aread      func(attr, kind hid, buf unsafe.Pointer) int32
	H5Awrite     func(attr, kind hid, buf unsafe.Pointer) int32

	H5Screate                    func(class int32) hid
	H5Screate_simple             func(rank int32, dims, most *uint64) hid
	H5Sselect_hyperslab          func(space hid, op int32, start, stride, count, block *uint64) int32
	H5Sget_simple_extent_ndims   func(space hid) int32
	H5Sget_simple_extent_dims    func(space hid, dims, most *uint64) int32
	H5Sget_simple_extent_npoints func(space hid) int64

	H5Tcopy            func(kind hid) hid
	H5Tget_size        func(kind hid) uint64
	H5Tget_class       func(kind hid) int32
	H5Tis_variable_str func(kind hid) int32
	H5Tset_size        func(kind hid, size uint64) int32
	H5Tset_cset        func(kind hid, set int32) int32
	H5Tset_strpad      func(kind hid, pad int32) int32
	H5Tset_fields      func(kind hid, sign, exp, expBits, man, manBits uint64) int32
	H5Tset_ebias       func(kind hid, bias uint64) int32
	H5Tvlen_create     func(base hid) hid
	H5Tenum_create     func(base hid) hid
	H5Tenum_insert     func(kind hid, name string, value unsafe.Pointer) int32
}

// stackEntry is H5E_error2_t.
type stackEntry struct {
	_           [3]hid   // class, major and minor number
	_           uint32   // line
	_           [2]*byte // function, file
	description *byte
}

// note gets one entry of the error stack, the innermost first.
func (f *functions) note(_ uint32, e *stackEntry, _ uintptr) uintptr {
	if text := cString(e.description); text != "" && len(f.trace) < 32 && !slices.Contains(f.trace, text) {
		f.trace = append(f.trace, text)
	}
	return 0
}

// failure turns the error stack into an error: what failed, then the two innermost causes.
func (f *functions) failure(what string) error {
	f.trace = f.trace[:0]
	f.H5Ewalk2(0, 0, f.walker, 0)
	f.H5Eclear2(0)
	causes := f.trace[:min(2, len(f.trace))]
	if len(causes) == 0 {
		return fmt.Errorf("libhdf5 %s: %s failed", f.version, what)
	}
	return fmt.Errorf("libhdf5 %s: %s failed: %s", f.version, what, strings.Join(causes, ": "))
}

// do turns a status into an error.
func (f *functions) do(what string, status int32) error {
	if status < 0 {
		return f.failure(what)
	}
	return nil
}

// opened turns an identifier into itself or an error.
func (f *functions) opened(what string, id hid) (hid, error) {
	if id < 0 {
		return id, f.failure(what)
	}
	return id, nil
}

// done gives back an identifier of any kind; what was not opened is left alone.
func (f *functions) done(id hid) {
	if id > 0 {
		f.H5Idec_ref(id)
	}
}

// reclaim frees what the library allocated for elements of variable length.
func (f *functions) reclaim(kind, space hid, buf unsafe.Pointer) {
	switch {
	case f.H5Treclaim != nil:
		f.H5Treclaim(kind, space, 0, buf)
	case f.H5Dvlen_reclaim != nil:
		f.H5Dvlen_reclaim(kind, space, 0, buf)
	}
}

// cString copies a string of C.
func cString(p *byte) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}
