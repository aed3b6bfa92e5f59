package nir

import (
	"fmt"
	"slices"
	"strings"
)

// feedback is how the spikes of a node come back to it.
type feedback struct {
	through string    // the node between, "" for an edge from the node to itself
	weight  Primitive // Affine, Linear or Scale; nil without a node between
}

// loops finds the nodes whose output comes back to them and takes the way
// back out of the graph. A loop of another form is a fault. With spyx, what
// the node between reads from elsewhere is meant for the neurons.
func (g *Graph) loops(forSpyx bool) (map[string]feedback, []string) {
	back := map[string]feedback{}
	var faults []string
	x := newIndex(g)
	for _, n := range g.Nodes {
		if spikes(n.Primitive) {
			if f, ok, fault := x.back(n, forSpyx); fault != "" {
				faults = append(faults, fault)
			} else if ok {
				back[n.Name] = f
			}
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	for name, f := range back {
		if f.through == "" {
			g.Edges = slices.DeleteFunc(g.Edges, func(e Edge) bool { return e == Edge{name, name} })
			continue
		}
		for i, e := range g.Edges {
			if e.To == f.through && e.From != name {
				g.Edges[i].To = name
			}
		}
		g.Edges = slices.DeleteFunc(g.Edges, func(e Edge) bool { return e.To == f.through || e.From == f.through })
		g.Nodes = slices.DeleteFunc(g.Nodes, func(n Node) bool { return n.Name == f.through })
	}
	return back, nil
}

func spikes(p Primitive) bool {
	switch p.(type) {
	case *IF, *LIF, *CubaLIF:
		return true
	}
	return false
}

// back looks for the way back to a node.
func (x *index) back(n Node, forSpyx bool) (feedback, bool, string) {
	var found []feedback
	if slices.Contains(x.from[n.Name], n.Name) {
		found = append(found, feedback{})
	}
	for _, name := range x.from[n.Name] {
		if name == n.Name || !slices.Contains(x.from[name], n.Name) {
			continue
		}
		between := x.node[name]
		switch between.Primitive.(type) {
		case *Affine, *Linear, *Scale:
		default:
			continue
		}
		switch {
		case len(x.from[name]) > 1:
			return feedback{}, false, fmt.Sprintf("node %q leads back to %q and to %q: a node of a loop leads to nothing else", name, n.Name, other(x.from[name], n.Name))
		case len(x.into[name]) > 1 && !forSpyx:
			return feedback{}, false, fmt.Sprintf("node %q leads from %q back to it and reads %q too: a node of a loop reads nothing else (files of Spyx say so and mean another edge: --profile spyx)", name, n.Name, other(x.into[name], n.Name))
		}
		found = append(found, feedback{name, between.Primitive})
	}
	switch len(found) {
	case 0:
		return feedback{}, false, ""
	case 1:
		return found[0], true, ""
	}
	return feedback{}, false, fmt.Sprintf("node %q has %d ways back to itself, one is read", n.Name, len(found))
}

// other is a name of a list that is not the given one.
func other(list []string, name string) string {
	for _, s := range list {
		if s != name {
			return s
		}
	}
	return name
}

// sorted lists the nodes that the output depends on, each after those it
// reads, and the names of those left out. What remains in a loop is a fault.
func (g *Graph) sorted(output string) (nodes []*Node, dropped []string, fault string) {
	x := newIndex(g)
	needed := map[string]bool{output: true}
	stack := []string{output}
	for len(stack) > 0 {
		name := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, from := range x.into[name] {
			if !needed[from] {
				needed[from] = true
				stack = append(stack, from)
			}
		}
	}
	waits := map[string]int{}
	for _, n := range x.order() {
		if !needed[n.Name] {
			dropped = append(dropped, n.Name)
			continue
		}
		waits[n.Name] = len(x.into[n.Name])
		if waits[n.Name] == 0 {
			stack = append(stack, n.Name)
		}
	}
	for k := 0; k < len(stack); k++ {
		nodes = append(nodes, x.node[stack[k]])
		for _, to := range x.from[stack[k]] {
			if waits[to]--; waits[to] == 0 && needed[to] {
				stack = append(stack, to)
			}
		}
	}
	if len(nodes) == len(needed) {
		return nodes, dropped, ""
	}
	left := map[string]bool{}
	for name := range needed {
		left[name] = waits[name] > 0
	}
	return nil, nil, fmt.Sprintf("nodes %s wait for each other: a loop runs from one node of neurons through at most one Affine, Linear or Scale back to it", strings.Join(x.circle(left), ", "))
}

// circle lists the nodes of a set that lie on loops or between them: those
// that lead out of it are taken off.
func (x *index) circle(left map[string]bool) []string {
	for again := true; again; {
		again = false
		for name := range left {
			if left[name] && !slices.ContainsFunc(x.from[name], func(to string) bool { return left[to] }) {
				left[name], again = false, true
			}
		}
	}
	var out []string
	for _, n := range x.order() {
		if left[n.Name] {
			out = append(out, n.Name)
		}
	}
	return out
}
