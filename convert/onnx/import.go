package onnx

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/model"
)

// Options say what the file does not.
type Options struct {
	// InputShape gives the input's extents, batch first, where the file leaves them free.
	InputShape []int
	// Sample is the shape of the samples that the network will read, (N) or
	// (C, H, W); nil = the natural one for the input's extents.
	Sample model.Shape
}

// Result is an imported network and where each operator went.
type Result struct {
	Network   *model.Network // nil when an operator is refused
	Input     Input
	Opset     int64
	Producer  string
	Operators []Operator // in the order of the file
	Notes     []string   // what is otherwise than in the file
}

// Input is how the graph's input is read.
type Input struct {
	Name   string      `json:"name"`
	Dims   []int       `json:"dims"`   // of one sample, batch first
	Sample model.Shape `json:"sample"` // what the network reads
	Layout string      `json:"layout"` // how one becomes the other
}

// Outcome is what became of an operator.
type Outcome string

// The outcomes.
const (
	Folded  Outcome = "folded"
	Mapped  Outcome = "mapped"
	Refused Outcome = "refused"
)

// Operator is the account of one node of the graph.
type Operator struct {
	Node    string  `json:"node"`
	Op      string  `json:"operator"`
	Outcome Outcome `json:"outcome"`
	Layer   string  `json:"layer,omitempty"`  // that it was mapped to or folded into
	Reason  string  `json:"reason,omitempty"` // why it was folded or refused

	follows bool // refused only because an operator before it was
}

// Import reads a file. Where operators are refused the error names all of
// them, and the result holds the account without a network.
func Import(path string, o Options) (*Result, error) {
	m, err := raw.Read(path)
	if err != nil {
		return nil, err
	}
	return Convert(filepath.Base(path), m, o)
}

// Convert makes a network of a graph; name stands for it in messages.
func Convert(name string, m *raw.Model, o Options) (*Result, error) {
	im := &importer{
		file: name, model: m, net: &model.Network{Dt: 1}, values: map[string]*value{},
		shapes: map[string]model.Shape{}, uses: map[string]int{}, operators: operators(), folders: folders(),
		budget: budgetOf(m),
	}
	if err := im.start(o); err != nil {
		return nil, err
	}
	needed := im.needed()
	for i := range m.Nodes {
		im.entries = append(im.entries, Operator{Node: m.Nodes[i].Title(), Op: m.Nodes[i].Op})
	}
	for i := range m.Nodes {
		if needed[i] {
			im.node(i)
		} else {
			im.entries[i].Outcome, im.entries[i].Reason = Folded, "nothing reads its result"
		}
	}
	im.finish()
	r := &Result{Input: im.input, Opset: m.Opset, Producer: m.Producer, Operators: im.entries, Notes: rounded(m)}
	if err := im.faults(); err != nil {
		return r, err
	}
	r.Network = im.net
	return r, nil
}

// rounded says which numbers of the file were not those of float32.
func rounded(m *raw.Model) []string {
	var notes []string
	note := func(name string, t *raw.Tensor) {
		if t != nil && t.Rounded > 0 {
			notes = append(notes, fmt.Sprintf("constant %q: %d of %d numbers of float64 were rounded to float32, in which networks run", name, t.Rounded, t.Len()))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Constants)) {
		note(name, m.Constants[name])
	}
	for i := range m.Nodes {
		for _, a := range m.Nodes[i].Attrs {
			note(m.Nodes[i].Title(), a.Tensor)
		}
	}
	return notes
}

// faults lists what was refused, apart from what only follows from it.
func (im *importer) faults() error {
	var list fault.List
	for _, e := range im.entries {
		if e.Outcome == Refused && !e.follows {
			list.Add(fault.Fault{Pkg: "convert/onnx", Subject: fmt.Sprintf("%s: node %q (%s)", im.file, e.Node, e.Op), Fact: e.Reason})
		}
	}
	list.AddError(im.outcome)
	return list.Err()
}
