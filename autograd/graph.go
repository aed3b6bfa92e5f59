package autograd

import (
	"fmt"
	"sync"

	_ "go4.org/unsafe/assume-no-moving-gc" // Gorgonia's tensors refuse to start on a Go version that this pin does not know
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/snntrain/snntrain/model"
)

// buildLock guards Gorgonia's own globals (type pools, constants), which
// building a graph uses and running it here does not.
var buildLock sync.Mutex

// Node is a node of the graph.
type Node = gorgonia.Node

// Graph collects the nodes of a network. It is built by one goroutine and then compiled.
type Graph struct {
	expr    *gorgonia.ExprGraph
	serial  int
	active  map[*Node]bool // depends on something learnable
	values  map[*Node]*Value
	params  []*Node // learnable, in the order they were made
	learned map[*Node]bool
}

// NewGraph returns an empty graph.
func NewGraph() *Graph {
	return &Graph{expr: gorgonia.NewGraph(), active: map[*Node]bool{}, values: map[*Node]*Value{}, learned: map[*Node]bool{}}
}

func (g *Graph) base(name string, arity int, shape tensor.Shape) base {
	g.serial++
	return base{name: name, serial: g.serial, arity: arity, shape: shape}
}

// Input adds a leaf for data; Machine.Set gives it a value before each run.
func (g *Graph) Input(name string, shape model.Shape) *Node {
	buildLock.Lock()
	defer buildLock.Unlock()
	return g.leaf(name, toTensor(shape))
}

// WantGradient makes the gradient by an input leaf part of every Step.
func (g *Graph) WantGradient(input *Node) {
	g.active[input] = true
	g.params = append(g.params, input)
}

// Param adds a leaf for a parameter. The tensor is used in place.
func (g *Graph) Param(name string, t *tensor.Dense, learn bool) *Node {
	buildLock.Lock()
	defer buildLock.Unlock()
	n := g.leaf(name, t.Shape().Clone())
	g.values[n] = &Value{Param: t.Data().([]float32)}
	g.active[n] = learn
	if learn {
		g.params = append(g.params, n)
	}
	return n
}

func (g *Graph) leaf(name string, shape tensor.Shape) *Node {
	g.serial++
	if len(shape) == 0 {
		shape = tensor.Shape{1}
	}
	return gorgonia.NewTensor(g.expr, tensor.Float32, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(fmt.Sprintf("%s#%d", name, g.serial)))
}

// Apply adds op as a node called name.
func (g *Graph) Apply(name string, op Op, in ...*Node) (*Node, error) {
	buildLock.Lock()
	defer buildLock.Unlock()
	shapes := make([]model.Shape, len(in))
	f := &forwardOp{op: op, graph: g, need: make([]bool, len(in))}
	active := false
	for i, n := range in {
		shapes[i] = toModel(n.Shape())
		f.need[i] = g.active[n]
		active = active || f.need[i]
	}
	out, err := op.OutShape(shapes)
	if err != nil {
		return nil, fmt.Errorf("autograd: %s: %w", name, err)
	}
	f.base = g.base(name, len(in), toTensor(out))
	n, err := gorgonia.ApplyOp(f, in...)
	if err != nil {
		return nil, fmt.Errorf("autograd: %s: %w", name, err)
	}
	g.active[n] = active
	return n, nil
}

// Nodes is the number of nodes, gradients included.
func (g *Graph) Nodes() int { return len(g.expr.AllNodes()) }
