package onnx

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
)

// Encode returns the bytes of a model's file. The same model gives the same
// bytes. Outputs are declared as float32 of any shape.
func Encode(m *Model) ([]byte, error) {
	g := &onnxpb.GraphProto{Name: proto.String("network")}
	for _, name := range slices.Sorted(maps.Keys(m.Constants)) {
		t, err := encodeTensor(name, m.Constants[name])
		if err != nil {
			return nil, fmt.Errorf("onnx: constant %q: %w", name, err)
		}
		g.Initializer = append(g.Initializer, t)
	}
	for _, in := range m.Inputs {
		g.Input = append(g.Input, valueInfo(in.Name, in.Type, encodeDims(in.Dims)))
	}
	for _, name := range m.Outputs {
		g.Output = append(g.Output, valueInfo(name, Float32, nil))
	}
	for i := range m.Nodes {
		n, err := encodeNode(&m.Nodes[i])
		if err != nil {
			return nil, fmt.Errorf("onnx: node %q: %w", m.Nodes[i].Title(), err)
		}
		g.Node = append(g.Node, n)
	}
	file := &onnxpb.ModelProto{
		IrVersion: proto.Int64(m.IR), ProducerName: proto.String(m.Producer), Graph: g,
		OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: proto.Int64(m.Opset)}},
	}
	return proto.MarshalOptions{Deterministic: true}.Marshal(file)
}

func encodeDims(dims []Dim) *onnxpb.TensorShapeProto {
	shape := &onnxpb.TensorShapeProto{}
	for _, d := range dims {
		dim := &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: d.Size}}
		if d.Size < 0 {
			dim.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: d.Name}
		}
		shape.Dim = append(shape.Dim, dim)
	}
	return shape
}

func valueInfo(name string, t Type, shape *onnxpb.TensorShapeProto) *onnxpb.ValueInfoProto {
	tensor := &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(int32(t)), Shape: shape}
	return &onnxpb.ValueInfoProto{Name: proto.String(name), Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{TensorType: tensor}}}
}

func encodeNode(n *Node) (*onnxpb.NodeProto, error) {
	out := &onnxpb.NodeProto{Name: proto.String(n.Name), OpType: proto.String(n.Op), Input: n.Inputs, Output: n.Outputs}
	if n.Domain != "" {
		out.Domain = proto.String(n.Domain)
	}
	for i := range n.Attrs {
		a, err := encodeAttr(&n.Attrs[i])
		if err != nil {
			return nil, err
		}
		out.Attribute = append(out.Attribute, a)
	}
	return out, nil
}

func encodeAttr(a *Attr) (*onnxpb.AttributeProto, error) {
	out := &onnxpb.AttributeProto{Name: proto.String(a.Name)}
	switch a.Kind {
	case AttrInt:
		out.Type, out.I = onnxpb.AttributeProto_INT.Enum(), proto.Int64(a.Int)
	case AttrFloat:
		out.Type, out.F = onnxpb.AttributeProto_FLOAT.Enum(), proto.Float32(a.Float)
	case AttrString:
		out.Type, out.S = onnxpb.AttributeProto_STRING.Enum(), []byte(a.String)
	case AttrInts:
		out.Type, out.Ints = onnxpb.AttributeProto_INTS.Enum(), a.Ints
	case AttrFloats:
		out.Type, out.Floats = onnxpb.AttributeProto_FLOATS.Enum(), a.Floats
	default:
		return nil, fmt.Errorf("attribute %q is of a kind that is not written", a.Name)
	}
	return out, nil
}

// encodeTensor writes values as raw little-endian bytes.
func encodeTensor(name string, t *Tensor) (*onnxpb.TensorProto, error) {
	out := &onnxpb.TensorProto{Name: proto.String(name), DataType: proto.Int32(int32(t.Type)), RawData: []byte{}}
	n := 1
	for _, d := range t.Dims {
		out.Dims, n = append(out.Dims, int64(d)), n*d
	}
	if n != t.Len() {
		return nil, fmt.Errorf("shape %v takes %d values, there are %d", t.Dims, n, t.Len())
	}
	if t.Type == Float32 {
		for _, v := range t.Floats {
			out.RawData = binary.LittleEndian.AppendUint32(out.RawData, math.Float32bits(v))
		}
		return out, nil
	}
	size := t.Type.size()
	if t.Type.Floating() || size == 0 {
		return nil, fmt.Errorf("values of type %v are not written", t.Type)
	}
	var word [8]byte
	for _, v := range t.Ints {
		binary.LittleEndian.PutUint64(word[:], uint64(v))
		out.RawData = append(out.RawData, word[:size]...)
	}
	return out, nil
}
