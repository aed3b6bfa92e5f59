package nir

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// Options say what a file is to mean.
type Options struct {
	Profile string  // name of a Profile; "" = what the file's metadata says, else "nir"
	Dt      float64 // time step in the unit of the file's time constants; 0 = the profile's, or the file's own
	Reset   string  // "subtract": the profile nir subtracts the threshold; "" or "value": it sets v_reset
	File    string  // name of the file, for messages
}

// Note is something that a profile does not take from a node as it stands.
type Note struct {
	Node string `json:"node"`
	Text string `json:"text"`
}

// Imported is a network made of a graph.
type Imported struct {
	Network *model.Network
	Profile string  // "" when the file's metadata told everything
	Dt      float64 // time step
	Notes   []Note
}

// Import makes a network of a graph under a profile. All faults are reported
// at once: what the graph gets wrong, or what the profile's framework refuses.
func Import(g *Graph, o Options) (*Imported, error) {
	if err := g.Check(o.File); err != nil {
		return nil, err
	}
	im, err := newImporter(g, o)
	if err != nil {
		return nil, err
	}
	im.flatten(g)
	if im.faults.Len() == 0 {
		im.layers()
	}
	if im.faults.Len() == 0 {
		_, err := im.net.Shapes()
		for _, text := range faultLines(err) {
			im.faults.Add(problem(im.file, "/node/nodes", text, ""))
		}
	}
	if err := im.faults.Err(); err != nil {
		return nil, err
	}
	im.net.Record.Origin = im.origin.record()
	return &Imported{Network: im.net, Profile: im.name, Dt: im.net.Dt, Notes: im.notes}, nil
}

// importer turns one graph into a network.
type importer struct {
	file    string
	name    string // of the profile; "" = metadata
	profile Profile
	o       settings
	restore bool // nodes may be read by their metadata

	graph   *Graph // without graphs within and without ways back
	back    map[string]feedback
	shapes  map[string][]int // behind each node
	sources map[string][]string

	net    *model.Network
	names  map[string]string // of a node's layer
	notes  []Note
	faults fault.List
	origin origin
}

func newImporter(g *Graph, o Options) (*importer, error) {
	im := &importer{file: o.File, name: o.Profile, net: &model.Network{}, names: map[string]string{}, sources: map[string][]string{}}
	own, hasOwn := g.Metadata.Number(metaKey, metaDt)
	stated, states := fileDt(g.Metadata)
	if o.Profile == "" {
		im.restore = hasOwn && o.Dt == 0 && o.Reset == ""
		im.profile = plainProfile()
		if !im.restore {
			im.name = im.profile.Name
		}
	} else {
		p, err := Profiles().Get(o.Profile)
		if err != nil {
			return nil, fault.Fault{Pkg: "nir", Subject: o.File, Fact: err.Error()}
		}
		im.profile = p
	}
	switch {
	case o.Dt < 0 || o.Dt != o.Dt:
		return nil, fault.Fault{Pkg: "nir", Subject: o.File, Fact: fmt.Sprintf("time step %v, expected a number above 0", o.Dt)}
	case o.Dt > 0 && im.profile.Fixed:
		return nil, fault.Fault{Pkg: "nir", Subject: o.File, Fact: fmt.Sprintf("profile %s has a time step of its own and no option for it", im.profile.Name), Hint: "leave it out"}
	case o.Reset != "" && o.Reset != "value" && o.Reset != "subtract":
		return nil, fault.Fault{Pkg: "nir", Subject: o.File, Fact: fmt.Sprintf("reset %q", o.Reset), Hint: "known: value, subtract"}
	case o.Reset == "subtract" && im.profile.Name != "nir":
		return nil, fault.Fault{Pkg: "nir", Subject: o.File, Fact: "reset subtract is for the profile nir; the others have their own"}
	}
	im.o = settings{dt: im.profile.Dt, subtract: o.Reset == "subtract"}
	if states && !im.profile.Fixed {
		im.o.dt = stated
	}
	if o.Dt > 0 {
		im.o.dt = o.Dt
	}
	im.net.Dt = im.o.dt
	switch {
	case im.restore && o.Dt == 0:
		im.net.Dt = own
	case im.net.Dt == 0:
		im.net.Dt = 1
	}
	im.readRecord(g)
	im.origin = origin{Profile: im.profile.Name, Dt: im.o.dt, Reset: o.Reset, Nodes: map[string]originNode{}}
	return im, nil
}

// readRecord takes over how the output becomes scores, and what data it is for.
func (im *importer) readRecord(g *Graph) {
	text := g.Metadata.Text(metaKey, metaRecord)
	if text == "" {
		return
	}
	var r model.Record
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		im.faults.Add(problem(im.file, "/node/metadata/"+metaKey+"/"+metaRecord, "is no record of a network: "+err.Error(), ""))
		return
	}
	if !im.restore {
		r.Quantize = nil // a framework runs it in floats
	}
	im.net.Record = r
}

func (im *importer) add(node, text string) {
	im.faults.Add(problem(im.file, "/node/nodes/"+node, text, ""))
}

