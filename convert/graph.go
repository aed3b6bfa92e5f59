package convert

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/model"
)

// graph is a network being rewritten. Ops are replaced, never changed, so the
// network it was copied from stays as it was.
type graph struct {
	*model.Network
	shapes  map[string]model.Shape
	changes []Change
}

// Change is one step from the network as it was to its canonical form.
type Change struct {
	Layer string `json:"layer"`          // that was changed or left out
	Into  string `json:"into,omitempty"` // that took it over
	What  string `json:"what"`
}

func newGraph(n *model.Network) (*graph, error) {
	g := &graph{Network: &model.Network{Input: n.Input, Dt: n.Dt, Record: n.Record}}
	for _, node := range n.Nodes {
		node.Inputs = slices.Clone(node.Inputs)
		g.Nodes = append(g.Nodes, node)
	}
	return g, g.infer()
}

// infer computes all shapes anew.
func (g *graph) infer() (err error) {
	g.shapes, err = g.Shapes()
	return err
}

func (g *graph) note(layer, into, what string) {
	g.changes = append(g.changes, Change{layer, into, what})
}

// index is the place of a layer, −1 for the input.
func (g *graph) index(name string) int {
	return slices.IndexFunc(g.Nodes, func(n model.Node) bool { return n.Name == name })
}

// readers are the places of the layers that read name, once for each use.
func (g *graph) readers(name string) []int {
	var at []int
	for i, n := range g.Nodes {
		for _, in := range n.Inputs {
			if in == name {
				at = append(at, i)
			}
		}
	}
	return at
}

// sole says that one layer reads name, once, and that it is not the output.
func (g *graph) sole(name string) bool {
	return len(g.readers(name)) == 1 && g.Output() != name
}

// bypass lets the readers of node i read its input instead and takes it out.
// The output of the network cannot be taken out that way unless its input is
// the layer before it and nothing else reads that.
func (g *graph) bypass(i int) bool {
	node := g.Nodes[i]
	if node.Name == g.Output() && (i == 0 || g.Nodes[i-1].Name != node.Inputs[0]) {
		return false
	}
	g.redirect(node.Name, node.Inputs[0])
	g.Nodes = slices.Delete(g.Nodes, i, i+1)
	return true
}

// redirect lets all that reads one layer read another.
func (g *graph) redirect(from, to string) {
	for i := range g.Nodes {
		for k, in := range g.Nodes[i].Inputs {
			if in == from {
				g.Nodes[i].Inputs[k] = to
			}
		}
	}
}

// insert puts a layer at place i.
func (g *graph) insert(i int, n model.Node) { g.Nodes = slices.Insert(g.Nodes, i, n) }

// fresh is a name that no layer has.
func (g *graph) fresh(base string) string {
	name := base
	for k := 2; name == model.InputName || g.Node(name) != nil; k++ {
		name = fmt.Sprintf("%s-%d", base, k)
	}
	return name
}

// at gives value i of an array of one value, one a channel, or one a neuron of a shape.
func at(t *model.Tensor, s model.Shape, i int) float64 {
	switch len(t.Data) {
	case 1:
		return float64(t.Data[0])
	case s.Size():
		return float64(t.Data[i])
	}
	return float64(t.Data[i/(s.Size()/s.Channels())])
}

// perChannel says that an array has one value a layer or channel.
func perChannel(t *model.Tensor, s model.Shape) bool {
	return len(t.Data) == 1 || len(t.Data) == s.Channels()
}

// perNeuron spreads an array to one value a neuron.
func perNeuron(t *model.Tensor, s model.Shape) []float64 {
	out := make([]float64, s.Size())
	for i := range out {
		out[i] = at(t, s, i)
	}
	return out
}

// compact stores values, one a neuron, as one for the layer or one a channel
// where they are equal.
func compact(values []float64, s model.Shape) *model.Tensor {
	plane := s.Size() / s.Channels()
	same, channel := true, true
	for i, v := range values {
		same = same && v == values[0]
		channel = channel && v == values[i/plane*plane]
	}
	switch {
	case same:
		return model.Scalar(values[0])
	case channel:
		t := model.NewTensor(s.Channels())
		for c := range t.Data {
			t.Data[c] = float32(values[c*plane])
		}
		return t
	}
	t := model.NewTensor(s...)
	for i, v := range values {
		t.Data[i] = float32(v)
	}
	return t
}
