package pytorch

import (
	"encoding/json"
	"fmt"

	"github.com/snntrain/snntrain/internal/tensorfile"
	"github.com/snntrain/snntrain/model"
)

// description is the JSON under NetworkKey: the network that the framework
// runs, the shapes of its arrays, and the parameters of neurons that a state
// dictionary does not hold.
type description struct {
	Network string               `json:"network"`
	Shapes  map[string][]int     `json:"shapes"`
	Values  map[string][]float32 `json:"values"`
}

// describeNetwork describes a network. Parameters of neurons are few, and
// written out; all else is in the state dictionary.
func describeNetwork(n *model.Network) (string, error) {
	text, err := n.Describe()
	if err != nil {
		return "", err
	}
	d := description{Network: text, Shapes: map[string][]int{}, Values: map[string][]float32{}}
	n.Params(func(name string, p model.Param) { d.Shapes[name] = p.Tensor.Shape })
	for _, node := range n.Nodes {
		if op, ok := node.Op.(*model.Neuron); ok {
			for name, t := range op.Values {
				if len(t.Data) == 1 {
					d.Values[node.Name+"."+name] = t.Data
				}
			}
		}
	}
	raw, err := json.Marshal(d)
	return string(raw), err
}

// decodeDescription reads a description whose arrays hold most values in all,
// and those that it writes out.
func decodeDescription(text string, most int) (*description, error) {
	d := &description{}
	if err := json.Unmarshal([]byte(text), d); err != nil {
		return nil, fmt.Errorf("pytorch: metadata %q: %w", NetworkKey, err)
	}
	left := most
	for _, v := range d.Values {
		left += len(v)
	}
	for name, shape := range d.Shapes {
		n := 1
		for _, e := range shape {
			if e < 1 || n > left/e {
				return nil, fmt.Errorf("pytorch: metadata %q: %s is %v, which is more than the file holds, or nothing", NetworkKey, name, model.Shape(shape))
			}
			n *= e
		}
		left -= n
		if v, ok := d.Values[name]; ok && len(v) != n {
			return nil, fmt.Errorf("pytorch: metadata %q: %s has %d values, its shape is %v", NetworkKey, name, len(v), model.Shape(shape))
		}
	}
	return d, nil
}

// arrays are those of the network: zeros but for the values written out.
func (d *description) arrays() []tensorfile.Tensor {
	var out []tensorfile.Tensor
	for name, shape := range d.Shapes {
		t := model.NewTensor(shape...)
		copy(t.Data, d.Values[name])
		out = append(out, tensorfile.Tensor{Name: name, Shape: shape, Data: t.Data})
	}
	return out
}
