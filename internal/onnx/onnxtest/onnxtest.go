// Package onnxtest builds small ONNX files for tests.
package onnxtest

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
)

// Builder collects a model. The zero value is not ready; see New.
type Builder struct{ Proto *onnxpb.ModelProto }

// Attrs are the attributes of a node by name: int, float32, string, []int64,
// []float32 or a tensor.
type Attrs map[string]any

// New starts a model of an opset.
func New(opset int64) *Builder {
	return &Builder{&onnxpb.ModelProto{
		IrVersion: proto.Int64(8), OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: proto.Int64(opset)}},
		Graph: &onnxpb.GraphProto{Name: proto.String("test")},
	}}
}

// Input adds a float input; a negative extent is free and named "d<axis>".
func (b *Builder) Input(name string, dims ...int64) *Builder {
	shape := &onnxpb.TensorShapeProto{}
	for i, d := range dims {
		dim := &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: d}}
		if d < 0 {
			dim.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: fmt.Sprintf("d%d", i)}
		}
		shape.Dim = append(shape.Dim, dim)
	}
	value := value(name)
	value.Type.GetTensorType().Shape = shape
	b.Proto.Graph.Input = append(b.Proto.Graph.Input, value)
	return b
}

func value(name string) *onnxpb.ValueInfoProto {
	return &onnxpb.ValueInfoProto{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
		TensorType: &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(int32(onnxpb.TensorProto_FLOAT))},
	}}}
}

// Output adds an output.
func (b *Builder) Output(names ...string) *Builder {
	for _, name := range names {
		b.Proto.Graph.Output = append(b.Proto.Graph.Output, value(name))
	}
	return b
}

// Floats makes a float tensor.
func Floats(name string, dims []int64, values ...float32) *onnxpb.TensorProto {
	return &onnxpb.TensorProto{Name: &name, Dims: dims, DataType: proto.Int32(int32(onnxpb.TensorProto_FLOAT)), FloatData: values}
}

// Ints makes an int64 tensor.
func Ints(name string, dims []int64, values ...int64) *onnxpb.TensorProto {
	return &onnxpb.TensorProto{Name: &name, Dims: dims, DataType: proto.Int32(int32(onnxpb.TensorProto_INT64)), Int64Data: values}
}

// Const adds an initializer.
func (b *Builder) Const(tensors ...*onnxpb.TensorProto) *Builder {
	b.Proto.Graph.Initializer = append(b.Proto.Graph.Initializer, tensors...)
	return b
}

// Node adds a node named after its first output.
func (b *Builder) Node(op string, in, out []string, attrs Attrs) *Builder {
	n := &onnxpb.NodeProto{Name: proto.String("node " + out[0]), OpType: &op, Input: in, Output: out}
	for _, name := range sorted(attrs) {
		n.Attribute = append(n.Attribute, attribute(name, attrs[name]))
	}
	b.Proto.Graph.Node = append(b.Proto.Graph.Node, n)
	return b
}

func sorted(attrs Attrs) []string {
	var names []string
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func attribute(name string, v any) *onnxpb.AttributeProto {
	a := &onnxpb.AttributeProto{Name: &name}
	switch v := v.(type) {
	case int:
		a.Type, a.I = onnxpb.AttributeProto_INT.Enum(), proto.Int64(int64(v))
	case float32:
		a.Type, a.F = onnxpb.AttributeProto_FLOAT.Enum(), &v
	case string:
		a.Type, a.S = onnxpb.AttributeProto_STRING.Enum(), []byte(v)
	case []int64:
		a.Type, a.Ints = onnxpb.AttributeProto_INTS.Enum(), v
	case []float32:
		a.Type, a.Floats = onnxpb.AttributeProto_FLOATS.Enum(), v
	case *onnxpb.TensorProto:
		a.Type, a.T = onnxpb.AttributeProto_TENSOR.Enum(), v
	default:
		panic(fmt.Sprintf("onnxtest: attribute %q is %T", name, v))
	}
	return a
}

// Bytes is the file.
func (b *Builder) Bytes() []byte {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(b.Proto)
	if err != nil {
		panic(err)
	}
	return raw
}