// flatten takes graphs within and ways back out of the graph.
func (im *importer) flatten(g *Graph) {
	for _, text := range g.ports("") {
		im.faults.Add(problem(im.file, "/node/nodes", text, ""))
	}
	if im.faults.Len() > 0 {
		return
	}
	im.graph = g.inline()
	im.graph.Edges = slices.Clone(im.graph.Edges)
	im.graph.Nodes = slices.Clone(im.graph.Nodes)
	im.shapes = (&checker{}).shapes(newIndex(im.graph), "", nil)
	back, texts := im.graph.loops(im.profile.Name == "spyx")
	for _, text := range texts {
		im.faults.Add(problem(im.file, "/node/edges", text, ""))
	}
	im.back = back
}

// layers makes a layer of every node that the output depends on.
func (im *importer) layers() {
	output := im.port("Output", func(p Primitive) bool { _, ok := p.(*Output); return ok })
	input := im.port("Input", func(p Primitive) bool { _, ok := p.(*Input); return ok })
	if im.faults.Len() > 0 {
		return
	}
	nodes, dropped, text := im.graph.sorted(output)
	if text != "" {
		im.faults.Add(problem(im.file, "/node/edges", text, ""))
		return
	}
	for _, name := range dropped {
		if name == input {
			im.add(input, "no path leads from it to the output")
			return
		}
		im.notes = append(im.notes, Note{name, "left out: the output does not depend on it"})
	}
	im.origin.Input, im.origin.Output = input, output
	for _, e := range im.graph.Edges {
		im.sources[e.To] = append(im.sources[e.To], e.From)
	}
	im.names[input] = model.InputName
	im.net.Input = sampleShape(im.shapes[input])
	im.origin.Rank2 = len(im.shapes[input]) == 2
	if im.net.Input == nil {
		im.add(input, fmt.Sprintf("is %s: samples have one to three axes", shape(im.shapes[input])))
		return
	}
	for _, n := range nodes {
		im.node(n)
	}
	if len(im.net.Nodes) == 0 && im.faults.Len() == 0 {
		im.add(output, "reads the input: there is nothing to run")
	}
}

// port is the name of the one node of a kind.
func (im *importer) port(kind string, is func(Primitive) bool) string {
	var found []string
	for _, n := range im.graph.Nodes {
		if is(n.Primitive) {
			found = append(found, n.Name)
		}
	}
	if len(found) != 1 {
		im.faults.Add(problem(im.file, "/node/nodes", fmt.Sprintf("has %d nodes of type %s %v, one is read", len(found), kind, found), ""))
		return ""
	}
	return found[0]
}

// node adds the layers of one node.
func (im *importer) node(n *Node) {
	switch n.Primitive.(type) {
	case *Input:
		return
	case *Output:
		im.joined(n.Name, n.Name)
		return
	}
	in := im.shapes[im.sources[n.Name][0]]
	if sampleShape(in) == nil {
		im.add(n.Name, fmt.Sprintf("reads %s: samples have one to three axes", shape(in)))
		return
	}
	name := n.Name
	if name == model.InputName {
		name = "input_"
	}
	im.names[n.Name] = name
	list, back, ok := im.made(n, in)
	if !ok {
		return
	}
	from := im.joined(n.Name, name+".sum")
	for i := range list {
		list[i].Inputs = []string{from}
		from = list[i].Name
	}
	im.net.Nodes = append(im.net.Nodes, list...)
	im.origin.keep(n, name, list[len(list)-1].Op, back)
}

// joined is the name of the layer that a node reads: where several edges
// arrive, of one that sums them up.
func (im *importer) joined(node, sum string) string {
	var from []string
	for _, s := range im.sources[node] {
		from = append(from, im.names[s])
	}
	if len(from) == 1 {
		return from[0]
	}
	im.net.Nodes = append(im.net.Nodes, model.Node{Name: sum, Op: &model.Add{}, Inputs: from})
	return sum
}

// made turns a node into layers, the last one called like the node.
func (im *importer) made(n *Node, in []int) ([]model.Node, *feedback, bool) {
	name := im.names[n.Name]
	var back *feedback
	if f, ok := im.back[n.Name]; ok {
		back = &f
	}
	if im.restore {
		if op := restored(n, in, back); op != nil {
			return []model.Node{{Name: name, Op: op}}, back, true
		}
		if n.Metadata[metaKey] != nil {
			im.notes = append(im.notes, Note{n.Name, "was changed since its metadata was written: read by NIR's equations"})
		}
	}
	im.guess(n, in)
	list, remarks := im.profile.layers(name, n.Primitive, in, back, im.o)
	for _, text := range remarks.notes {
		im.notes = append(im.notes, Note{n.Name, text})
	}
	for _, text := range remarks.faults {
		im.add(n.Name, text)
	}
	return list, back, len(remarks.faults) == 0
}

// faultLines are the faults that an error joins.
func faultLines(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

// guess takes the time step of the first neurons for that of the network, where the profile guesses.
func (im *importer) guess(n *Node, in []int) {
	if im.profile.guess == nil || im.o.dt > 0 {
		return
	}
	if c, ok := cellOf(n.Primitive, sampleShape(in), nil); ok {
		if dt := im.profile.guess(c); dt > 0 {
			im.o.dt, im.net.Dt, im.origin.Dt = dt, dt, dt
		}
	}
}

// sampleShape is the shape of a layer for that of a node: (C, L) is (C, 1, L);
// nil when there is none.
func sampleShape(s []int) model.Shape {
	switch len(s) {
	case 0:
		return model.Shape{1}
	case 1, 3:
		return append(model.Shape{}, s...)
	case 2:
		return model.Shape{s[0], 1, s[1]}
	}
	return nil
}
