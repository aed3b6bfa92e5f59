package nir

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// ExportOptions say for whom a network is written.
type ExportOptions struct {
	Profile string  // name of the Profile whose reader the file is for; "" = the one that the network was imported under, else "nir"
	Dt      float64 // time step of the file, in the unit of its time constants; 0 = the network's, 1e-4 when that counts steps, or the reader's own
}

// Exported is a graph made of a network.
type Exported struct {
	Graph   *Graph
	Profile string
	Dt      float64
	Notes   []Note // what the file cannot tell the reader
}

// Export makes a graph of a network. What NIR has no node for is a fault,
// all at once. Metadata tells our own reader the network exactly.
func Export(n *model.Network, o ExportOptions) (*Exported, error) {
	ex, err := newExporter(n, o)
	if err != nil {
		return nil, err
	}
	for i := range n.Nodes {
		ex.node(&n.Nodes[i])
	}
	ex.finish()
	if err := ex.faults.Err(); err != nil {
		return nil, err
	}
	ex.graph.complete()
	if err := ex.graph.Check(""); err != nil {
		return nil, err
	}
	return &Exported{Graph: ex.graph, Profile: ex.profile.Name, Dt: ex.dt, Notes: ex.notes}, nil
}

type exporter struct {
	net     *model.Network
	shapes  map[string][]int    // behind each layer, as NIR has it
	from    map[string][]string // the nodes that stand for a layer's output
	profile Profile
	dt      float64 // of the file
	origin  origin
	again   bool // nodes of the origin may be written again
	graph   *Graph
	notes   []Note
	faults  fault.List
}

func newExporter(n *model.Network, o ExportOptions) (*exporter, error) {
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	ex := &exporter{net: n, shapes: map[string][]int{}, from: map[string][]string{}, graph: &Graph{}}
	from, imported := originOf(n.Record.Origin)
	ex.origin = from
	name := o.Profile
	if name == "" {
		name = "nir"
		if imported {
			name = from.Profile
		}
	}
	if ex.profile, err = Profiles().Get(name); err != nil {
		return nil, fault.Fault{Pkg: "nir", Fact: err.Error()}
	}
	ex.again = imported && from.Profile == name && (o.Dt == 0 || o.Dt == from.Dt)
	ex.dt = ex.step(n, o, imported)
	if o.Dt < 0 || o.Dt != o.Dt || o.Dt > 0 && ex.profile.Fixed && ex.profile.Dt > 0 {
		return nil, fault.Fault{Pkg: "nir", Subject: "export", Fact: fmt.Sprintf("time step %v: profile %s has its own", o.Dt, name)}
	}
	for layer, s := range shapes {
		ex.shapes[layer] = ex.rank(s)
	}
	input := "input"
	if imported && from.Input != "" {
		input = from.Input
	}
	ex.graph.Add(input, &Input{Shape: ex.shapes[model.InputName]}, nil)
	ex.from[model.InputName] = []string{input}
	return ex, nil
}

// step is the time step of the file.
func (ex *exporter) step(n *model.Network, o ExportOptions, imported bool) float64 {
	switch {
	case o.Dt > 0:
		return o.Dt
	case ex.profile.Fixed && ex.profile.Dt > 0:
		return ex.profile.Dt
	case imported && ex.origin.Dt > 0:
		return ex.origin.Dt
	case imported || n.Dt != 1:
		return n.Dt
	}
	if ex.profile.Dt > 0 {
		return ex.profile.Dt
	}
	return 1e-4
}

// rank is the shape of a node for that of a layer: of a network that was
// imported with samples (C, L), (C, 1, L) is (C, L).
func (ex *exporter) rank(s model.Shape) []int {
	if ex.origin.Rank2 && len(s) == 3 && s[1] == 1 {
		return []int{s[0], s[2]}
	}
	return slices.Clone(s)
}

func (ex *exporter) refuse(layer, fact string) {
	ex.faults.Add(fault.Fault{Pkg: "nir", Subject: fmt.Sprintf("layer %q", layer), Fact: fact})
}

