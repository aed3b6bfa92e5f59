package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
)

// maxFile is the most bytes that a message of this format can have.
const maxFile = 2 << 30

// Read reads the file at path, and the external data beside it.
func Read(path string) (*Model, error) {
	subject := fmt.Sprintf("file %q", path)
	info, err := os.Stat(path)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, fault.Fault{Pkg: "onnx", Subject: subject, Fact: err.Error()}
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, fault.Fault{Pkg: "onnx", Subject: subject, Fact: fmt.Sprintf("must be a file of at most %d bytes", int64(maxFile))}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Fault{Pkg: "onnx", Subject: subject, Fact: err.Error()}
	}
	return decode(subject, raw, beside(filepath.Dir(path)))
}

// Decode reads the bytes of a file that has no external data.
func Decode(raw []byte) (*Model, error) { return decode("file", raw, nil) }

func decode(subject string, raw []byte, ext external) (*Model, error) {
	d := &decoder{subject: subject, ext: ext, defined: map[string]bool{"": true}}
	p := &onnxpb.ModelProto{}
	switch err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, p); {
	case len(raw) == 0:
		return nil, d.fault("is empty", "")
	case err != nil:
		return nil, d.fault(fmt.Sprintf("%d bytes are no ONNX model: truncated, corrupted, or another format", len(raw)), "")
	case p.GetGraph() == nil:
		return nil, d.fault("holds no graph: truncated, or no ONNX model", "")
	}
	m := &Model{IR: p.GetIrVersion(), Producer: p.GetProducerName(), Constants: map[string]*Tensor{}}
	m.Opset = d.opset(p.GetOpsetImport())
	d.constants(m, p.GetGraph())
	d.edges(m, p.GetGraph())
	if err := d.faults.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// decoder collects the faults of a file.
type decoder struct {
	subject string
	ext     external
	faults  fault.List
	defined map[string]bool // values that a node may read
}

func (d *decoder) fault(fact, hint string) fault.Fault {
	return fault.Fault{Pkg: "onnx", Subject: d.subject, Fact: fact, Hint: hint}
}

func (d *decoder) add(format string, args ...any) {
	d.faults.Add(d.fault(fmt.Sprintf(format, args...), ""))
}

// opset finds the version of the default domain.
func (d *decoder) opset(imports []*onnxpb.OperatorSetIdProto) int64 {
	for _, o := range imports {
		if o.GetDomain() != "" && o.GetDomain() != "ai.onnx" {
			continue
		}
		if v := o.GetVersion(); v < MinOpset || v > MaxOpset {
			d.faults.Add(d.fault(fmt.Sprintf("opset %d is outside %d to %d", v, MinOpset, MaxOpset), "export it again with opset 17"))
		}
		return o.GetVersion()
	}
	d.add("states no opset: truncated, or no ONNX model")
	return 0
}

func (d *decoder) constants(m *Model, g *onnxpb.GraphProto) {
	for _, p := range g.GetInitializer() {
		name := p.GetName()
		if _, twice := m.Constants[name]; twice || name == "" {
			d.add("constant %q: the name is used twice or empty", name)
			continue
		}
		t, err := tensor(p, d.ext)
		if err != nil {
			d.add("constant %q: %v", name, err)
		}
		m.Constants[name] = t
		d.defined[name] = true
	}
	for _, p := range g.GetSparseInitializer() {
		d.add("constant %q: sparse constants are not read", p.GetValues().GetName())
	}
}

// edges reads inputs, nodes and outputs, and checks that each value comes before its use.
func (d *decoder) edges(m *Model, g *onnxpb.GraphProto) {
	for _, p := range g.GetInput() {
		if _, constant := m.Constants[p.GetName()]; constant {
			continue // older files list constants as inputs too
		}
		d.defined[p.GetName()] = true
		m.Inputs = append(m.Inputs, d.input(p))
	}
	for i, p := range g.GetNode() {
		m.Nodes = append(m.Nodes, d.node(i, p))
	}
	for _, p := range g.GetOutput() {
		m.Outputs = append(m.Outputs, p.GetName())
		if !d.defined[p.GetName()] || p.GetName() == "" {
			d.add("output %q: no node gives it", p.GetName())
		}
	}
}

func (d *decoder) input(p *onnxpb.ValueInfoProto) Input {
	t := p.GetType().GetTensorType()
	in := Input{Name: p.GetName(), Type: Type(t.GetElemType())}
	for _, dim := range t.GetShape().GetDim() {
		v := Dim{Size: dim.GetDimValue(), Name: dim.GetDimParam()}
		if v.Name != "" || v.Size <= 0 {
			v.Size = -1
		}
		in.Dims = append(in.Dims, v)
	}
	return in
}

func (d *decoder) node(i int, p *onnxpb.NodeProto) Node {
	n := Node{Name: p.GetName(), Op: p.GetOpType(), Domain: p.GetDomain(), Inputs: p.GetInput(), Outputs: p.GetOutput()}
	if n.Domain == "ai.onnx" {
		n.Domain = ""
	}
	subject := fmt.Sprintf("node %d %q (%s)", i, n.Title(), n.Op)
	if j := slices.IndexFunc(n.Inputs, func(in string) bool { return !d.defined[in] }); j >= 0 {
		d.add("%s: reads %q, which nothing before it gives", subject, n.Inputs[j])
	}
	for _, out := range n.Outputs {
		if out != "" && d.defined[out] {
			d.add("%s: gives %q, which is given already", subject, out)
		}
		d.defined[out] = true
	}
	for _, a := range p.GetAttribute() {
		v, err := d.attr(a)
		if err != nil {
			d.add("%s: attribute %q: %v", subject, a.GetName(), err)
		}
		n.Attrs = append(n.Attrs, v)
	}
	return n
}

func (d *decoder) attr(p *onnxpb.AttributeProto) (Attr, error) {
	a := Attr{Name: p.GetName()}
	var err error
	switch p.GetType() {
	case onnxpb.AttributeProto_INT:
		a.Kind, a.Int = AttrInt, p.GetI()
	case onnxpb.AttributeProto_FLOAT:
		a.Kind, a.Float = AttrFloat, p.GetF()
	case onnxpb.AttributeProto_STRING:
		a.Kind, a.String = AttrString, string(p.GetS())
	case onnxpb.AttributeProto_INTS:
		a.Kind, a.Ints = AttrInts, p.GetInts()
	case onnxpb.AttributeProto_FLOATS:
		a.Kind, a.Floats = AttrFloats, p.GetFloats()
	case onnxpb.AttributeProto_TENSOR:
		a.Kind = AttrTensor
		if a.Tensor, err = tensor(p.GetT(), d.ext); err != nil {
			a.Kind = AttrOther
		}
	}
	return a, err
}
