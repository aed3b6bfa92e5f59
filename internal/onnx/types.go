package onnx

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
)

// Type is the type of the values of a tensor, numbered as in the files.
type Type int32

// The types that are read.
const (
	Float32  = Type(onnxpb.TensorProto_FLOAT)
	Uint8    = Type(onnxpb.TensorProto_UINT8)
	Int8     = Type(onnxpb.TensorProto_INT8)
	Uint16   = Type(onnxpb.TensorProto_UINT16)
	Int16    = Type(onnxpb.TensorProto_INT16)
	Int32    = Type(onnxpb.TensorProto_INT32)
	Int64    = Type(onnxpb.TensorProto_INT64)
	Bool     = Type(onnxpb.TensorProto_BOOL)
	Float16  = Type(onnxpb.TensorProto_FLOAT16)
	Float64  = Type(onnxpb.TensorProto_DOUBLE)
	Uint32   = Type(onnxpb.TensorProto_UINT32)
	Uint64   = Type(onnxpb.TensorProto_UINT64)
	Bfloat16 = Type(onnxpb.TensorProto_BFLOAT16)
)

// String is the name that ONNX gives the type.
func (t Type) String() string {
	if name, ok := onnxpb.TensorProto_DataType_name[int32(t)]; ok {
		return name
	}
	return fmt.Sprintf("type %d", int32(t))
}

// Floating reports whether values of the type are Floats of a Tensor.
func (t Type) Floating() bool {
	return t == Float32 || t == Float16 || t == Float64 || t == Bfloat16
}

// Known reports whether the type is read.
func (t Type) Known() bool { return t.size() > 0 }

// size is the number of bytes of a value as raw data, 0 for other types.
func (t Type) size() int {
	switch t {
	case Uint8, Int8, Bool:
		return 1
	case Uint16, Int16, Float16, Bfloat16:
		return 2
	case Float32, Int32, Uint32:
		return 4
	case Float64, Int64, Uint64:
		return 8
	}
	return 0
}
