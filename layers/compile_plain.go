package layers

import (
	"encoding/json"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// perNeuronLeaves adds the leaves of arrays of one value a layer, channel or neuron.
func (c *compiler) perNeuronLeaves(node model.Node) []*autograd.Node {
	var leaves []*autograd.Node
	for _, p := range node.Op.Params() {
		leaves = append(leaves, c.array(node, p, perNeuron(p.Tensor, c.shapes[node.Name])).node)
	}
	return leaves
}

// route makes the op of a layer that moves values: its table, channel-last.
func (c *compiler) route(node model.Node, op model.Router) (autograd.Op, error) {
	attributes, err := json.Marshal(op)
	if err != nil {
		return nil, err
	}
	in, out := c.shapes[node.Inputs[0]], c.shapes[node.Name]
	to := signal.ChannelLast(in)
	table := op.Route(in)
	from := make([]int32, len(table))
	for chw, hwc := range signal.ChannelLast(out) {
		if from[hwc] = table[chw]; table[chw] >= 0 {
			from[hwc] = to[table[chw]]
		}
	}
	return &autograd.Route{Label: op.Kind() + string(attributes), Shape: out, From: from}, nil
}

// delay makes the op of a delay: its steps, channel-last.
func (c *compiler) delay(node model.Node, op *model.Delay) autograd.Op {
	steps := make([]float32, len(op.Steps.Data))
	perNeuron(op.Steps, c.shapes[node.Name]).load(steps, op.Steps.Data)
	out := &autograd.Delay{Steps: make([]int32, len(steps))}
	for i, s := range steps {
		out.Steps[i] = int32(s)
	}
	return out
}