// node writes one layer.
func (ex *exporter) node(n *model.Node) {
	if _, ok := n.Op.(*model.Add); ok { // edges that meet
		for _, in := range n.Inputs {
			ex.from[n.Name] = append(ex.from[n.Name], ex.from[in]...)
		}
		return
	}
	if ex.belongs(n) {
		ex.from[n.Name] = ex.from[n.Inputs[0]]
		return
	}
	in := ex.shapes[n.Inputs[0]]
	if pool, ok := n.Op.(*model.Pool2d); ok && pool.Mode == model.PoolMax && ex.binary(n.Inputs[0]) {
		ex.anySpike(n, pool)
		return
	}
	p, r := primitiveOf(n.Op, in, ex.profile.writes, ex.net.Dt, ex.dt)
	back := ex.back(n, in)
	if old, way, ok := ex.restore(n, p, in); ok {
		p, r, back = old, remarks{}, way
	}
	for _, text := range r.notes {
		ex.notes = append(ex.notes, Note{n.Name, text})
	}
	for _, text := range r.faults {
		ex.refuse(n.Name, text)
	}
	switch {
	case len(r.faults) > 0:
		ex.from[n.Name] = ex.from[n.Inputs[0]]
	case p == nil:
		ex.from[n.Name] = ex.from[n.Inputs[0]]
	default:
		ex.write(n, p, back)
	}
}

// back is the way back of recurrent neurons, nil when there is none.
func (ex *exporter) back(n *model.Node, in []int) *feedback {
	cells, ok := n.Op.(*model.Neuron)
	if !ok || cells.Recurrent == nil {
		return nil
	}
	p, err := backOf(cells.Recurrent, in)
	if err != nil {
		ex.refuse(n.Name, err.Error())
		return nil
	}
	return &feedback{n.Name + ".w_rec", p}
}

// write adds the node of a layer, with metadata where the node does not say all.
func (ex *exporter) write(n *model.Node, p Primitive, back *feedback) {
	name := ex.name(n.Name)
	var m Metadata
	switch n.Op.(type) {
	case *model.Linear, *model.Conv2d, *model.Pool2d, *model.Flatten, *model.Reshape, *model.Scale, *model.Delay:
	default:
		var err error
		if m, err = describe(n.Op, p); err != nil {
			ex.refuse(n.Name, err.Error())
			return
		}
	}
	ex.graph.Add(name, p, m)
	ex.connect(ex.from[n.Inputs[0]], name)
	ex.from[n.Name] = []string{name}
	switch {
	case back == nil:
	case back.weight == nil:
		ex.graph.Connect(name, name)
	default:
		through := ex.unique(strings.ReplaceAll(back.through, "/", "_"))
		ex.graph.Add(through, back.weight, nil)
		ex.graph.Connect(name, through)
		ex.graph.Connect(through, name)
	}
}

// connect adds edges; one that is there already would be lost in the sum.
func (ex *exporter) connect(from []string, to string) {
	for _, f := range from {
		if slices.Contains(ex.graph.Edges, Edge{f, to}) {
			ex.refuse(to, fmt.Sprintf("adds the output of %q more than once; NIR has one edge between two nodes", f))
			continue
		}
		ex.graph.Connect(f, to)
	}
}

// name is the node's name of a layer: its own, or that of the file it came from.
func (ex *exporter) name(layer string) string {
	if of, ok := ex.origin.Nodes[layer]; ok {
		layer = of.Name
	}
	return ex.unique(strings.ReplaceAll(layer, "/", "_"))
}

// unique is a name that no node has yet.
func (ex *exporter) unique(name string) string {
	for ex.graph.Node(name) != nil || name == "" || name == "." {
		name += "_"
	}
	return name
}

// binary says that a layer hands on spikes, one a step at most.
func (ex *exporter) binary(layer string) bool {
	n := ex.net.Node(layer)
	if n == nil {
		return false
	}
	switch op := n.Op.(type) {
	case *model.Neuron:
		return op.Output == model.OutputSpikes && op.Rules.MaxSpikes == 1
	case *model.Dropout, *model.Delay, *model.Flatten, *model.Reshape:
		return ex.binary(n.Inputs[0])
	case *model.Pool2d:
		return op.Mode == model.PoolMax && ex.binary(n.Inputs[0])
	}
	return false
}

// anySpike writes the maximum of spikes: more than half a spike in the window.
func (ex *exporter) anySpike(n *model.Node, pool *model.Pool2d) {
	sum := *pool
	sum.Mode = model.PoolSum
	var r remarks
	p := poolOf(&sum, &r)
	for _, text := range r.faults {
		ex.refuse(n.Name, text)
		ex.from[n.Name] = ex.from[n.Inputs[0]]
		return
	}
	name := ex.name(n.Name)
	ex.graph.Add(name+".sum", p, nil)
	ex.connect(ex.from[n.Inputs[0]], name+".sum")
	ex.graph.Add(name, &Threshold{full(0.5, ex.shapes[n.Name])}, nil)
	ex.graph.Connect(name+".sum", name)
	ex.from[n.Name] = []string{name}
}

