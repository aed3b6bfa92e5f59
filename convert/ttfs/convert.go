package ttfs

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Options say how to convert.
type Options struct {
	// Samples are shown to find the largest activation of each layer, one step each.
	Samples *signal.Signal
	// Margin is the length of a window over the largest activation, at least 1; 0 = 1.5.
	Margin float64
	// TimeBits is the number of bits of a spike's time within its window; 0 = exact times.
	TimeBits int
	// WeightBits is the number of bits, sign included, of a synapse's weight; 0 = as it is.
	WeightBits int
	Pool       *par.Pool
}

// Outcome is what became of a layer.
type Outcome string

// The outcomes.
const (
	Kept   Outcome = "kept"   // the same layer
	Folded Outcome = "folded" // into thresholds and weights, or left out
	Mapped Outcome = "mapped" // to neurons
	Added  Outcome = "added"  // neurons that the network without spikes does not have
)

// Entry is the account of one layer.
type Entry struct {
	Layer   string  `json:"layer"`
	Kind    string  `json:"kind"`
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason,omitempty"`
}

// Result is a converted network and the account of its layers.
type Result struct {
	Network *model.Network
	Layers  []Entry
}

// converter builds the new network layer by layer, and compiles it at once.
type converter struct {
	source  *model.Network
	readers map[string][]*model.Node
	c       *compiler
	net     *model.Network
	names   map[string]string          // layer of the source → layer that stands for it
	done    map[string]model.Rectifier // layers behind a pool that have been rectified before it
	shifts  []shift
	entries []Entry
}

// shift is a layer of neurons that carries any value, lowered by a constant.
type shift struct {
	before, after *model.Affine
	neurons       string
}

// Convert maps every rectifier of n to neurons that fire once. The layers
// between are kept; their constants become part of the thresholds when the
// network is run. Layers that cannot be mapped are refused, all at once.
func Convert(n *model.Network, o Options) (*Result, error) {
	if o.Margin == 0 {
		o.Margin = 1.5
	}
	if o.Samples == nil || o.Samples.B == 0 {
		return nil, fault.Fault{Pkg: "convert/ttfs", Subject: "calibration", Fact: "has no samples", Hint: "the length of a window comes from the largest activation seen"}
	}
	if !(o.Margin >= 1) {
		return nil, fault.Fault{Pkg: "convert/ttfs", Subject: "margin", Fact: fmt.Sprintf("%v is below 1", o.Margin)}
	}
	if o.WeightBits < 0 || o.WeightBits == 1 || o.WeightBits > 24 {
		return nil, fault.Fault{Pkg: "convert/ttfs", Subject: "weight bits", Fact: fmt.Sprintf("%d, expected 2 to 24, or 0 for weights as they are", o.WeightBits)}
	}
	if _, err := n.Shapes(); err != nil {
		return nil, err
	}
	if o.WeightBits > 0 {
		n = quantized(n, o.WeightBits)
	}
	if err := refused(n); err != nil {
		return nil, err
	}
	v := newConverter(n)
	if err := v.build(); err != nil {
		return nil, err
	}
	if err := v.calibrate(o); err != nil {
		return nil, err
	}
	return &Result{Network: v.net, Layers: v.entries}, nil
}

// refused lists the layers that have no form in spike times.
func refused(n *model.Network) error {
	var faults fault.List
	for _, node := range n.Nodes {
		fact := ""
		switch op := node.Op.(type) {
		case *model.Linear, *model.Conv2d, *model.Pool2d, *model.Flatten, *model.Dropout, *model.BatchNorm, *model.Add,
			*model.Scale, *model.Affine, *model.PReLU, *model.Concat, model.Router:
		case *model.Rectifier:
			if op.Func == model.Clip && !(op.Low < op.High) {
				fact = fmt.Sprintf("low %v and high %v leave one value", op.Low, op.High)
			}
		case *model.Neuron:
			fact = fmt.Sprintf("is a spiking neuron (%s); what is converted is a network without spikes", op.Model)
		case *model.FirstSpike:
			fact = "the network is converted already"
		default:
			fact = "has no form in spike times"
		}
		if fact != "" {
			faults.AddError(refuse(node, fact))
		}
	}
	return faults.Err()
}

