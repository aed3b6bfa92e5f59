package layers

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// neuron makes the op of a neuron layer and the leaves of its parameters.
func (c *compiler) neuron(node model.Node, op *model.Neuron) (autograd.Op, []*autograd.Node, error) {
	kind, err := neuron.Builtin().Get(op.Model)
	if err != nil {
		return nil, nil, err
	}
	if err := op.Rules.Validate(); err != nil {
		return nil, nil, err
	}
	if err := checkParams(kind, op); err != nil {
		return nil, nil, err
	}
	if c.integers != nil {
		return c.integerNeuron(node, op)
	}
	shape := c.shapes[node.Name]
	out := &autograd.Neuron{Model: op.Model, Rules: op.Rules, Output: op.Output}
	layer := neuron.Layer{Rules: op.Rules, Surrogate: op.Surrogate, Shape: shape, Dt: c.net.Dt}
	if op.Recurrent != nil {
		out.Recurrence = op.Recurrent.Recurrence
		layer.Recurrence = out.Recurrence
	}
	values, learn := map[string][]float32{}, map[string]bool{}
	var leaves []*autograd.Node
	for _, p := range op.Params() {
		s := c.array(node, p, neuronArray(p, shape))
		values[p.Name] = s.data
		s.layout.load(s.data, p.Tensor.Data)
		if p.Trainable {
			learn[p.Name] = true
		}
		out.Names = append(out.Names, p.Name)
		leaves = append(leaves, s.node)
	}
	if !kind.Spiking {
		out.Output = model.OutputMembrane
	}
	layer.Values, layer.Learn = values, learn
	out.Cell, err = kind.New(layer)
	return out, leaves, err
}

// neuronArray is how an array of a neuron layer is stored.
func neuronArray(p model.Param, shape model.Shape) layout {
	if p.Name == neuron.RecurrentWeight && len(p.Tensor.Shape) == 2 {
		return recurrentDense(shape)
	}
	return perNeuron(p.Tensor, shape)
}

// checkParams checks that the parameters are those of the model, and in range.
func checkParams(kind neuron.Kind, op *model.Neuron) error {
	known := kind.Params(op.Rules)
	var names []string
	for _, k := range known {
		names = append(names, k.Name)
	}
	if op.Recurrent != nil && !kind.Feedback {
		return fmt.Errorf("%s cannot be recurrent", kind.Name)
	}
	for _, p := range op.Params() {
		i := slices.Index(names, p.Name)
		if p.Name == neuron.RecurrentWeight || p.Name == neuron.RecurrentBias {
			continue
		}
		if i < 0 {
			hint := ""
			if near := fault.Nearest(p.Name, names); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			return fmt.Errorf("%s under these rules has no parameter %q%s", kind.Name, p.Name, hint)
		}
		if p.Trainable && known[i].Fixed {
			return fmt.Errorf("%s cannot be learned", p.Name)
		}
		for _, v := range p.Tensor.Data {
			if !(float64(v) >= known[i].Min && float64(v) <= known[i].Max) {
				return fmt.Errorf("%s is %v, expected %v to %v", p.Name, v, known[i].Min, known[i].Max)
			}
		}
	}
	for _, name := range op.Learn {
		if op.Values[name] == nil {
			return fmt.Errorf("learns %q, which it does not have; it has %v", name, names)
		}
	}
	return nil
}
