package nir

import (
	"fmt"
	"slices"
	"sort"

	"github.com/snntrain/snntrain/internal/fault"
)

// Graph is a graph of nodes; an edge hands the output of a node to another,
// where several arrive they are summed. As a node of another graph it is
// written NIRGraph.
type Graph struct {
	Nodes    []Node // in the order of names when read
	Edges    []Edge // in the order of the file
	Metadata Metadata
	Version  string // of the nir package that wrote the file
}

// Node is a primitive with its name.
type Node struct {
	Name      string
	Primitive Primitive
	Metadata  Metadata
}

// Edge goes from the output of a node to the input of another.
type Edge struct{ From, To string }

// Type implements Primitive.
func (g *Graph) Type() string { return "NIRGraph" }

// Node returns the node called name, or nil.
func (g *Graph) Node(name string) *Node {
	for i := range g.Nodes {
		if g.Nodes[i].Name == name {
			return &g.Nodes[i]
		}
	}
	return nil
}

// Add appends a node.
func (g *Graph) Add(name string, p Primitive, m Metadata) {
	g.Nodes = append(g.Nodes, Node{name, p, m})
}

// Connect appends an edge.
func (g *Graph) Connect(from, to string) { g.Edges = append(g.Edges, Edge{from, to}) }

// Equal says that two graphs hold the same nodes and edges, in any order. Types
// of elements count; metadata and version do not.
func (g *Graph) Equal(o *Graph) bool { return g.Difference(o) == "" }

// Difference says in what two graphs first differ, "" when they are equal.
func (g *Graph) Difference(o *Graph) string {
	for _, n := range g.Nodes {
		other := o.Node(n.Name)
		if other == nil {
			return fmt.Sprintf("node %q is in one only", n.Name)
		}
		if d := primitiveDifference(n.Primitive, other.Primitive); d != "" {
			return fmt.Sprintf("node %q: %s", n.Name, d)
		}
	}
	for _, n := range o.Nodes {
		if g.Node(n.Name) == nil {
			return fmt.Sprintf("node %q is in one only", n.Name)
		}
	}
	a, b := sortedEdges(g.Edges), sortedEdges(o.Edges)
	if !slices.Equal(a, b) {
		return fmt.Sprintf("edges are %v and %v", a, b)
	}
	return ""
}

func sortedEdges(edges []Edge) []Edge {
	out := slices.Clone(edges)
	sort.Slice(out, func(i, j int) bool {
		if out[i].From != out[j].From {
			return out[i].From < out[j].From
		}
		return out[i].To < out[j].To
	})
	return out
}

func primitiveDifference(a, b Primitive) string {
	if a.Type() != b.Type() {
		return fmt.Sprintf("%s and %s", a.Type(), b.Type())
	}
	if g, ok := a.(*Graph); ok {
		return g.Difference(b.(*Graph))
	}
	of := map[string]Tensor{}
	for _, f := range b.fields() {
		of[f.name] = f.put()
	}
	for _, f := range a.fields() {
		x, y := f.put(), of[f.name]
		if !x.Equal(y) {
			return fmt.Sprintf("%s is %s %v and %s %v with other values", f.name, x.Type(), x.Shape, y.Type(), y.Shape)
		}
	}
	return ""
}

// subject names a place in a file for messages.
func subject(file, path string) string {
	if file == "" {
		return path
	}
	return file + ": " + path
}

// problem is a fault at a place of a file.
func problem(file, path, fact, hint string) fault.Fault {
	return fault.Fault{Pkg: "nir", Subject: subject(file, path), Fact: fact, Hint: hint}
}