func newConverter(n *model.Network) *converter {
	v := &converter{
		source: n, readers: map[string][]*model.Node{}, c: newCompiler(n.Input),
		net:   &model.Network{Input: n.Input, Dt: n.Dt, Record: n.Record},
		names: map[string]string{}, done: map[string]model.Rectifier{},
	}
	v.c.open = true
	for i := range n.Nodes {
		for _, in := range n.Nodes[i].Inputs {
			v.readers[in] = append(v.readers[in], &n.Nodes[i])
		}
	}
	return v
}

// build emits the layers of the new network.
func (v *converter) build() error {
	in, err := v.carry(model.InputName, model.InputName, "input", nil)
	if err != nil {
		return err
	}
	v.names[model.InputName] = in
	v.note("input.spikes", "ttfs", Added, "values of the input as spikes")
	for i := range v.source.Nodes {
		n := &v.source.Nodes[i]
		name, err := v.layer(n)
		if err != nil {
			return err
		}
		v.names[n.Name] = name
	}
	return v.finish()
}

// finish makes the layer that stands for the output the last one.
func (v *converter) finish() error {
	out := v.names[v.source.Output()]
	if out == v.net.Output() {
		return nil
	}
	_, err := v.emit(v.unused("output"), &model.Scale{Factor: model.Scalar(1)}, out)
	return err
}

// layer emits what stands for a layer and returns the name of its result.
func (v *converter) layer(n *model.Node) (string, error) {
	in := make([]string, len(n.Inputs))
	for i, name := range n.Inputs {
		in[i] = v.names[name]
	}
	switch op := n.Op.(type) {
	case *model.Dropout:
		v.note(n.Name, n.Op.Kind(), Folded, "does nothing outside training")
		return in[0], nil
	case *model.Rectifier:
		return v.rectifier(n, op, in[0])
	case *model.PReLU:
		return v.leaky(n, op.Slope, in[0])
	case *model.Pool2d:
		if op.Mode == model.PoolMax {
			return v.maxPool(n, op, in[0])
		}
	}
	v.keep(n)
	return v.copied(n, in)
}

// copied emits the layer itself.
func (v *converter) copied(n *model.Node, in []string) (string, error) {
	if err := v.c.node(model.Node{Name: n.Name, Op: n.Op, Inputs: in, Pos: n.Pos}); err != nil {
		return "", err
	}
	v.net.Nodes = append(v.net.Nodes, model.Node{Name: n.Name, Op: n.Op, Inputs: in, Pos: n.Pos})
	if r, ok := v.done[in[0]]; ok && len(in) == 1 && passes(n.Op) {
		v.done[n.Name] = r
	}
	return n.Name, nil
}

// keep notes what a layer that stays is when the network runs.
func (v *converter) keep(n *model.Node) {
	switch n.Op.(type) {
	case *model.Affine, *model.Scale, *model.BatchNorm:
		v.note(n.Name, n.Op.Kind(), Folded, "into weights and thresholds, when the network is run")
	case *model.Add:
		v.note(n.Name, n.Op.Kind(), Kept, "the neurons behind it sum all branches; delays let windows end together")
	default:
		v.note(n.Name, n.Op.Kind(), Kept, "")
	}
}

// emit adds a layer of a given name and returns the name.
func (v *converter) emit(name string, op model.Op, in ...string) (string, error) {
	n := model.Node{Name: name, Op: op, Inputs: in}
	if err := v.c.node(n); err != nil {
		return "", err
	}
	v.net.Nodes = append(v.net.Nodes, n)
	return name, nil
}

// unused returns a name that no layer has.
func (v *converter) unused(name string) string {
	for v.source.Node(name) != nil || v.net.Node(name) != nil {
		name += "_"
	}
	return name
}

func (v *converter) note(layer, kind string, outcome Outcome, reason string) {
	v.entries = append(v.entries, Entry{layer, kind, outcome, reason})
}

// passes says that an op moves values, puts zeros beside them or takes the
// largest, but changes none.
func passes(op model.Op) bool {
	switch op := op.(type) {
	case *model.Pool2d:
		return op.Mode == model.PoolMax
	case *model.Flatten, *model.Dropout, model.Router:
		return true
	}
	return false
}
