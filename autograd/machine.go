package autograd

import (
	"fmt"
	"math"
	"time"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Machine runs a compiled graph: the nodes that a result needs, in
// topological order. Nodes are run one after the other; each op uses the
// cores itself.
type Machine struct {
	Context Context

	forward []instruction // up to the outputs
	full    []instruction // up to the loss and the gradients
	values  map[*Node]*Value
	grads   map[*Node]*Node // parameter → its gradient's node
	spent   time.Duration   // of the last Step, before its first adjoint
}

// instruction runs one node.
type instruction struct {
	node *Node
	name string
	in   []*Node
	run  func(c *Context, in []*Value) (*Value, error)
	back bool // an adjoint
}

// Compile makes a machine that computes outputs and, when loss is given, the
// loss and its gradients by every learnable parameter.
func (g *Graph) Compile(loss *Node, outputs ...*Node) (*Machine, error) {
	buildLock.Lock()
	defer buildLock.Unlock()
	m := &Machine{values: map[*Node]*Value{}, grads: map[*Node]*Node{}}
	for n, v := range g.values {
		m.values[n] = v
	}
	targets := append([]*Node{}, outputs...)
	if loss != nil {
		targets = append(targets, loss)
		if err := g.differentiate(m, loss); err != nil {
			return nil, err
		}
		for _, grad := range m.grads {
			targets = append(targets, grad)
		}
	}
	order, err := gorgonia.Sort(g.expr)
	if err != nil {
		return nil, fmt.Errorf("autograd: %w", err)
	}
	if m.forward, err = schedule(order, outputs); err != nil {
		return nil, err
	}
	m.full, err = schedule(order, targets)
	return m, err
}

// differentiate adds the adjoint nodes of loss to the graph.
func (g *Graph) differentiate(m *Machine, loss *Node) error {
	if len(g.params) == 0 {
		return fmt.Errorf("autograd: nothing to learn: no parameter is trainable")
	}
	seed := gorgonia.NewUniqueNode(gorgonia.WithType(tensor.Float32), gorgonia.WithShape(), gorgonia.In(g.expr),
		gorgonia.WithOp(&sourceOp{g.base("seed", 0, tensor.Shape{})}))
	m.values[seed] = &Value{Scalar: 1}
	grads, err := gorgonia.Backpropagate(gorgonia.Nodes{loss}, gorgonia.Nodes{seed}, g.params)
	if err != nil {
		return fmt.Errorf("autograd: %w", err)
	}
	for i, p := range g.params {
		m.grads[p] = grads[i]
	}
	return nil
}

// schedule lists the nodes that the targets need. order is Gorgonia's: a node before its inputs.
func schedule(order gorgonia.Nodes, targets []*Node) ([]instruction, error) {
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
		run, err := runner(n)
		if err != nil {
			return nil, err
		}
		if run != nil {
			_, back := n.Op().(*adjointOp)
			list = append(list, instruction{n, n.Op().String(), in, run, back})
		}
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list, nil
}

// runner returns how to compute a node; nil when its value is given.
func runner(n *Node) (func(*Context, []*Value) (*Value, error), error) {
	switch op := n.Op().(type) {
	case *sourceOp:
		return nil, nil
	case *forwardOp:
		return op.op.Forward, nil
	case *adjointOp:
		return op.run, nil
	case *pickOp:
		return op.run, nil
	case gorgonia.BinaryOp:
		if op.String()[0] == '+' { // Gorgonia's sum of the gradients that meet at a node
			return (&gradientSum{}).run, nil
		}
	}
	return nil, fmt.Errorf("autograd: node %v: op %v was not made by this package", n, n.Op())
}

func children(n *Node) []*Node {
	var in []*Node
	for it := n.Graph().From(n.ID()); it != nil && it.Next(); {
		in = append(in, it.Node().(*Node))
	}
	return in
}

func (a *adjointOp) run(c *Context, in []*Value) (*Value, error) {
	parts, err := a.of.op.Backward(c, in[2:], in[1], in[0], a.of.need)
	if err != nil {
		return nil, err
	}
	a.out.parts = parts
	return &a.out, nil
}

func (p *pickOp) run(_ *Context, in []*Value) (*Value, error) {
	v := in[0].parts[p.index]
	if v == nil {
		return nil, fmt.Errorf("the adjoint left it out")
	}
	return v, nil
}

// Set gives an input leaf its value for the next runs.
func (m *Machine) Set(input *Node, v *Value) { m.values[input] = v }

// Value returns what a node computed in the last run.
func (m *Machine) Value(n *Node) *Value { return m.values[n] }

// Grad returns the gradient by a parameter that the last Step computed; nil before the first.
func (m *Machine) Grad(param *Node) []float32 {
	if v := m.values[m.grads[param]]; v != nil {
		return v.Param
	}
	return nil
}

// GradOf returns the gradient by a leaf that the last Step computed, nil when there is none.
func (m *Machine) GradOf(leaf *Node) *Value { return m.values[m.grads[leaf]] }

// ForwardTime is what the last Step took before its first adjoint.
func (m *Machine) ForwardTime() time.Duration { return m.spent }

// Forward computes the outputs.
func (m *Machine) Forward() error { return m.execute(m.forward) }

// Step computes the outputs, the loss and the gradients.
func (m *Machine) Step() error { return m.execute(m.full) }

func (m *Machine) execute(list []instruction) error {
	var store [8]*Value
	began, forward := time.Now(), true
	for i := range list {
		ins := &list[i]
		if ins.back && forward {
			m.spent, forward = time.Since(began), false
		}
		in := store[:0]
		for _, c := range ins.in {
			in = append(in, m.values[c])
		}
		v, err := ins.run(&m.Context, in)
		if err != nil {
			return fmt.Errorf("autograd: %s: %w", ins.name, err)
		}
		m.values[ins.node] = v
	}
	return nil
}

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
