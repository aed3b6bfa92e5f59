package nir

import (
	"encoding/json"

	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/model"
)

// origin is what a network's record keeps of the file that it was made of: what
// the network itself does not hold, so that an export gives the file again.
type origin struct {
	Profile string                `json:"profile"`
	Dt      float64               `json:"dt,omitempty"`
	Reset   string                `json:"reset,omitempty"`
	Input   string                `json:"input"`
	Output  string                `json:"output"`
	Rank2   bool                  `json:"rank2,omitempty"` // samples are (C, L), layers (C, 1, L)
	Nodes   map[string]originNode `json:"nodes"`           // by the name of the layer
}

// originNode is a node without its weights.
type originNode struct {
	Name   string                 `json:"name"`
	Type   string                 `json:"type"`
	Fields map[string]originArray `json:"fields,omitempty"`
	Back   *originNode            `json:"back,omitempty"`
}

// originArray is a field; of weights and biases that the network holds only the type.
type originArray struct {
	Type  string    `json:"type"`
	Shape []int     `json:"shape"`
	Data  []float64 `json:"data,omitempty"` // one value when all are equal
	Text  string    `json:"text,omitempty"`
}

// originKey is the key of the record.
const originKey = "nir"

func (o origin) record() map[string]any {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil // infinite parameters: the file is exported by the rules
	}
	var out map[string]any
	_ = json.Unmarshal(raw, &out)
	return map[string]any{originKey: out}
}

// originOf reads the record; false when the network comes from elsewhere.
func originOf(record map[string]any) (origin, bool) {
	var o origin
	raw, err := json.Marshal(record[originKey])
	if err != nil || record[originKey] == nil || json.Unmarshal(raw, &o) != nil {
		return origin{}, false
	}
	return o, true
}

// keep notes a node under the name of its layer. A way back that the profile
// changed is kept with its weights.
func (o *origin) keep(n *Node, layer string, op model.Op, back *feedback) {
	node := originNode{Name: n.Name, Type: n.Primitive.Type(), Fields: originFields(n.Primitive, false)}
	if cells, ok := op.(*model.Neuron); ok && back != nil {
		node.Back = &originNode{Name: back.through}
		if back.weight != nil {
			kept := cells.Recurrent != nil && (cells.Recurrent.HasBias == (back.weight.Type() == "Affine"))
			node.Back.Type, node.Back.Fields = back.weight.Type(), originFields(back.weight, !kept)
		}
	}
	o.Nodes[layer] = node
}

// feedback is the way back as the file has it; rec is what the network holds of it.
func (n *originNode) feedback(rec *model.Recurrent, in []int) *feedback {
	if n.Back == nil {
		return nil
	}
	if n.Back.Type == "" {
		return &feedback{}
	}
	var made Primitive
	if rec != nil {
		p, err := backOf(rec, in)
		if err != nil {
			return nil
		}
		made = p
	}
	if p := n.Back.primitive(made); p != nil {
		return &feedback{n.Back.Name, p}
	}
	return nil
}

func originFields(p Primitive, whole bool) map[string]originArray {
	out := map[string]originArray{}
	for _, f := range p.fields() {
		t := f.put()
		if t.IsZero() {
			continue
		}
		a := originArray{Type: t.Type(), Shape: t.Shape}
		switch {
		case t.Type() == "string":
			a.Text = t.Data.([]string)[0]
		case whole || f.name != "weight" && f.name != "bias":
			a.Data = seriesOf(t)
		}
		out[f.name] = a
	}
	return out
}

// primitive is the node again, with what it lacks from one that was made of the network; nil when it cannot be.
func (n *originNode) primitive(made Primitive) Primitive {
	create, err := Primitives().Get(n.Type)
	if err != nil {
		return nil
	}
	of := map[string]Tensor{}
	if made != nil {
		for _, f := range made.fields() {
			of[f.name] = f.put()
		}
	}
	p := create()
	for _, f := range p.fields() {
		a, ok := n.Fields[f.name]
		if !ok {
			if f.fill == nil {
				return nil
			}
			continue
		}
		t := a.tensor(of[f.name])
		if t.IsZero() || f.get(&hdf5.Array{Shape: t.Shape, Data: t.Data}) != nil {
			return nil
		}
	}
	if len(p.check()) > 0 {
		return nil
	}
	return p
}

// tensor is the array again; weights come from made.
func (a originArray) tensor(made Tensor) Tensor {
	switch {
	case a.Text != "":
		return Tensor{a.Shape, []string{a.Text}}
	case a.Data == nil:
		if made.Len() != size(a.Shape) {
			return Tensor{}
		}
		made.Shape = a.Shape
		return made.as(a.Type)
	}
	s, data := series(a.Data), make([]float64, size(a.Shape))
	if len(s) != 1 && len(s) != len(data) {
		return Tensor{}
	}
	for i := range data {
		data[i] = s.at(i)
	}
	return Float64(data, a.Shape...).as(a.Type)
}
