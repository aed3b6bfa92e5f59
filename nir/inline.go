package nir

import (
	"fmt"
	"strings"
)

// inline returns the graph with the nodes of graphs within in their place. A
// node n of a graph s is called s.n; a name that starts so already is kept.
func (g *Graph) inline() *Graph {
	out := &Graph{Metadata: g.Metadata, Version: g.Version}
	entry, exit := map[string]string{}, map[string]string{}
	for _, n := range g.Nodes {
		inner, ok := n.Primitive.(*Graph)
		if !ok {
			out.Nodes = append(out.Nodes, n)
			continue
		}
		inner = inner.inline()
		names := map[string]string{}
		for _, sub := range inner.Nodes {
			name := sub.Name
			if !strings.HasPrefix(name, n.Name+".") {
				name = n.Name + "." + name
			}
			names[sub.Name] = name
			sub.Name = name
			switch sub.Primitive.(type) {
			case *Input:
				entry[n.Name] = name
				sub.Primitive = &wire{}
			case *Output:
				exit[n.Name] = name
				sub.Primitive = &wire{}
			}
			out.Nodes = append(out.Nodes, sub)
		}
		for _, e := range inner.Edges {
			out.Connect(names[e.From], names[e.To])
		}
	}
	for _, e := range g.Edges {
		from, to := e.From, e.To
		if name, ok := exit[from]; ok {
			from = name
		}
		if name, ok := entry[to]; ok {
			to = name
		}
		out.Connect(from, to)
	}
	return out.unwire()
}

// wire stands for the port of a graph within: it hands on what it reads.
type wire struct{ Input }

// Type implements Primitive.
func (w *wire) Type() string { return "wire" }

func (w *wire) infer(in []int) ([]int, error) { return in, nil }

// unwire takes the wires out: who hands to one hands to all that read it.
func (g *Graph) unwire() *Graph {
	for {
		at := -1
		for i := range g.Nodes {
			if _, ok := g.Nodes[i].Primitive.(*wire); ok {
				at = i
				break
			}
		}
		if at < 0 {
			return g
		}
		g.takeOut(at)
	}
}

// takeOut removes node i and joins the edges that met there, in their place.
func (g *Graph) takeOut(i int) {
	name := g.Nodes[i].Name
	g.Nodes = append(g.Nodes[:i:i], g.Nodes[i+1:]...)
	var before, edges []Edge
	for _, e := range g.Edges {
		if e.To == name {
			before = append(before, e)
		}
	}
	for _, e := range g.Edges {
		switch {
		case e.To == name:
		case e.From == name:
			for _, b := range before {
				edges = append(edges, Edge{b.From, e.To})
			}
		default:
			edges = append(edges, e)
		}
	}
	g.Edges = edges
}

// ports checks that every graph within has one Input and one Output, and
// returns what is wrong.
func (g *Graph) ports(path string) []string {
	var out []string
	for _, n := range g.Nodes {
		inner, ok := n.Primitive.(*Graph)
		if !ok {
			continue
		}
		in, exits := 0, 0
		for _, sub := range inner.Nodes {
			switch sub.Primitive.(type) {
			case *Input:
				in++
			case *Output:
				exits++
			}
		}
		here := path + n.Name
		if in != 1 || exits != 1 {
			out = append(out, fmt.Sprintf("graph %q has %d Input and %d Output nodes, one of each is read", here, in, exits))
		}
		out = append(out, inner.ports(here+".")...)
	}
	return out
}
