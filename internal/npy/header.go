package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxHeader is more than any real header needs (NumPy pads to 64 bytes).
const maxHeader = 1 << 16

// maxDims is more dimensions than any dataset has.
const maxDims = 8

// Header is what stands before the values of an array.
type Header struct {
	Type  string // f4, f8, i1, i2, i4, i8, u1 or b1; little-endian
	Shape []int

	Prefix int // bytes of magic, version and dictionary
}

// ReadHeader reads magic, version and dictionary:
//
//	"\x93NUMPY" major minor length "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n"
func ReadHeader(r io.Reader) (Header, error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:8]); err != nil {
		return Header{}, fmt.Errorf("truncated header: %w", err)
	}
	if string(head[:6]) != "\x93NUMPY" {
		return Header{}, fmt.Errorf("magic %q, want \"\\x93NUMPY\"", head[:6])
	}
	wide := 2
	if major := head[6]; major == 2 || major == 3 {
		wide = 4
	} else if major != 1 {
		return Header{}, fmt.Errorf("format version %d, known: 1, 2, 3", major)
	}
	if _, err := io.ReadFull(r, head[8:8+wide]); err != nil {
		return Header{}, fmt.Errorf("truncated header: %w", err)
	}
	n := binary.LittleEndian.Uint32(head[8:])
	if n > maxHeader {
		return Header{}, fmt.Errorf("header of %d bytes, limit %d", n, maxHeader)
	}
	dict := make([]byte, n)
	if _, err := io.ReadFull(r, dict); err != nil {
		return Header{}, fmt.Errorf("truncated header: %w", err)
	}
	h, err := parseDict(string(dict))
	h.Prefix = 8 + wide + int(n)
	return h, err
}

// parseDict reads the three entries of the dictionary in any order.
func parseDict(dict string) (Header, error) {
	entry := func(name, value string) string {
		m := regexp.MustCompile(`'` + name + `'\s*:\s*` + value).FindStringSubmatch(dict)
		if m == nil {
			return ""
		}
		return m[1]
	}
	descr, order := entry("descr", `'([^']*)'`), entry("fortran_order", `(True|False)`)
	shape := entry("shape", `(\([0-9, ]*\))`)
	if descr == "" || order == "" || shape == "" {
		return Header{}, fmt.Errorf("header %.80q lacks a plain descr, fortran_order or shape", dict)
	}
	h := Header{Type: strings.TrimLeft(descr, "<|=")}
	if itemSize(h.Type) == 0 {
		return Header{}, fmt.Errorf("type %q, known: f4, f8, u1, i1, i2, i4, i8, bool, little-endian; convert it with numpy's astype", descr)
	}
	for field := range strings.FieldsFuncSeq(shape, func(r rune) bool { return strings.ContainsRune("(), ", r) }) {
		d, err := strconv.ParseInt(field, 10, 63)
		if err != nil {
			return Header{}, fmt.Errorf("shape %s: %w", shape, err)
		}
		h.Shape = append(h.Shape, int(d))
	}
	if len(h.Shape) > maxDims {
		return Header{}, fmt.Errorf("%d dimensions, limit %d", len(h.Shape), maxDims)
	}
	if order == "True" && len(h.Shape) > 1 {
		return Header{}, fmt.Errorf("stored in Fortran order; save numpy.ascontiguousarray(x)")
	}
	return h, nil
}

// itemSize is the number of bytes of one value, 0 for a type that is not read.
func itemSize(kind string) int {
	if !slices.Contains([]string{"f4", "f8", "u1", "i1", "i2", "i4", "i8", "b1"}, kind) {
		return 0
	}
	return int(kind[1] - '0')
}

// MaxBytes is the most that one array may hold.
const MaxBytes = 4 << 30

// Bytes is the size of all values, refused above MaxBytes.
func (h Header) Bytes() (uint64, error) {
	size := uint64(itemSize(h.Type))
	for _, d := range h.Shape {
		if d == 0 {
			return 0, nil
		}
		if size > MaxBytes/uint64(d) {
			return 0, fmt.Errorf("shape %v of %s exceeds the limit of %d bytes", h.Shape, h.Type, int64(MaxBytes))
		}
		size *= uint64(d)
	}
	return size, nil
}
