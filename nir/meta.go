package nir

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/snntrain/snntrain/model"
)

// What a file says beyond NIR lies in metadata. Of the graph: dt, the time step
// in the unit of the file's time constants. Of a node of neurons: reset,
// reset_at, fire, order, delay, max_spikes. Under metaKey the exact layer: its
// op as JSON, its arrays, and a hash of the node that it describes, so that it
// is not taken for the description of a node that was changed since.
const (
	metaKey    = "snntrain"
	metaDt     = "dt"
	metaOp     = "op"
	metaArrays = "arrays"
	metaRecord = "record"
	metaOf     = "of"
)

// fileDt is the time step that a file states.
func fileDt(m Metadata) (float64, bool) {
	dt, ok := m.Number(metaDt)
	return dt, ok && dt > 0
}

// opText is an op as metadata.
type opText struct {
	Kind string          `json:"kind"`
	Op   json.RawMessage `json:"op"`
}

// describe is the metadata of a node that holds an op.
func describe(op model.Op, p Primitive) (Metadata, error) {
	raw, err := json.Marshal(op)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(opText{op.Kind(), raw})
	if err != nil {
		return nil, err
	}
	arrays := Metadata{}
	for _, p := range op.Params() {
		if p.Name == "recurrent.weight" || p.Name == "recurrent.bias" {
			continue // the node of the way back holds them
		}
		arrays[p.Name] = Float32(p.Tensor.Data, p.Tensor.Shape...)
	}
	m := Metadata{metaKey: Metadata{metaOp: string(text), metaArrays: arrays, metaOf: fingerprint(p)}}
	if n, ok := op.(*model.Neuron); ok {
		rules(m, n)
	}
	return m, nil
}

// rules adds what a step means, in words for other programs.
func rules(m Metadata, n *model.Neuron) {
	r := n.Rules
	m["reset"], m["reset_at"] = string(r.Reset), string(r.ResetAt)
	m["fire"] = string(r.Fire)
	m["max_spikes"], m["delay"] = whole(r.MaxSpikes), whole(r.Delay)
	if r.Synapse != model.SynapseNone {
		m["order"] = string(r.Synapse)
	}
}

// restored is the layer that a node's metadata describes, or nil: there is
// none, or the node was changed since.
func restored(n *Node, in []int, back *feedback) model.Op {
	var text opText
	if n.Metadata.Text(metaKey, metaOf) != fingerprint(n.Primitive) {
		return nil
	}
	if json.Unmarshal([]byte(n.Metadata.Text(metaKey, metaOp)), &text) != nil {
		return nil
	}
	create, err := model.Ops().Get(text.Kind)
	if err != nil {
		return nil
	}
	op := create()
	if json.Unmarshal(text.Op, op) != nil {
		return nil
	}
	arrays, _ := n.Metadata.at([]string{metaKey, metaArrays}).(Metadata)
	for name, v := range arrays {
		t, ok := v.(Tensor)
		if !ok || op.SetParam(name, &model.Tensor{Shape: t.Shape, Data: t.float32s()}) != nil {
			return nil
		}
	}
	if cells, ok := op.(*model.Neuron); ok {
		if cells.Recurrent = recurrent(back, sampleShape(in).Size()); cells.Rules.Validate() != nil {
			return nil
		}
	}
	for _, p := range op.Params() {
		if p.Tensor == nil {
			return nil
		}
	}
	if _, err := op.Infer([]model.Shape{sampleShape(in)}); err != nil {
		return nil
	}
	return op
}

// fingerprint is a hash of the fields of a node.
func fingerprint(p Primitive) string {
	h := sha256.New()
	fmt.Fprintln(h, p.Type())
	for _, f := range p.fields() {
		t := f.put()
		fmt.Fprintln(h, f.name, t.Type(), t.Shape)
		if _, text := t.Data.([]string); text || t.IsZero() {
			fmt.Fprintln(h, t.Data)
			continue
		}
		_ = binary.Write(h, binary.LittleEndian, t.Data) // numbers of fixed size
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Described says that a file's metadata tells its layers exactly.
func Described(g *Graph) bool {
	_, ok := g.Metadata.Number(metaKey, metaDt)
	return ok
}
