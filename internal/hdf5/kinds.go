package hdf5

import (
	"reflect"
	"runtime"
	"unsafe"

	"github.com/snntrain/snntrain/internal/hdf5/internal/precheck"
)

// sequence is hvl_t: a list in memory that C reads or has made.
type sequence struct {
	n    uint64
	data unsafe.Pointer
}

// number is a type of numbers that Go and HDF5 share. The variants hold
// symbols of its types in memory and in files.
type number interface {
	symbols() (memory, file string)
	size() int
	flat(n int) (data any, first unsafe.Pointer)              // a new slice
	lists(in []sequence) any                                  // copied from C
	pinned(data any, p *runtime.Pinner) (unsafe.Pointer, int) // a slice for C, and its length
	pinnedLists(data any, p *runtime.Pinner) []sequence
}

type numberOf[T any] struct{ memory, file string }

func (k numberOf[T]) symbols() (memory, file string) { return k.memory, k.file }

func (numberOf[T]) size() int {
	var x T
	return int(unsafe.Sizeof(x))
}

func (numberOf[T]) flat(n int) (any, unsafe.Pointer) {
	s := make([]T, n)
	return s, unsafe.Pointer(unsafe.SliceData(s))
}

func (numberOf[T]) lists(in []sequence) any {
	out := make([][]T, len(in))
	for i, s := range in {
		out[i] = make([]T, s.n)
		if s.n > 0 {
			copy(out[i], unsafe.Slice((*T)(s.data), s.n))
		}
	}
	return out
}

func (numberOf[T]) pinned(data any, p *runtime.Pinner) (unsafe.Pointer, int) {
	s := data.([]T)
	if len(s) > 0 {
		p.Pin(&s[0])
	}
	return unsafe.Pointer(unsafe.SliceData(s)), len(s)
}

func (k numberOf[T]) pinnedLists(data any, p *runtime.Pinner) []sequence {
	lists := data.([][]T)
	out := make([]sequence, len(lists))
	for i, s := range lists {
		first, n := k.pinned(s, p)
		if n > 0 {
			out[i] = sequence{uint64(n), first}
		}
	}
	return out
}

// half has no symbols: libhdf5 before 1.14.4 knows no half precision, so its type is made (see halfType).
const half = ""

// numbers lists them by the Go type of an element.
var numbers = map[reflect.Type]number{
	reflect.TypeFor[int8]():    numberOf[int8]{"H5T_NATIVE_INT8_g", "H5T_STD_I8LE_g"},
	reflect.TypeFor[int16]():   numberOf[int16]{"H5T_NATIVE_INT16_g", "H5T_STD_I16LE_g"},
	reflect.TypeFor[int32]():   numberOf[int32]{"H5T_NATIVE_INT32_g", "H5T_STD_I32LE_g"},
	reflect.TypeFor[int64]():   numberOf[int64]{"H5T_NATIVE_INT64_g", "H5T_STD_I64LE_g"},
	reflect.TypeFor[uint8]():   numberOf[uint8]{"H5T_NATIVE_UINT8_g", "H5T_STD_U8LE_g"},
	reflect.TypeFor[uint16]():  numberOf[uint16]{"H5T_NATIVE_UINT16_g", "H5T_STD_U16LE_g"},
	reflect.TypeFor[uint32]():  numberOf[uint32]{"H5T_NATIVE_UINT32_g", "H5T_STD_U32LE_g"},
	reflect.TypeFor[uint64]():  numberOf[uint64]{"H5T_NATIVE_UINT64_g", "H5T_STD_U64LE_g"},
	reflect.TypeFor[float32](): numberOf[float32]{"H5T_NATIVE_FLOAT_g", "H5T_IEEE_F32LE_g"},
	reflect.TypeFor[float64](): numberOf[float64]{"H5T_NATIVE_DOUBLE_g", "H5T_IEEE_F64LE_g"},
	reflect.TypeFor[Float16](): numberOf[Float16]{half, half},
}

// numberFor returns the number type that equals a type in a file, nil if there is none.
func numberFor(t *precheck.Type) number {
	if !t.Plain {
		return nil
	}
	var like []any
	switch {
	case t.Class == precheck.Float:
		like = []any{Float16(0), float32(0), float64(0)}
	case t.Class == precheck.Integer && t.Signed:
		like = []any{int8(0), int16(0), int32(0), int64(0)}
	case t.Class == precheck.Integer:
		like = []any{uint8(0), uint16(0), uint32(0), uint64(0)}
	}
	for _, x := range like {
		if k := numbers[reflect.TypeOf(x)]; k.size() == t.Size {
			return k
		}
	}
	return nil
}

// form is how the elements of an array are kept.
type form int

const (
	flat form = iota
	lists
	logical
	text
)

// kindOf finds the form and number type of Go data; false for types that no file has.
func kindOf(data any) (form, number, bool) {
	switch data.(type) {
	case []string:
		return text, nil, true
	case []bool:
		return logical, numbers[reflect.TypeFor[int8]()], true
	}
	t := reflect.TypeOf(data)
	if t == nil || t.Kind() != reflect.Slice {
		return 0, nil, false
	}
	if k, ok := numbers[t.Elem()]; ok {
		return flat, k, true
	}
	if t.Elem().Kind() == reflect.Slice {
		k, ok := numbers[t.Elem().Elem()]
		return lists, k, ok
	}
	return 0, nil, false
}

// kindIn finds the form and number type for a type in a file, or says why there is none.
func kindIn(t *precheck.Type) (form, number, string) {
	k := numberFor(t)
	switch {
	case k != nil:
		return flat, k, ""
	case t.Class == precheck.String, t.Class == precheck.Variable && t.Text:
		return text, nil, ""
	case t.Class == precheck.Variable && numberFor(t.Elem) != nil:
		return lists, numberFor(t.Elem), ""
	case t.Class == precheck.Variable:
		return 0, nil, "lists of " + t.Elem.Class.Name()
	case t.Class == precheck.Enum && isBool(t):
		return logical, numbers[reflect.TypeFor[int8]()], ""
	}
	return 0, nil, t.Class.Name()
}

// isBool recognizes how h5py writes bool.
func isBool(t *precheck.Type) bool {
	return t.Size == 1 && len(t.Members) == 2 &&
		t.Members[0].Name == "FALSE" && t.Members[0].Value[0] == 0 &&
		t.Members[1].Name == "TRUE" && t.Members[1].Value[0] == 1
}
