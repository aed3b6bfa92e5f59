package torchfile

import (
	"encoding/binary"
	"math"
)

// dtype is a type of elements.
type dtype struct {
	name  string // PyTorch's
	size  int
	float func(o binary.ByteOrder, b []byte) float32 // nil = integer
	int   func(o binary.ByteOrder, b []byte) int64
}

// dtypes lists the types by the names of their storages in a checkpoint and
// of their elements in safetensors.
func dtypes() []struct {
	storage, safetensors string
	dtype
} {
	type row = struct {
		storage, safetensors string
		dtype
	}
	return []row{
		{"DoubleStorage", "F64", dtype{"float64", 8, float64Of, nil}},
		{"FloatStorage", "F32", dtype{"float32", 4, float32Of, nil}},
		{"HalfStorage", "F16", dtype{"float16", 2, float16Of, nil}},
		{"BFloat16Storage", "BF16", dtype{"bfloat16", 2, bfloat16Of, nil}},
		{"LongStorage", "I64", dtype{"int64", 8, nil, func(o binary.ByteOrder, b []byte) int64 { return int64(o.Uint64(b)) }}},
		{"IntStorage", "I32", dtype{"int32", 4, nil, func(o binary.ByteOrder, b []byte) int64 { return int64(int32(o.Uint32(b))) }}},
		{"ShortStorage", "I16", dtype{"int16", 2, nil, func(o binary.ByteOrder, b []byte) int64 { return int64(int16(o.Uint16(b))) }}},
		{"CharStorage", "I8", dtype{"int8", 1, nil, func(_ binary.ByteOrder, b []byte) int64 { return int64(int8(b[0])) }}},
		{"ByteStorage", "U8", dtype{"uint8", 1, nil, func(_ binary.ByteOrder, b []byte) int64 { return int64(b[0]) }}},
		{"BoolStorage", "BOOL", dtype{"bool", 1, nil, func(_ binary.ByteOrder, b []byte) int64 { return int64(min(b[0], 1)) }}},
	}
}

func storageType(name string) (dtype, bool) {
	for _, d := range dtypes() {
		if d.storage == name {
			return d.dtype, true
		}
	}
	return dtype{}, false
}

func float64Of(o binary.ByteOrder, b []byte) float32 {
	return float32(math.Float64frombits(o.Uint64(b)))
}

// rounds reports whether a float64 is none of float32.
func rounds(o binary.ByteOrder, b []byte) bool {
	v := math.Float64frombits(o.Uint64(b))
	return v == v && float64(float32(v)) != v
}

func float32Of(o binary.ByteOrder, b []byte) float32 { return math.Float32frombits(o.Uint32(b)) }

func bfloat16Of(o binary.ByteOrder, b []byte) float32 {
	return math.Float32frombits(uint32(o.Uint16(b)) << 16)
}

// float16Of is exact: every half is a float32.
func float16Of(o binary.ByteOrder, b []byte) float32 {
	h := o.Uint16(b)
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 0: // zero or subnormal: frac · 2⁻²⁴
		f := float32(frac) * (1.0 / (1 << 24))
		return math.Float32frombits(sign | math.Float32bits(f))
	case 31:
		return math.Float32frombits(sign | 255<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}
