package onnx

// The opsets that are read: the version of the operators that a file uses.
const (
	MinOpset = 7
	MaxOpset = 22
)

// Model is a graph and its constants.
type Model struct {
	IR        int64 // version of the file format
	Opset     int64 // version of the operators of the default domain
	Producer  string
	Inputs    []Input
	Outputs   []string
	Nodes     []Node             // a node reads inputs, constants and outputs of earlier nodes
	Constants map[string]*Tensor // initializers
}

// Input is a value that the graph is given.
type Input struct {
	Name string
	Type Type
	Dims []Dim // nil when the file does not say
}

// Dim is one axis of an input.
type Dim struct {
	Size int64  // −1 = free
	Name string // of a free axis, if it has one
}

// Node is one operator.
type Node struct {
	Name    string // as in the file, may be empty
	Op      string
	Domain  string   // "" for ONNX's own operators
	Inputs  []string // "" = left out
	Outputs []string // "" = not wanted
	Attrs   []Attr
}

// Title names the node in messages and lists: its name, or its first output.
func (n *Node) Title() string {
	if n.Name != "" || len(n.Outputs) == 0 {
		return n.Name
	}
	return n.Outputs[0]
}

// AttrKind is the type of an attribute.
type AttrKind int

// The types of attributes. Other is everything that no operator here takes.
const (
	AttrOther AttrKind = iota
	AttrInt
	AttrFloat
	AttrString
	AttrTensor
	AttrInts
	AttrFloats
)

// Attr is one attribute of a node; the field of its kind is set.
type Attr struct {
	Name   string
	Kind   AttrKind
	Int    int64
	Float  float32
	String string
	Ints   []int64
	Floats []float32
	Tensor *Tensor
}

// Tensor is a constant: Floats for the floating-point types, rounded to
// float32, Ints for whole numbers and truth values.
type Tensor struct {
	Type    Type
	Dims    []int
	Floats  []float32
	Ints    []int64
	Rounded int // Floats that differ from the numbers in the file
}

// Len is the number of values.
func (t *Tensor) Len() int { return len(t.Floats) + len(t.Ints) }