// belongs says that a layer is part of the node of the layer behind it, which
// will be written as it was: zeros of the padding "same", an order of axes.
func (ex *exporter) belongs(n *model.Node) bool {
	owner, ok := strings.CutSuffix(n.Name, beforeLayer)
	of := ex.net.Node(owner)
	if !ok || of == nil || len(of.Inputs) != 1 || of.Inputs[0] != n.Name {
		return false
	}
	made, _ := primitiveOf(of.Op, ex.shapes[n.Name], ex.profile.writes, ex.net.Dt, ex.dt)
	_, _, ok = ex.restore(of, made, ex.shapes[n.Inputs[0]])
	return ok
}

// restore is the node that a layer was imported from, and its way back, when
// they still say what the layer does.
func (ex *exporter) restore(n *model.Node, made Primitive, in []int) (Primitive, *feedback, bool) {
	of, ok := ex.origin.Nodes[n.Name]
	if !ok || !ex.again {
		return nil, nil, false
	}
	old := of.primitive(made)
	if c, isConv := n.Op.(*model.Conv2d); old == nil && isConv { // the weights as they were, with groups
		old = of.primitive(weightsOf(c))
	}
	if old == nil {
		return nil, nil, false
	}
	if first := ex.net.Node(n.Inputs[0]); first != nil && first.Name == n.Name+beforeLayer {
		in = ex.shapes[first.Inputs[0]]
	}
	if _, err := old.infer(in); err != nil {
		return nil, nil, false
	}
	var back *feedback
	if cells, ok := n.Op.(*model.Neuron); ok {
		if back = of.feedback(cells.Recurrent, in); back == nil && cells.Recurrent != nil {
			return nil, nil, false
		}
	}
	list, r := ex.profile.layers(n.Name, old, in, back, ex.imported())
	if len(r.faults) > 0 || len(list) == 0 || !sameOp(list[len(list)-1].Op, n.Op) {
		return nil, nil, false
	}
	return old, back, true
}

// imported are the settings that the network was imported with.
func (ex *exporter) imported() settings {
	return settings{dt: ex.origin.Dt, subtract: ex.origin.Reset == "subtract"}
}

// weightsOf is a convolution with its weights as they are.
func weightsOf(c *model.Conv2d) Primitive {
	bias := make([]float32, c.Out)
	if c.HasBias {
		copy(bias, c.Bias.Data)
	}
	return &Conv2d{Weight: Float32(c.Weight.Data, c.Weight.Shape...), Bias: Float32(bias, c.Out)}
}

// sameOp says that two layers compute the same: the same arrays, rules and attributes.
func sameOp(a, b model.Op) bool {
	if x, ok := a.(*model.Neuron); ok {
		y, ok := b.(*model.Neuron)
		if !ok || x.Model != y.Model || x.Output != y.Output || fmt.Sprint(x.Rules) != fmt.Sprint(y.Rules) {
			return false
		}
	} else {
		x, errX := json.Marshal(a)
		y, errY := json.Marshal(b)
		if a.Kind() != b.Kind() || errX != nil || errY != nil || string(x) != string(y) {
			return false
		}
	}
	pa, pb := a.Params(), b.Params()
	return slices.EqualFunc(pa, pb, func(x, y model.Param) bool {
		return x.Name == y.Name && slices.Equal(x.Tensor.Data, y.Tensor.Data)
	})
}

// finish adds the output and the metadata of the graph.
func (ex *exporter) finish() {
	last := ex.net.Output()
	output := "output"
	if ex.origin.Output != "" {
		output = ex.origin.Output
	}
	output = ex.unique(output)
	ex.graph.Add(output, &Output{Shape: ex.shapes[last]}, nil)
	ex.connect(ex.from[last], output)
	record := ex.net.Record
	record.Origin = nil
	text, err := json.Marshal(record)
	if err != nil {
		ex.faults.AddError(err)
		return
	}
	ex.graph.Metadata = Metadata{
		metaDt:  scalar(ex.dt),
		metaKey: Metadata{metaDt: scalar(ex.net.Dt), metaRecord: string(text), "profile": ex.profile.Name},
	}
}
