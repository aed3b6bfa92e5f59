package model

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/tensorfile"
)

// FormatVersion is the version of the JSON under MetaKey.
const FormatVersion = 1

// MetaKey is the metadata key of a model file that holds the architecture.
const MetaKey = "snn"

// header is the JSON that makes a file of arrays a network.
type header struct {
	Format int          `json:"format"`
	Input  Shape        `json:"input"`
	Dt     float64      `json:"dt"`
	Nodes  []nodeHeader `json:"nodes"`
	Record Record       `json:"record"`
}

type nodeHeader struct {
	Name   string          `json:"name"`
	Kind   string          `json:"kind"`
	Inputs []string        `json:"inputs"`
	Op     json.RawMessage `json:"op"`
}

// Save writes the network to path as safetensors, atomically. The same
// network gives the same bytes.
func (n *Network) Save(path string) error {
	f, err := n.file()
	if err != nil {
		return err
	}
	if err := f.Write(path); err != nil {
		return fmt.Errorf("model: %s: not written: %w", path, err)
	}
	return nil
}

// Encode returns the bytes of the model file.
func (n *Network) Encode() ([]byte, error) {
	f, err := n.file()
	if err != nil {
		return nil, err
	}
	return f.Encode()
}

func (n *Network) file() (*tensorfile.File, error) {
	text, err := n.Describe()
	if err != nil {
		return nil, err
	}
	f := &tensorfile.File{Meta: map[string]string{MetaKey: text}}
	n.Params(func(name string, p Param) { f.Add(name, p.Tensor.Shape, p.Tensor.Data) })
	return f, nil
}

// Describe is the JSON of a network without its arrays.
func (n *Network) Describe() (string, error) {
	h := header{Format: FormatVersion, Input: n.Input, Dt: n.Dt, Record: n.Record}
	for _, node := range n.Nodes {
		op, err := json.Marshal(node.Op)
		if err != nil {
			return "", err
		}
		h.Nodes = append(h.Nodes, nodeHeader{node.Name, node.Op.Kind(), node.Inputs, op})
	}
	text, err := json.Marshal(h)
	return string(text), err
}

// Load reads a model file. Sizes, names, shapes and checksums are checked
// before anything is used.
func Load(path string) (*Network, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	n, err := Decode(raw)
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w", path, err)
	}
	return n, nil
}

// Decode reads the bytes of a model file.
func Decode(raw []byte) (*Network, error) {
	f, err := tensorfile.Decode(raw)
	if err != nil {
		return nil, err
	}
	if err := f.Floats(); err != nil {
		return nil, err
	}
	text, ok := f.Meta[MetaKey]
	if !ok {
		return nil, fmt.Errorf("metadata has no key %q: the file holds arrays, but no network", MetaKey)
	}
	return FromDescription(text, f.Tensors)
}

// FromDescription makes a network of what Describe gives, and of its arrays.
func FromDescription(text string, arrays []tensorfile.Tensor) (*Network, error) {
	var h header
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return nil, fmt.Errorf("metadata %q: %w", MetaKey, err)
	}
	if h.Format > FormatVersion {
		return nil, fmt.Errorf("format %d is newer than this program's %d; update the program", h.Format, FormatVersion)
	}
	return h.network(arrays)
}

func (h header) network(tensors []tensorfile.Tensor) (*Network, error) {
	n := &Network{Input: h.Input, Dt: h.Dt, Record: h.Record}
	ops := Ops()
	var faults fault.List
	for _, nh := range h.Nodes {
		makeOp, err := ops.Get(nh.Kind)
		if err != nil {
			faults.AddError(err)
			continue
		}
		op := makeOp()
		if err := json.Unmarshal(nh.Op, op); err != nil {
			faults.Add(fault.Fault{Subject: fmt.Sprintf("layer %q", nh.Name), Fact: err.Error()})
			continue
		}
		n.Nodes = append(n.Nodes, Node{Name: nh.Name, Op: op, Inputs: nh.Inputs})
	}
	for _, t := range tensors {
		if err := n.setTensor(t); err != nil {
			faults.Add(fault.Fault{Subject: t.Name, Fact: err.Error()})
		}
	}
	n.Params(func(name string, p Param) {
		if p.Tensor == nil {
			faults.Add(fault.Fault{Subject: name, Fact: "array is missing"})
		}
	})
	if faults.Len() == 0 {
		_, err := n.Shapes()
		faults.AddError(err)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return n, nil
}

// setTensor hands the array called "layer.param" to its layer. Both names may
// hold dots; the longest name of a layer counts.
func (n *Network) setTensor(t tensorfile.Tensor) error {
	dot := strings.LastIndexByte(t.Name, '.')
	if dot < 0 {
		return fmt.Errorf("names no layer")
	}
	layer := t.Name[:dot]
	for at := dot; at >= 0; at = strings.LastIndexByte(t.Name[:at], '.') {
		if node := n.Node(t.Name[:at]); node != nil {
			return node.Op.SetParam(t.Name[at+1:], &Tensor{Shape: t.Shape, Data: t.Data})
		}
	}
	return fmt.Errorf("layer %q does not exist", layer)
}
