package hdf5

import "unsafe"

// numberType makes the type of k in memory or in files. It is to be closed.
func (f *functions) numberType(k number, inMemory bool) (hid, error) {
	memory, file := k.symbols()
	if memory == half {
		return f.halfType(inMemory)
	}
	if !inMemory {
		memory = file
	}
	id, err := f.id(memory)
	if err != nil {
		return 0, err
	}
	return f.opened("copying a type", f.H5Tcopy(id))
}

// halfType makes half precision from single precision, in its byte order.
func (f *functions) halfType(inMemory bool) (hid, error) {
	id, err := f.numberType(numberOf[float32]{"H5T_NATIVE_FLOAT_g", "H5T_IEEE_F32LE_g"}, inMemory)
	if err != nil {
		return 0, err
	}
	if f.H5Tset_fields(id, 15, 10, 5, 0, 10) < 0 || f.H5Tset_size(id, 2) < 0 || f.H5Tset_ebias(id, 15) < 0 {
		err := f.failure("making half precision")
		f.done(id)
		return 0, err
	}
	return id, nil
}

// listType makes the type of lists of k.
func (f *functions) listType(k number, inMemory bool) (hid, error) {
	base, err := f.numberType(k, inMemory)
	if err != nil {
		return 0, err
	}
	defer f.done(base)
	return f.opened("making a type of lists", f.H5Tvlen_create(base))
}

// boolType makes the enum that h5py writes bool as.
func (f *functions) boolType(k number, inMemory bool) (hid, error) {
	base, err := f.numberType(k, inMemory)
	if err != nil {
		return 0, err
	}
	defer f.done(base)
	id, err := f.opened("making a type of bool", f.H5Tenum_create(base))
	if err != nil {
		return 0, err
	}
	for value, name := range []string{"FALSE", "TRUE"} {
		v := int8(value)
		if f.H5Tenum_insert(id, name, unsafe.Pointer(&v)) < 0 {
			err := f.failure("making a type of bool")
			f.done(id)
			return 0, err
		}
	}
	return id, nil
}

const (
	variableSize = ^uint64(0) // H5T_VARIABLE
	cASCII       = 0
	cUTF8        = 1
)

// textType makes the type of strings of one form.
func (f *functions) textType(t TextForm) (hid, error) {
	base, err := f.id("H5T_C_S1_g")
	if err != nil {
		return 0, err
	}
	id, err := f.opened("copying a type", f.H5Tcopy(base))
	if err != nil {
		return 0, err
	}
	size, set, pad := variableSize, int32(cUTF8), int32(0)
	if t.ASCII {
		set = cASCII
	}
	if t.Size > 0 {
		size, pad = uint64(t.Size), padCodes[t.Pad]
	}
	if f.H5Tset_size(id, size) < 0 || f.H5Tset_cset(id, set) < 0 || f.H5Tset_strpad(id, pad) < 0 {
		err := f.failure("making a type of strings")
		f.done(id)
		return 0, err
	}
	return id, nil
}

// padCodes are H5T_str_t: ended by NUL 0, filled with NUL 1, with spaces 2.
var padCodes = map[Pad]int32{Terminate: 0, PadNUL: 1, PadSpace: 2}

// space makes a dataspace; nil is a scalar.
func (f *functions) space(shape []int) (hid, error) {
	if len(shape) == 0 {
		return f.opened("making a scalar", f.H5Screate(0))
	}
	dims := sizes(shape)
	return f.opened("making a dataspace", f.H5Screate_simple(int32(len(dims)), &dims[0], nil))
}

func sizes(shape []int) []uint64 {
	dims := make([]uint64, len(shape))
	for i, d := range shape {
		dims[i] = uint64(d)
	}
	return dims
}
