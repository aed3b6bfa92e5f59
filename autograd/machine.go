package autograd

import (
	"fmt"
	"math"
	"slices"
	"time"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/snntrain/snntrain/internal/signal"
)

// Machine runs a compiled graph: the nodes that a result needs, in
// topological order. Nodes are run one after the other; each op uses the
// cores itself. A sequence may be cut into segments, which bounds memory: see
// Segment.
type Machine struct {
	Context Context

	// Segment is the number of steps that are run at a time; 0 = all.
	//
	// Step runs the whole network forward segment by segment, and keeps of
	// each what the ops remember (Memory) and gather; then, from the last
	// segment to the first, forward again and backward. Time grows by one
	// forward pass; memory is that of Segment steps, and one state a segment.
	Segment int

	// Observe, when set, is told that the values of the next segment are there,
	// in order, and how many segments there are.
	Observe func(of int)

	inputs  []int // nodes whose value is set
	forward []instruction
	full    []instruction
	index   map[*Node]int
	values  []*Value
	grads   map[*Node]int // parameter → its gradient's node
	weights int           // bytes of all parameters
	phases  [2]phases     // of forward and full

	memories []*remembered
	run      run
	spent    time.Duration // of the last Step, before its first adjoint
}

// instruction runs one node.
type instruction struct {
	node int
	name string
	in   []int
	args []*Value
	op   Op // of a forward node, or of what an adjoint belongs to
	kind instructionKind
	pick int // which input's gradient
	size int // values of one sample at one step
	call func(c *Context, in []*Value) (*Value, error)
}

type instructionKind uint8

const (
	forwardKind instructionKind = iota
	adjointKind
	pickKind
	sumKind
)

// Compile makes a machine that computes outputs and, when loss is given, the
// loss and its gradients by every learnable parameter.
func (g *Graph) Compile(loss *Node, outputs ...*Node) (*Machine, error) {
	buildLock.Lock()
	defer buildLock.Unlock()
	m := &Machine{index: map[*Node]int{}, grads: map[*Node]int{}}
	for n, v := range g.values {
		m.values[m.place(n)] = v
		m.weights += 4 * len(v.Param)
	}
	targets := append([]*Node{}, outputs...)
	if loss != nil {
		targets = append(targets, loss)
		grads, err := g.differentiate(m, loss)
		if err != nil {
			return nil, err
		}
		targets = append(targets, grads...)
	}
	order, err := gorgonia.Sort(g.expr)
	if err != nil {
		return nil, fmt.Errorf("autograd: %w", err)
	}
	if m.forward, err = m.schedule(order, outputs); err != nil {
		return nil, err
	}
	m.full, err = m.schedule(order, targets)
	return m, err
}

// place is the index of a node.
func (m *Machine) place(n *Node) int {
	i, ok := m.index[n]
	if !ok {
		i = len(m.values)
		m.index[n] = i
		m.values = append(m.values, nil)
	}
	return i
}

// differentiate adds the adjoint nodes of loss to the graph and returns the gradients.
func (g *Graph) differentiate(m *Machine, loss *Node) (gorgonia.Nodes, error) {
	if len(g.params) == 0 {
		return nil, fmt.Errorf("autograd: nothing to learn: no parameter is trainable")
	}
	seed := gorgonia.NewUniqueNode(gorgonia.WithType(tensor.Float32), gorgonia.WithShape(), gorgonia.In(g.expr),
		gorgonia.WithOp(&sourceOp{g.base("seed", 0, tensor.Shape{})}))
	m.values[m.place(seed)] = &Value{Scalar: 1}
	grads, err := gorgonia.Backpropagate(gorgonia.Nodes{loss}, gorgonia.Nodes{seed}, g.params)
	if err != nil {
		return nil, fmt.Errorf("autograd: %w", err)
	}
	for i, p := range g.params {
		m.grads[p] = m.place(grads[i])
	}
	return grads, nil
}

