package npy

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Array is one array, its values still as they are on disk.
type Array struct {
	Header
	raw []byte
}

// NewArray is an array of the given header and the bytes of its values, which fit each other.
func NewArray(h Header, raw []byte) *Array { return &Array{h, raw} }

// Len is the number of values.
func (a *Array) Len() int { return len(a.raw) / itemSize(a.Type) }

// Floats converts the len(dst) values from offset on.
func (a *Array) Floats(dst []float32, offset int) {
	size := itemSize(a.Type)
	raw := a.raw[offset*size : (offset+len(dst))*size]
	le := binary.LittleEndian
	switch a.Type {
	case "f4":
		for i := range dst {
			dst[i] = math.Float32frombits(le.Uint32(raw[4*i:]))
		}
	case "f8":
		for i := range dst {
			dst[i] = float32(math.Float64frombits(le.Uint64(raw[8*i:])))
		}
	case "u1":
		for i := range dst {
			dst[i] = float32(raw[i])
		}
	case "b1":
		for i := range dst {
			dst[i] = float32(min(raw[i], 1))
		}
	default:
		for i := range dst {
			dst[i] = float32(a.integer(offset + i))
		}
	}
}

// integer returns value i of an array of integers or bools.
func (a *Array) integer(i int) int64 {
	le := binary.LittleEndian
	switch a.Type {
	case "i1":
		return int64(int8(a.raw[i]))
	case "i2":
		return int64(int16(le.Uint16(a.raw[2*i:])))
	case "i4":
		return int64(int32(le.Uint32(a.raw[4*i:])))
	case "i8":
		return int64(le.Uint64(a.raw[8*i:]))
	case "b1":
		return int64(min(a.raw[i], 1))
	default:
		return int64(a.raw[i])
	}
}

// Int32s converts all values to integers; a float must be whole.
func (a *Array) Int32s() ([]int32, error) {
	out := make([]int32, a.Len())
	for i := range out {
		v := a.value(i)
		if v != math.Trunc(v) || math.Abs(v) > math.MaxInt32 {
			return nil, fmt.Errorf("value %d is %v, must be a whole number of 32 bits", i, v)
		}
		out[i] = int32(v)
	}
	return out, nil
}

// value returns value i of an array of any type.
func (a *Array) value(i int) float64 {
	switch a.Type {
	case "f4":
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(a.raw[4*i:])))
	case "f8":
		return math.Float64frombits(binary.LittleEndian.Uint64(a.raw[8*i:]))
	}
	return float64(a.integer(i))
}

// Labels converts all values to labels 0..limit-1; a float must be whole.
func (a *Array) Labels(limit int) ([]int32, error) {
	out := make([]int32, a.Len())
	for i := range out {
		v := a.value(i)
		if !(v >= 0 && v < float64(limit)) || v != math.Trunc(v) {
			return nil, fmt.Errorf("label %d is %v, must be a whole number 0..%d", i, v, limit-1)
		}
		out[i] = int32(v)
	}
	return out, nil
}

// NotFinite returns the index of the first NaN or infinity, or -1.
func (a *Array) NotFinite() int {
	one := make([]float32, 1)
	if a.Type != "f4" && a.Type != "f8" {
		return -1
	}
	for i := range a.Len() {
		if a.Floats(one, i); math.IsNaN(float64(one[0])) || math.IsInf(float64(one[0]), 0) {
			return i
		}
	}
	return -1
}
