package hdf5

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"github.com/snntrain/snntrain/internal/hdf5/internal/precheck"
)

func compare(a, b string) int { return strings.Compare(a, b) }

// vlenMemory is the size of an element of variable length in memory: a pointer, or a sequence.
func vlenMemory(t *precheck.Type) uint64 {
	if t.Text {
		return uint64(unsafe.Sizeof((*byte)(nil)))
	}
	return uint64(unsafe.Sizeof(sequence{}))
}

func textOf(t *precheck.Type) TextForm {
	out := TextForm{ASCII: !t.UTF8}
	if t.Class == precheck.String {
		out.Size = t.Size
		out.Pad = [...]Pad{Terminate, PadNUL, PadSpace}[t.Pad]
	}
	return out
}

// memoryType makes the type that elements are read as. Strings are read as they are.
func (in *input) memoryType(form form, k number) (hid, error) {
	f := in.reader.file.f
	switch form {
	case flat:
		return f.numberType(k, true)
	case logical:
		return f.boolType(k, true)
	case lists:
		return f.listType(k, true)
	}
	return f.opened("its type", in.typeOf(in.id))
}

func (in *input) numbers(k number, kind, memory hid, n int, pin *runtime.Pinner) (any, error) {
	data, first := k.flat(n)
	if n == 0 {
		return data, nil
	}
	pin.Pin(first)
	return data, in.read(kind, memory, first)
}

func (in *input) bools(k number, kind, memory hid, n int, pin *runtime.Pinner) ([]bool, error) {
	data, err := in.numbers(k, kind, memory, n, pin)
	if err != nil {
		return nil, err
	}
	out := make([]bool, n)
	for i, v := range data.([]int8) {
		if v != 0 && v != 1 {
			return nil, fmt.Errorf("element %d of bool is %d, expected 0 or 1", i, v)
		}
		out[i] = v == 1
	}
	return out, nil
}

func (in *input) lists(k number, kind, memory hid, n int, pin *runtime.Pinner) (any, error) {
	raw := make([]sequence, n)
	if n == 0 {
		return k.lists(raw), nil
	}
	buf := unsafe.Pointer(&raw[0])
	pin.Pin(buf)
	if err := in.read(kind, memory, buf); err != nil {
		return nil, err
	}
	defer in.reader.file.f.reclaim(kind, memory, buf)
	return k.lists(raw), nil
}

func (in *input) strings(kind, memory hid, n int, pin *runtime.Pinner) ([]string, error) {
	if in.kind.Class == precheck.String {
		return in.fixed(kind, memory, n, pin)
	}
	out := make([]string, n)
	if n == 0 {
		return out, nil
	}
	raw := make([]*byte, n)
	buf := unsafe.Pointer(&raw[0])
	pin.Pin(buf)
	if err := in.read(kind, memory, buf); err != nil {
		return nil, err
	}
	defer in.reader.file.f.reclaim(kind, memory, buf)
	for i, p := range raw {
		out[i] = cString(p)
	}
	return out, nil
}

// fixed reads strings of fixed size and takes off what fills them up.
func (in *input) fixed(kind, memory hid, n int, pin *runtime.Pinner) ([]string, error) {
	out, size := make([]string, n), in.kind.Size
	if n == 0 {
		return out, nil
	}
	raw := make([]byte, n*size)
	pin.Pin(&raw[0])
	if err := in.read(kind, memory, unsafe.Pointer(&raw[0])); err != nil {
		return nil, err
	}
	for i := range out {
		s := raw[i*size : (i+1)*size]
		switch textOf(in.kind).Pad {
		case Terminate:
			s, _, _ = bytes.Cut(s, []byte{0})
		case PadNUL:
			s = bytes.TrimRight(s, "\x00")
		case PadSpace:
			s = bytes.TrimRight(s, " ")
		}
		out[i] = string(s)
	}
	return out, nil
}
