package model

import (
	"fmt"
	"maps"

	"github.com/snntrain/snntrain/internal/fault"
)

// InputName is what a node reads that reads the network's own input.
const InputName = "input"

// Network is a directed graph of nodes in the order of computation: a node
// reads only the input and nodes before it.
type Network struct {
	Input Shape   // of one sample at one step
	Dt    float64 // length of a time step, in the unit of the time constants (s when they are physical, else 1)
	Nodes []Node

	Record Record // where the network comes from; kept in its file
}

// Node is one layer.
type Node struct {
	Name   string
	Op     Op
	Inputs []string // names of the nodes it reads, or InputName
	Pos    string   // where it was written (file:line:col), for messages only
}

// Record says what a network needs to be used alone, and how it came to be.
type Record struct {
	Classes    []string           `json:"classes,omitempty"`
	Preprocess map[string]any     `json:"preprocess,omitempty"` // the resolved data section
	Readout    string             `json:"readout,omitempty"`    // how the output becomes class scores
	Seed       uint64             `json:"seed"`                 // decided the validation part, and all else that is random
	Training   map[string]any     `json:"training,omitempty"`
	Results    map[string]float64 `json:"results,omitempty"`
	Origin     map[string]any     `json:"origin,omitempty"`   // what the file that it was imported from says beyond it
	Quantize   *Quantization      `json:"quantize,omitempty"` // the integer arithmetic that it was trained in
}

// Param is one array of a node.
type Param struct {
	Name      string  // within the node: "weight"
	Tensor    *Tensor // shared with the op
	Trainable bool    // false for running statistics and fixed values
}

// Op is what a node computes, as plain data. Ops are compared by their JSON.
type Op interface {
	// Kind is the name in configs and files.
	Kind() string
	// Infer returns the output shape, or a fault that says what came and what was expected.
	Infer(in []Shape) (Shape, error)
	// Params lists the arrays in a fixed order.
	Params() []Param
	// SetParam stores a tensor read from a file under its name.
	SetParam(name string, t *Tensor) error
}

// Shapes infers the output shape of every node, by name, and reports every
// fault: duplicate names, unknown inputs, shapes that do not fit.
func (n *Network) Shapes() (map[string]Shape, error) {
	shapes := map[string]Shape{InputName: n.Input}
	var faults fault.List
	for i := range n.Nodes {
		node := &n.Nodes[i]
		if err := n.inferNode(node, shapes); err != nil {
			faults.AddError(err)
			shapes[node.Name] = nil // reported once: what depends on it is skipped
		}
	}
	return shapes, faults.Err()
}

func (n *Network) inferNode(node *Node, shapes map[string]Shape) error {
	subject := fmt.Sprintf("layer %q", node.Name)
	if _, dup := shapes[node.Name]; dup {
		return fault.Fault{Pkg: "model", Subject: subject, Fact: "the name is used twice", Pos: node.Pos, Hint: "give each layer its own name:"}
	}
	in := make([]Shape, len(node.Inputs))
	for i, name := range node.Inputs {
		s, ok := shapes[name]
		if !ok {
			hint := ""
			if near := fault.Nearest(name, keys(shapes)); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return fault.Fault{Pkg: "model", Subject: subject, Fact: fmt.Sprintf("input %q names no earlier layer", name), Pos: node.Pos, Hint: hint}
		}
		if s == nil {
			shapes[node.Name] = nil
			return nil
		}
		in[i] = s
	}
	out, err := node.Op.Infer(in)
	if err != nil {
		return fault.Fault{Pkg: "model", Subject: subject, Fact: err.Error(), Pos: node.Pos}
	}
	shapes[node.Name] = out
	return nil
}

// Output is the name of the last node, which is the network's output.
func (n *Network) Output() string {
	if len(n.Nodes) == 0 {
		return InputName
	}
	return n.Nodes[len(n.Nodes)-1].Name
}

// Node returns the node called name, or nil.
func (n *Network) Node(name string) *Node {
	for i := range n.Nodes {
		if n.Nodes[i].Name == name {
			return &n.Nodes[i]
		}
	}
	return nil
}

// Params calls visit for every array of every node with its full name, "layer.weight".
func (n *Network) Params(visit func(name string, p Param)) {
	for _, node := range n.Nodes {
		for _, p := range node.Op.Params() {
			visit(node.Name+"."+p.Name, p)
		}
	}
}

// CountParams is the number of trainable values.
func (n *Network) CountParams() int {
	total := 0
	n.Params(func(_ string, p Param) {
		if p.Trainable {
			total += len(p.Tensor.Data)
		}
	})
	return total
}

func keys(m map[string]Shape) []string {
	out := make([]string, 0, len(m))
	for k := range maps.Keys(m) {
		out = append(out, k)
	}
	return out
}

// CopyArrays copies every array of other, a network of the same layers, into n.
func (n *Network) CopyArrays(other *Network) error {
	from := map[string]*Tensor{}
	other.Params(func(name string, p Param) { from[name] = p.Tensor })
	var faults fault.List
	n.Params(func(name string, p Param) {
		src := from[name]
		switch {
		case src == nil:
			faults.Add(fault.Fault{Pkg: "model", Subject: name, Fact: "is missing in the other network"})
		case !Shape(src.Shape).Equal(p.Tensor.Shape):
			faults.Add(fault.Fault{Pkg: "model", Subject: name, Fact: fmt.Sprintf("is %v in the other network, expected %v", Shape(src.Shape), Shape(p.Tensor.Shape))})
		default:
			copy(p.Tensor.Data, src.Data)
		}
	})
	return faults.Err()
}
