package layers

import (
	"slices"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/model"
)

// partOf returns the layers that o.Part depends on, up to those that are given.
func partOf(n *model.Network, o Options) *model.Network {
	part := *n
	part.Nodes = nil
	wanted := map[string]bool{o.Part: true}
	for _, node := range slices.Backward(n.Nodes) {
		if !wanted[node.Name] || slices.Contains(o.Given, node.Name) {
			continue
		}
		part.Nodes = append(part.Nodes, node)
		for _, in := range node.Inputs {
			wanted[in] = true
		}
	}
	slices.Reverse(part.Nodes)
	return &part
}

// give adds leaves for the layers whose outputs are given.
func (c *compiler) give(names []string) {
	c.given = map[string]*autograd.Node{}
	for _, name := range names {
		if name != model.InputName {
			c.given[name] = c.graph.Input(name, c.shapes[name])
			c.nodes[name] = c.given[name]
		}
	}
}
