package lava

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// maxTimeBits bounds the ticks of a window: with more, no slope of 2 fits the potential.
const maxTimeBits = 14

func timedFault(n *model.Node, target, fact, hint string) error {
	fact = fmt.Sprintf("%s: first spike times on %s cannot express it", fact, target)
	return fault.Fault{Pkg: "chip/lava", Subject: fmt.Sprintf("layer %q (%s)", n.Name, n.Op.Kind()), Fact: fact, Hint: hint, Pos: n.Pos}
}

// refuseTimed lists all layers that have no form, without computing anything.
func refuseTimed(n *model.Network, target string, bits int) error {
	w := timedWalk{target: target, bits: bits, last: model.InputName}
	for i := range n.Nodes {
		w.node(&n.Nodes[i])
	}
	if w.faults.Len() == 0 && w.synapses == 0 {
		w.faults.Add(fault.Fault{Pkg: "chip/lava", Subject: "network", Fact: "has no synapse", Hint: "convert a network of linear, conv2d and relu layers"})
	}
	return w.faults.Err()
}

// timedWalk is what refuseTimed knows of the layers before.
type timedWalk struct {
	target   string
	bits     int
	last     string // the layer before
	waits    string // the synapse that has no neurons yet
	spikes   bool   // the input has become spikes
	synapses int
	faults   fault.List
}

func (w *timedWalk) refuse(n *model.Node, fact, hint string) {
	w.faults.AddError(timedFault(n, w.target, fact, hint))
}

func (w *timedWalk) node(n *model.Node) {
	if len(n.Inputs) != 1 || n.Inputs[0] != w.last {
		w.refuse(n, fmt.Sprintf("reads %v, whose windows end at different times", n.Inputs), "a chain of layers is possible: no branches, sums or shortcuts")
	}
	w.last = n.Name
	switch op := n.Op.(type) {
	case *model.Dropout, *model.Flatten, *model.Reshape, *model.Affine, *model.Scale, *model.BatchNorm:
	case *model.Linear, *model.Conv2d:
		w.synapse(n)
	case *model.FirstSpike:
		w.neurons(n, op)
	case *model.Pool2d:
		w.pool(n, op)
	case *model.Add, *model.Concat:
		w.refuse(n, "joins branches", "a chain of layers is possible: no branches, sums or shortcuts")
	case *model.Neuron:
		w.refuse(n, fmt.Sprintf("a spiking neuron (%s) that fires more than once", op.Model), "convert a network without spikes")
	default:
		w.refuse(n, n.Op.Kind(), "a chain of linear, conv2d and relu layers is possible")
	}
}

func (w *timedWalk) synapse(n *model.Node) {
	switch {
	case !w.spikes:
		w.refuse(n, "reads values that are no spikes", "")
	case w.waits != "":
		w.refuse(n, fmt.Sprintf("follows %q without neurons between", w.waits), "put a relu between two synapses, or multiply them out")
	}
	w.waits = n.Name
	w.synapses++
}

func (w *timedWalk) neurons(n *model.Node, op *model.FirstSpike) {
	bits := op.TimeBits
	if w.bits > 0 {
		bits = w.bits
	}
	switch {
	case w.spikes && w.waits == "":
		w.refuse(n, "neurons without a synapse before them", "put a linear or conv2d layer before")
	case bits == 0:
		w.refuse(n, "spikes at any time", "a tick is the grid: quantize --time-bits 6, or convert with time_bits: 6")
	case bits > maxTimeBits:
		w.refuse(n, fmt.Sprintf("times of %d bits", bits), fmt.Sprintf("1 to %d are possible", maxTimeBits))
	}
	w.spikes, w.waits = true, ""
}

func (w *timedWalk) pool(n *model.Node, op *model.Pool2d) {
	sums := op.Mode == model.PoolAvg || op.Mode == model.PoolSum
	switch {
	case !w.spikes || w.waits != "":
		w.refuse(n, op.Kind()+" of values that are no spikes", "put it behind the relu")
	case !sums && op.Mode != model.PoolMax:
		w.refuse(n, op.Kind(), "use max-pool, avg-pool, or a convolution with a stride")
	case sums && (op.Stride != op.Size || op.Padding != [2]int{} || op.Extra != [2]int{} || max(op.Dilation[0], op.Dilation[1]) > 1):
		w.refuse(n, fmt.Sprintf("%s of %v with stride %v", op.Kind(), op.Size, op.Stride), "sum windows side by side, without padding")
	}
}
