package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
)

// external reads length bytes at offset of a file next to the model; a
// negative length means up to its end.
type external func(location string, offset, length int64) ([]byte, error)

// tensor checks a tensor of the file and decodes it.
func tensor(p *onnxpb.TensorProto, ext external) (*Tensor, error) {
	t := &Tensor{Type: Type(p.GetDataType())}
	if !t.Type.Known() {
		return nil, fmt.Errorf("values are %v, which is not read", t.Type)
	}
	if p.GetSegment() != nil {
		return nil, fmt.Errorf("is stored in segments, which are not read")
	}
	n, err := t.extents(p.GetDims())
	if err != nil {
		return nil, err
	}
	raw := p.GetRawData()
	if p.GetDataLocation() == onnxpb.TensorProto_EXTERNAL {
		if raw, err = fetch(p, ext, int64(n)*int64(t.Type.size())); err != nil {
			return nil, err
		}
	}
	if raw == nil {
		return t, t.typed(p, n)
	}
	if len(raw) != n*t.Type.size() {
		return nil, fmt.Errorf("%v of shape %v takes %d bytes, the file holds %d", t.Type, t.Dims, n*t.Type.size(), len(raw))
	}
	t.raw(raw, n)
	return t, nil
}

// maxValues bounds the values of one tensor; more than memory would hold, but no overflow.
const maxValues = 1 << 33

// extents stores the shape and returns the number of values.
func (t *Tensor) extents(dims []int64) (int, error) {
	n := int64(1)
	for _, d := range dims {
		if d < 0 || n > maxValues/max(d, 1) {
			return 0, fmt.Errorf("shape %v is out of range", dims)
		}
		n *= max(d, 1)
		t.Dims = append(t.Dims, int(d))
	}
	for _, d := range dims {
		if d == 0 {
			n = 0
		}
	}
	return int(n), nil
}

// raw decodes little-endian bytes.
func (t *Tensor) raw(b []byte, n int) {
	size := t.Type.size()
	if t.Type.Floating() {
		t.Floats = make([]float32, n)
		for i := range t.Floats {
			w := word(b[i*size:], size)
			if t.Floats[i] = t.Type.float(w); t.Type == Float64 {
				t.round(math.Float64frombits(w))
			}
		}
		return
	}
	t.Ints = make([]int64, n)
	for i := range t.Ints {
		t.Ints[i] = t.Type.int(word(b[i*size:], size))
	}
}

// round counts a float64 that is none of float32.
func (t *Tensor) round(v float64) {
	if v == v && float64(float32(v)) != v {
		t.Rounded++
	}
}

// word is the little-endian number of size bytes.
func word(b []byte, size int) uint64 {
	switch size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

// float is the value that the low bits of w stand for.
func (t Type) float(w uint64) float32 {
	switch t {
	case Float64:
		return float32(math.Float64frombits(w))
	case Bfloat16:
		return math.Float32frombits(uint32(w&0xffff) << 16)
	case Float16:
		return half(uint16(w))
	}
	return math.Float32frombits(uint32(w))
}

// half is the value of an IEEE 754 half-precision number.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, int(h>>10&0x1f), uint32(h&0x3ff)
	switch exp {
	case 0: // zero and subnormal: frac · 2⁻²⁴
		v := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 0x1f:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | uint32(exp+127-15)<<23 | frac<<13)
}

// int is the value that the low bits of w stand for.
func (t Type) int(w uint64) int64 {
	switch t {
	case Int8:
		return int64(int8(w))
	case Int16:
		return int64(int16(w))
	case Int32:
		return int64(int32(w))
	case Uint8, Uint16, Uint32:
		return int64(w & (1<<(8*t.size()) - 1))
	case Bool:
		return min(int64(w&0xff), 1)
	}
	return int64(w)
}
