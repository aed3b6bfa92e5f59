package autograd

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/snntrain/snntrain/model"
)

// base gives the three node kinds (forward, adjoint, pick) what Gorgonia asks
// of every op. Each instance has its own serial number in its hash, so no two
// nodes are ever merged.
type base struct {
	name   string
	serial int
	arity  int
	shape  tensor.Shape
}

func (b *base) Arity() int { return b.arity }

// Type is a function from anything to a tensor, or number, of the known shape.
func (b *base) Type() hm.Type {
	types := make([]hm.Type, 0, b.arity+1)
	for i := range b.arity {
		types = append(types, hm.TypeVariable(rune('c'+i)))
	}
	return hm.NewFnType(append(types, typeOf(b.shape))...)
}

func typeOf(s tensor.Shape) hm.Type {
	if len(s) == 0 {
		return tensor.Float32
	}
	return gorgonia.TensorType{Dims: len(s), Of: tensor.Float32}
}

func (b *base) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) { return b.shape, nil }

// Do is not used: Machine runs the ops.
func (b *base) Do(...gorgonia.Value) (gorgonia.Value, error) {
	return nil, fmt.Errorf("autograd: %s runs on autograd.Machine only", b.name)
}
func (b *base) ReturnsPtr() bool     { return true }
func (b *base) CallsExtern() bool    { return false }
func (b *base) OverwritesInput() int { return -1 }
func (b *base) String() string       { return b.name }

func (b *base) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s#%d", b.name, b.serial) }

func (b *base) Hashcode() uint32 {
	h := fnv.New32a()
	b.WriteHash(h)
	return h.Sum32()
}

// forwardOp is an Op on the graph.
type forwardOp struct {
	base
	op    Op
	graph *Graph
	need  []bool // which inputs depend on something learnable
}

// DiffWRT implements gorgonia.SDOp: no gradient is computed for an input that nothing learnable feeds.
func (f *forwardOp) DiffWRT(int) []bool { return f.need }

// SymDiff implements gorgonia.SDOp: one adjoint node, and one node to pick each input's gradient from it.
func (f *forwardOp) SymDiff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	adjoint := &adjointOp{base: f.graph.base("adjoint "+f.name, len(in)+2, out.Shape()), of: f}
	all, err := gorgonia.ApplyOp(adjoint, append(gorgonia.Nodes{grad, out}, in...)...)
	if err != nil {
		return nil, err
	}
	grads := make(gorgonia.Nodes, len(in))
	for i, need := range f.need {
		if !need {
			continue
		}
		pick := &pickOp{base: f.graph.base(fmt.Sprintf("gradient %d of %s", i, f.name), 1, in[i].Shape()), index: i}
		if grads[i], err = gorgonia.ApplyOp(pick, all); err != nil {
			return nil, err
		}
	}
	return grads, nil
}

// adjointOp calls Op.Backward once for all inputs.
type adjointOp struct {
	base
	of     *forwardOp
	out    Value
	totals []Value // sums over segments
	parts  []*Value
}

// pickOp hands on one input's gradient.
type pickOp struct {
	base
	index int
}

// sourceOp is a node whose value the machine is given: the seed gradient 1.
type sourceOp struct{ base }

func toTensor(s model.Shape) tensor.Shape { return append(tensor.Shape{}, s...) }

func toModel(s tensor.Shape) model.Shape { return append(model.Shape{}, s...) }
