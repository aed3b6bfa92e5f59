package layers

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
)

// Builder turns the layer list of a config into a network.
type Builder struct {
	Input   model.Shape // of one sample at one step, after encoding; nil = not known: only what needs no shape is checked
	Dt      float64
	Seed    uint64
	Profile string // neuron profile of layers that name none

	net    *model.Network
	shapes map[string]model.Shape
	counts map[string]int
	inits  []pendingInit
	blind  bool // shapes are not known
}

// anyShape stands for shapes that are not known.
var anyShape = model.Shape{8, 64, 64}

// Build decodes the sections and returns the network with its weights
// initialized. Faults are recorded in the sections' document; the network is
// of use only when there are none.
func (b *Builder) Build(sections []config.Section) *model.Network {
	b.net = &model.Network{Input: b.Input, Dt: b.Dt}
	if b.Dt == 0 {
		b.net.Dt = 1
	}
	b.blind = b.Input == nil
	if b.blind {
		b.Input = anyShape
	}
	b.shapes = map[string]model.Shape{model.InputName: b.Input}
	b.counts, b.inits = map[string]int{}, nil
	kinds := Kinds()
	for _, s := range sections {
		b.layer(kinds.Get, s)
	}
	if !b.blind && len(b.shapes) == len(b.net.Nodes)+1 {
		b.initialize()
	}
	return b.net
}

// layer decodes one section and adds its node.
func (b *Builder) layer(get func(string) (Kind, error), s config.Section) {
	kind, err := get(s.Kind(Kinds().Names()...))
	if err != nil {
		return // recorded by Kind
	}
	common, options := Common{}, kind.Options()
	s.Decode(&common, options)
	name := b.name(s, kind, common)
	in := b.inputs(s, common)
	if in == nil {
		return
	}
	if kind.Needs1D && !b.blind && len(in) == 1 && len(b.shapes[in[0]]) > 1 {
		in[0] = b.flatten(in[0], s.Pos())
	}
	shapes := make([]model.Shape, len(in))
	for i, from := range in {
		if shapes[i] = b.shapes[from]; shapes[i] == nil {
			b.shapes[name] = nil
			return // the layer it reads is at fault
		}
	}
	op, err := kind.Build(b, s, options, shapes)
	if b.blind {
		b.shapes[name] = anyShape
		return
	}
	if err != nil {
		s.Fault("", fmt.Sprintf("layer %q: %v", name, err), "")
		b.shapes[name] = nil
		return
	}
	b.add(s, model.Node{Name: name, Op: op, Inputs: in, Pos: s.Pos()}, shapes)
}

// add appends a node and infers its shape.
func (b *Builder) add(s config.Section, node model.Node, in []model.Shape) {
	out, err := node.Op.Infer(in)
	if err != nil {
		s.Fault("", fmt.Sprintf("layer %q: %v", node.Name, err), b.origin(node))
		b.shapes[node.Name] = nil
		return
	}
	b.net.Nodes = append(b.net.Nodes, node)
	b.shapes[node.Name] = out
}

// origin says where a node's input comes from, for messages about its shape.
func (b *Builder) origin(node model.Node) string {
	if len(node.Inputs) == 0 {
		return ""
	}
	return fmt.Sprintf("its input comes from %q", node.Inputs[0])
}

// name is the layer's own name, or its kind and number.
func (b *Builder) name(s config.Section, kind Kind, common Common) string {
	b.counts[kind.Name]++
	name := common.Name
	if name == "" {
		name = fmt.Sprintf("%s%d", kind.Name, b.counts[kind.Name])
	}
	if _, dup := b.shapes[name]; dup {
		s.Fault("name", fmt.Sprintf("%q is the name of an earlier layer", name), "give each layer its own name")
	}
	return name
}

// inputs are the names of the layers that a layer reads; nil after a fault.
func (b *Builder) inputs(s config.Section, common Common) []string {
	if len(common.Input) == 0 {
		return []string{b.net.Output()}
	}
	for _, name := range common.Input {
		if _, ok := b.shapes[name]; ok {
			continue
		}
		var known []string
		for _, n := range b.net.Nodes {
			known = append(known, n.Name)
		}
		s.Fault("input", fmt.Sprintf("%q names no earlier layer", name), nearest(name, append(known, model.InputName)))
		return nil
	}
	return common.Input
}

// flatten adds a flatten layer behind from and returns its name.
func (b *Builder) flatten(from, pos string) string {
	b.counts["flatten"]++
	name := fmt.Sprintf("flatten%d", b.counts["flatten"])
	b.net.Nodes = append(b.net.Nodes, model.Node{Name: name, Op: &model.Flatten{}, Inputs: []string{from}, Pos: pos})
	b.shapes[name] = model.Shape{b.shapes[from].Size()}
	return name
}
