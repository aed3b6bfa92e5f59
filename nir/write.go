package nir

import (
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/hdf5"
)

// FormatVersion is the version of the nir package whose files we write.
const FormatVersion = "1.0.8"

// Write checks a graph and replaces the file at path by it, atomically.
func (g *Graph) Write(path string) error {
	g.complete()
	if err := g.Check(path); err != nil {
		return err
	}
	var faults fault.List
	g.names(path, "/node", &faults)
	if err := faults.Err(); err != nil {
		return err
	}
	return hdf5.Write(path, g.encode())
}

// encode is the content of the file.
func (g *Graph) encode() *hdf5.Group {
	root := &hdf5.Group{}
	root.Add("version", nil, []string{FormatVersion})
	g.write(root.AddGroup("node"))
	return root
}

// names refuses what cannot be the name of a group.
func (g *Graph) names(file, path string, faults *fault.List) {
	for _, n := range g.Nodes {
		if n.Name == "" || n.Name == "." || strings.ContainsAny(n.Name, "/\x00") {
			faults.Add(problem(file, path+"/nodes", "a node is called \""+n.Name+"\", which HDF5 takes for a path", "rename it"))
		}
		if inner, ok := n.Primitive.(*Graph); ok {
			inner.names(file, path+"/nodes/"+n.Name, faults)
		}
	}
}

func (g *Graph) write(group *hdf5.Group) {
	group.Add("type", nil, []string{g.Type()})
	g.Metadata.write(group, "metadata")
	text := make([]string, 0, 2*len(g.Edges))
	for _, e := range g.Edges {
		text = append(text, e.From, e.To)
	}
	group.Add("edges", []int{len(g.Edges), 2}, text)
	nodes := group.AddGroup("nodes")
	for _, n := range g.Nodes {
		below := nodes.AddGroup(n.Name)
		if inner, ok := n.Primitive.(*Graph); ok {
			inner.write(below)
			continue
		}
		below.Add("type", nil, []string{n.Primitive.Type()})
		for _, f := range n.Primitive.fields() {
			t := f.put()
			if t.IsZero() {
				continue
			}
			addTensor(below, f.name, t)
		}
		n.Metadata.write(below, "metadata")
	}
}

// complete gives convolutions and flattens the shape of their input, which
// readers want in the file.
func (g *Graph) complete() {
	x := newIndex(g)
	for _, e := range g.Edges {
		if x.node[e.From] == nil || x.node[e.To] == nil {
			return // Check says so
		}
	}
	shapes := (&checker{}).shapes(x, "", nil)
	for i := range g.Nodes {
		n := &g.Nodes[i]
		in := x.first(n.Name, shapes)
		if in == nil {
			continue
		}
		switch p := n.Primitive.(type) {
		case *Conv2d:
			if len(in) == 3 {
				p.InputShape = [2]int(in[1:])
			}
		case *Conv1d:
			if len(in) == 2 {
				p.InputShape = in[1]
			}
		case *Flatten:
			p.InputType = slices.Clone(in)
		case *Graph:
			p.complete()
		}
	}
}