// schedule lists the nodes that the targets need. order is Gorgonia's: a node before its inputs.
func (m *Machine) schedule(order gorgonia.Nodes, targets []*Node) ([]instruction, error) {
	needed := map[*Node]bool{}
	for _, t := range targets {
		needed[t] = true
	}
	var list []instruction
	for _, n := range order {
		if !needed[n] || n.Op() == nil {
			continue
		}
		in := children(n)
		for _, c := range in {
			needed[c] = true
		}
		ins, err := newInstruction(n)
		if err != nil {
			return nil, err
		}
		if ins.call == nil {
			continue // its value is given
		}
		ins.node, ins.name = m.place(n), n.Op().String()
		for _, c := range in {
			ins.in = append(ins.in, m.place(c))
		}
		ins.args = make([]*Value, len(in))
		list = append(list, ins)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list, nil
}

// newInstruction returns how to compute a node; without a call when its value is given.
func newInstruction(n *Node) (instruction, error) {
	size := signal.Size(n.Shape())
	switch op := n.Op().(type) {
	case *sourceOp:
		return instruction{}, nil
	case *forwardOp:
		return instruction{kind: forwardKind, op: op.op, call: op.op.Forward, size: size}, nil
	case *adjointOp:
		return instruction{kind: adjointKind, op: op.of.op, call: op.run}, nil
	case *pickOp:
		return instruction{kind: pickKind, pick: op.index, call: op.run}, nil
	case gorgonia.BinaryOp:
		if op.String()[0] == '+' { // Gorgonia's sum of the gradients that meet at a node
			return instruction{kind: sumKind, call: (&gradientSum{}).run}, nil
		}
	}
	return instruction{}, fmt.Errorf("autograd: node %v: op %v was not made by this package", n, n.Op())
}

func children(n *Node) []*Node {
	var in []*Node
	for it := n.Graph().From(n.ID()); it != nil && it.Next(); {
		in = append(in, it.Node().(*Node))
	}
	return in
}

// Set gives an input leaf its value for the next runs.
func (m *Machine) Set(input *Node, v *Value) {
	i := m.place(input)
	if !slices.Contains(m.inputs, i) {
		m.inputs = append(m.inputs, i)
	}
	m.values[i] = v
}

// Value returns what a node computed in the last run: in the last segment that
// was run, the first one after a Step.
func (m *Machine) Value(n *Node) *Value { return m.values[m.place(n)] }

// Grad returns the gradient by a parameter that the last Step computed; nil before the first.
func (m *Machine) Grad(param *Node) []float32 {
	i, ok := m.grads[param]
	if ok && m.values[i] != nil {
		return m.values[i].Param
	}
	return nil
}

// GradOf returns the gradient by a leaf that the last Step computed, nil when there is none.
func (m *Machine) GradOf(leaf *Node) *Value {
	if i, ok := m.grads[leaf]; ok {
		return m.values[i]
	}
	return nil
}

// ForwardTime is what the last Step took before its first adjoint.
func (m *Machine) ForwardTime() time.Duration { return m.spent }

// Forward computes the outputs.
func (m *Machine) Forward() error { return m.execute(0) }

// Step computes the outputs, the loss and the gradients.
func (m *Machine) Step() error { return m.execute(1) }

// NonFinite names the first node of the last run whose value holds a NaN or an infinity.
func (m *Machine) NonFinite() (string, bool) {
	for i := range m.full {
		if v := m.values[m.full[i].node]; v != nil && !v.finite() {
			return m.full[i].name, true
		}
	}
	return "", false
}

func (v *Value) finite() bool {
	ok := func(data []float32) bool {
		for _, x := range data {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return false
			}
		}
		return true
	}
	if v.Signal != nil && !ok(v.Signal.F) || !ok(v.Param) {
		return false
	}
	return !math.IsNaN(v.Scalar) && !math.IsInf(v.Scalar, 0)
}
