package onnx

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
)

// typed decodes values that are stored in the field of their type.
func (t *Tensor) typed(p *onnxpb.TensorProto, n int) error {
	switch t.Type {
	case Float32:
		t.Floats = p.GetFloatData()
	case Float64:
		t.Floats = make([]float32, len(p.GetDoubleData()))
		for i, v := range p.GetDoubleData() {
			t.Floats[i] = float32(v)
			t.round(v)
		}
	case Float16, Bfloat16:
		t.Floats = make([]float32, len(p.GetInt32Data()))
		for i, v := range p.GetInt32Data() {
			t.Floats[i] = t.Type.float(uint64(uint32(v)))
		}
	case Int64:
		t.Ints = p.GetInt64Data()
	case Uint32, Uint64:
		t.Ints = make([]int64, len(p.GetUint64Data()))
		for i, v := range p.GetUint64Data() {
			t.Ints[i] = t.Type.int(v)
		}
	default:
		t.Ints = make([]int64, len(p.GetInt32Data()))
		for i, v := range p.GetInt32Data() {
			t.Ints[i] = t.Type.int(uint64(uint32(v)))
		}
	}
	if t.Len() != n {
		return fmt.Errorf("shape %v takes %d values, the file holds %d", t.Dims, n, t.Len())
	}
	return nil
}
