package nir

import (
	"fmt"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/registry"
)

// fileLimits bound what a file may ask for: 1 GiB of arrays, graphs nested 20 deep.
var fileLimits = hdf5.Limits{Bytes: 1 << 30, Objects: 200_000, Depth: 64}

// Read reads a graph and checks it: fields, edges, and the shapes that nodes
// hand to each other. All faults are reported at once, each with the file and
// the path inside it.
func Read(path string) (*Graph, error) {
	root, err := hdf5.Read(path, fileLimits)
	if err != nil {
		return nil, err
	}
	return decode(root, path)
}

// decode turns the content of a file into a graph.
func decode(root *hdf5.Group, path string) (*Graph, error) {
	r := &reader{file: path, types: Primitives()}
	g := r.root(root)
	if r.faults.Len() == 0 {
		r.faults.AddError(g.Check(path))
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	return g, nil
}

// reader collects the faults of a file.
type reader struct {
	file   string
	types  *registry.Registry[func() Primitive]
	faults fault.List
}

func (r *reader) add(path, fact, hint string) { r.faults.Add(problem(r.file, path, fact, hint)) }

func (r *reader) root(root *hdf5.Group) *Graph {
	node, err := root.Group("node")
	if err != nil {
		r.add("/", `has no group "node"`, "is the file a NIR graph?")
		return &Graph{}
	}
	if kind := r.text(node, "/node", "type"); kind != "" && kind != "NIRGraph" {
		r.add("/node/type", fmt.Sprintf("is %q, expected NIRGraph", kind), "")
	}
	g := r.graph(node, "/node")
	if root.Has("version") {
		g.Version = r.text(root, "", "version")
	}
	return g
}

// graph reads nodes, edges and metadata of a group.
func (r *reader) graph(group *hdf5.Group, path string) *Graph {
	g := &Graph{Metadata: r.metadata(group)}
	r.unknown(group, path, "NIRGraph", []string{"nodes", "edges"})
	nodes, err := group.Group("nodes")
	if err != nil {
		r.add(path, `has no group "nodes"`, "")
		return g
	}
	for _, d := range nodes.Datasets {
		r.add(path+"/nodes/"+d.Name, "is a data set, expected a group: a node", "")
	}
	for _, sub := range nodes.Groups {
		if p := r.node(sub, path+"/nodes/"+sub.Name); p != nil {
			n := Node{Name: sub.Name, Primitive: p, Metadata: r.metadata(sub)}
			if inner, ok := p.(*Graph); ok {
				n.Metadata = inner.Metadata
			}
			g.Nodes = append(g.Nodes, n)
		}
	}
	g.Edges = r.edges(group, path)
	return g
}

// metadata reads the group of that name; nil when there is none.
func (r *reader) metadata(group *hdf5.Group) Metadata {
	m, err := group.Group("metadata")
	if err != nil {
		return nil
	}
	return readMetadata(m)
}

// node reads one node; nil after a fault.
func (r *reader) node(group *hdf5.Group, path string) Primitive {
	kind := r.text(group, path, "type")
	switch kind {
	case "":
		return nil
	case "NIRGraph":
		return r.graph(group, path)
	}
	create, err := r.types.Get(kind)
	if err != nil {
		r.add(path+"/type", fmt.Sprintf("unknown node type %q", kind), hintOf(kind, append(r.types.Names(), "NIRGraph")))
		return nil
	}
	p := create()
	before := r.faults.Len()
	r.fields(group, path, p)
	if r.faults.Len() > before {
		return nil
	}
	for _, f := range p.check() {
		r.add(path+"/"+f.field, f.text, "")
	}
	return p
}

// hintOf offers the nearest known name, or lists them all.
func hintOf(name string, known []string) string {
	if near := fault.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known: " + strings.Join(known, ", ")
}

// fields reads every field of a primitive.
func (r *reader) fields(group *hdf5.Group, path string, p Primitive) {
	var names []string
	var missing []func()
	for _, f := range p.fields() {
		names = append(names, f.name)
		d, err := group.Dataset(f.name)
		switch {
		case err != nil && f.fill == nil:
			r.add(path, fmt.Sprintf("%s has no %q", p.Type(), f.name), "")
		case err != nil:
			missing = append(missing, f.fill)
		default:
			if err := f.get(&d.Array); err != nil {
				r.add(path+"/"+f.name, err.Error(), "")
			}
		}
	}
	for _, fill := range missing {
		fill()
	}
	r.unknown(group, path, p.Type(), names)
}

// unknown reports what a node has and its type does not.
func (r *reader) unknown(group *hdf5.Group, path, kind string, known []string) {
	set := map[string]bool{"type": true, "metadata": true}
	for _, name := range known {
		set[name] = true
	}
	var found []string
	for _, d := range group.Datasets {
		found = append(found, d.Name)
	}
	for _, g := range group.Groups {
		found = append(found, g.Name)
	}
	for _, name := range found {
		if !set[name] {
			r.add(path+"/"+name, fmt.Sprintf("%s has no such field", kind), hintOf(name, known))
		}
	}
}

// text reads a string; "" after a fault.
func (r *reader) text(group *hdf5.Group, path, name string) string {
	d, err := group.Dataset(name)
	if err != nil {
		r.add(path, fmt.Sprintf("has no %q", name), "")
		return ""
	}
	s, err := d.Text()
	if err != nil || s == "" {
		r.add(path+"/"+name, fmt.Sprintf("holds %s, expected a name", kindOf(&d.Array)), "")
		return ""
	}
	return strings.TrimRight(s, "\x00 ")
}

// edges reads pairs of names.
func (r *reader) edges(group *hdf5.Group, path string) []Edge {
	d, err := group.Dataset("edges")
	if err != nil {
		r.add(path, `has no "edges"`, "")
		return nil
	}
	if (Tensor{d.Shape, d.Data}).Len() == 0 {
		return nil
	}
	names, err := d.Strings()
	if err != nil || len(d.Shape) != 2 || d.Shape[1] != 2 || len(names) != size(d.Shape) {
		r.add(path+"/edges", fmt.Sprintf("is %s of %s, expected pairs of names", shape(d.Shape), kindOf(&d.Array)), "")
		return nil
	}
	edges := make([]Edge, d.Shape[0])
	for i := range edges {
		edges[i] = Edge{names[2*i], names[2*i+1]}
	}
	return edges
}
