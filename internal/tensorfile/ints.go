package tensorfile

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/nlpodyssey/safetensors"
)

// Floats reports an array of integers, where only float32 makes sense.
func (f *File) Floats() error {
	for _, t := range f.Tensors {
		if t.Int != nil {
			return fmt.Errorf("array %q holds integers, expected float32", t.Name)
		}
	}
	return nil
}

// encodeInt stores integers in the smallest type that holds them all.
func encodeInt(v []int32) (safetensors.DType, []byte) {
	var lo, hi int32
	for _, x := range v {
		lo, hi = min(lo, x), max(hi, x)
	}
	switch {
	case lo >= math.MinInt8 && hi <= math.MaxInt8:
		raw := make([]byte, len(v))
		for i, x := range v {
			raw[i] = byte(x)
		}
		return safetensors.I8, raw
	case lo >= math.MinInt16 && hi <= math.MaxInt16:
		raw := make([]byte, 0, 2*len(v))
		for _, x := range v {
			raw = binary.LittleEndian.AppendUint16(raw, uint16(x))
		}
		return safetensors.I16, raw
	}
	raw := make([]byte, 0, 4*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(x))
	}
	return safetensors.I32, raw
}

func decodeInt(kind safetensors.DType, raw []byte) []int32 {
	switch kind {
	case safetensors.I8:
		v := make([]int32, len(raw))
		for i, b := range raw {
			v[i] = int32(int8(b))
		}
		return v
	case safetensors.I16:
		v := make([]int32, len(raw)/2)
		for i := range v {
			v[i] = int32(int16(binary.LittleEndian.Uint16(raw[2*i:])))
		}
		return v
	}
	v := make([]int32, len(raw)/4)
	for i := range v {
		v[i] = int32(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return v
}
