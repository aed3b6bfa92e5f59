package nir

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
)

// Check says everything that is wrong with a graph: edges to nodes that do not
// exist, edges that occur twice, fields that do not fit each other, shapes
// that do not match. file is for messages.
func (g *Graph) Check(file string) error {
	c := &checker{file: file}
	c.structure(g, "/node")
	if c.faults.Len() == 0 {
		c.shapes(newIndex(g), "/node", nil)
	}
	return c.faults.Err()
}

type checker struct {
	file   string
	faults fault.List
}

func (c *checker) add(path, fact, hint string) { c.faults.Add(problem(c.file, path, fact, hint)) }

// structure checks names and edges, of graphs within too.
func (c *checker) structure(g *Graph, path string) {
	var names []string
	known := map[string]bool{}
	for _, n := range g.Nodes {
		if known[n.Name] {
			c.add(path+"/nodes/"+n.Name, "is the name of two nodes", "")
		}
		known[n.Name] = true
		names = append(names, n.Name)
		if inner, ok := n.Primitive.(*Graph); ok {
			c.structure(inner, path+"/nodes/"+n.Name)
			continue
		}
		for _, f := range n.Primitive.check() {
			c.add(path+"/nodes/"+n.Name+"/"+f.field, f.text, "")
		}
	}
	seen := map[Edge]bool{}
	for _, e := range g.Edges {
		for i, end := range []string{e.From, e.To} {
			if !known[end] {
				c.add(path+"/edges", fmt.Sprintf("edge %q → %q: there is no node %q to %s", e.From, e.To, end, []string{"leave", "reach"}[i]), hintOf(end, names))
			}
		}
		if seen[e] {
			c.add(path+"/edges", fmt.Sprintf("edge %q → %q occurs twice", e.From, e.To), "")
		}
		seen[e] = true
	}
}

// index finds nodes and their edges by name.
type index struct {
	graph *Graph
	node  map[string]*Node
	into  map[string][]string // who hands to a node, in the order of the edges
	from  map[string][]string // whom a node hands to, likewise
}

func newIndex(g *Graph) *index {
	x := &index{graph: g, node: map[string]*Node{}, into: map[string][]string{}, from: map[string][]string{}}
	for i := range g.Nodes {
		x.node[g.Nodes[i].Name] = &g.Nodes[i]
	}
	for _, e := range g.Edges {
		x.into[e.To] = append(x.into[e.To], e.From)
		x.from[e.From] = append(x.from[e.From], e.To)
	}
	return x
}

// first is the shape of the first node with a known one that hands to a node.
func (x *index) first(name string, known map[string][]int) []int {
	for _, from := range x.into[name] {
		if known[from] != nil {
			return known[from]
		}
	}
	return nil
}

// shapes infers the shape of every output from the inputs on and returns them
// by name; in is what the graph's own inputs read, nil for that of their fields.
func (c *checker) shapes(x *index, path string, in []int) map[string][]int {
	known := map[string][]int{}
	for _, n := range x.order() {
		from, ok := c.arriving(x, n, path, known, in)
		if !ok {
			continue // what it reads is at fault, or it reads nothing
		}
		known[n.Name] = c.infer(n, path, from)
	}
	for _, e := range x.graph.Edges { // every edge carries the shape that was used
		from, to := known[e.From], x.node[e.To]
		if from == nil || known[e.To] == nil {
			continue
		}
		if _, err := inferred(to.Primitive, from); err != nil {
			c.add(path+"/nodes/"+e.To, fmt.Sprintf("%s %v from %q", to.Primitive.Type(), err, e.From), "")
		}
	}
	return known
}

// arriving is the shape that a node reads.
func (c *checker) arriving(x *index, n *Node, path string, known map[string][]int, in []int) ([]int, bool) {
	if port, ok := n.Primitive.(*Input); ok {
		if in != nil && !slices.Equal(in, port.Shape) {
			c.add(path+"/nodes/"+n.Name, wants(in, port.Shape).Error(), "")
		}
		return port.Shape, true
	}
	from := x.first(n.Name, known)
	if len(x.into[n.Name]) == 0 {
		c.add(path+"/nodes/"+n.Name, fmt.Sprintf("no edge reaches this %s", n.Primitive.Type()), "")
	}
	return from, from != nil
}

// infer is the shape of a node's output; nil after a fault.
func (c *checker) infer(n *Node, path string, from []int) []int {
	here := path + "/nodes/" + n.Name
	if inner, ok := n.Primitive.(*Graph); ok {
		within := c.shapes(newIndex(inner), here, from)
		for _, sub := range inner.Nodes {
			if _, ok := sub.Primitive.(*Output); ok {
				return within[sub.Name]
			}
		}
		c.add(here, "has no Output", "")
		return nil
	}
	out, err := inferred(n.Primitive, from)
	if err == nil && !holdable(out) {
		err = fmt.Errorf("gives %s, at most %d values are held", shape(out), maxValues)
	}
	if err != nil {
		c.add(here, n.Primitive.Type()+" "+err.Error(), "")
		return nil
	}
	return out
}

// maxValues is the most values that a node may hand on in a step.
const maxValues = 1 << 26

// holdable says that a shape holds no more values than that.
func holdable(s []int) bool {
	n := 1
	for _, d := range s {
		if d > maxValues || n > maxValues/max(d, 1) {
			return false
		}
		n *= d
	}
	return true
}

// inferred is the shape behind a primitive; a graph within takes any.
func inferred(p Primitive, in []int) ([]int, error) {
	if _, ok := p.(*Graph); ok {
		return in, nil
	}
	return p.infer(in)
}

// A graph as a node has no fields: its nodes and edges are read apart.
func (g *Graph) fields() []field               { return nil }
func (g *Graph) check() []fact                 { return nil }
func (g *Graph) infer(in []int) ([]int, error) { return in, nil }

// order lists the nodes so that each follows one that it reads, from the
// inputs on: what the walk along the edges reaches, then the rest.
func (x *index) order() []*Node {
	seen := map[string]bool{}
	var out []*Node
	visit := func(n *Node) {
		if !seen[n.Name] {
			seen[n.Name] = true
			out = append(out, n)
		}
	}
	for i := range x.graph.Nodes {
		if _, ok := x.graph.Nodes[i].Primitive.(*Input); ok {
			visit(&x.graph.Nodes[i])
		}
	}
	for k := 0; k < len(out); k++ {
		for _, to := range x.from[out[k].Name] {
			visit(x.node[to])
		}
	}
	for i := range x.graph.Nodes {
		visit(&x.graph.Nodes[i])
	}
	return out
}
