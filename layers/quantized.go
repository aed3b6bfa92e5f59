package layers

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/pages"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron/quantized"
	"github.com/snntrain/snntrain/quant"
)

// integers is the part of a Program that computes in a chip's integers. The
// arrays that are trained stay floats; before every run they are rounded
// (quant.Plan.Numbers) into the arrays of the graph, and gradients by these go
// straight through the rounding.
type integers struct {
	plan   *quant.Plan
	layers []*intLayer
	x      signal.Signal // the input on its grid
}

// intLayer is a synapse and its neurons.
type intLayer struct {
	*quant.Layer
	weight, bias int // slots; bias −1 without
	cell         *quantized.Cell
	shape        model.Shape
	numbers      *quant.Numbers
	order        []int32 // place in the Program's weights → place in the model's
	w, b         []float64
}

// planIntegers lays the network out for the arithmetic that its record asks for.
func (c *compiler) planIntegers(n *model.Network, o Options) error {
	if n.Record.Quantize == nil {
		return nil
	}
	if o.Arithmetic == nil {
		return fmt.Errorf("layers: the network computes in the integers of %q: Options.Arithmetic is missing", n.Record.Quantize.Target)
	}
	plan, err := quant.NewPlan(n, *o.Arithmetic, *n.Record.Quantize, true)
	if err != nil {
		return err
	}
	c.integers = &integers{plan: plan}
	for i := range plan.Layers {
		c.integers.layers = append(c.integers.layers, &intLayer{Layer: &plan.Layers[i], weight: -1, bias: -1})
	}
	return nil
}

// find is the layer with this synapse or these neurons.
func (n *integers) find(name string) *intLayer {
	if n == nil {
		return nil
	}
	for _, l := range n.layers {
		if l.Synapse == name || l.Name == name {
			return l
		}
	}
	return nil
}

// late reports whether the spikes of a layer arrive a step late.
func (n *integers) late(name string) bool {
	for _, l := range n.layers {
		if l.Source == name {
			return l.Latency > 0
		}
	}
	return false
}

// integerWeights replaces the arrays of a synapse by arrays of integers: what
// is trained lies beside them. It returns the leaf of the weights; the bias
// belongs to the neurons.
func (c *compiler) integerWeights(node model.Node, params []model.Param, order func(*model.Tensor) layout) []*autograd.Node {
	l := c.integers.find(node.Name)
	for _, p := range params {
		lay := plain(p.Tensor)
		if p.Name == "weight" {
			lay = order(p.Tensor)
			l.weight = len(c.slots)
			l.order = placesOf(lay, len(p.Tensor.Data))
		} else {
			l.bias = len(c.slots)
		}
		s := c.array(node, p, lay)
		s.rounded, s.data = s.data, pages.Make[float32](len(s.data))
	}
	return []*autograd.Node{c.slots[l.weight].node}
}

// placesOf lists for each place of the Program's array that in the model's.
func placesOf(l layout, n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		at := i
		if l.index != nil {
			at = l.index(i)
		}
		out[at] = int32(i)
	}
	return out
}

// integerNeuron makes the op of a layer of neurons in integers.
func (c *compiler) integerNeuron(node model.Node, op *model.Neuron) (autograd.Op, []*autograd.Node, error) {
	l := c.integers.find(node.Name)
	l.shape = c.shapes[node.Name]
	worth, sum := 1.0, quant.Full()
	if l.Source != quant.InputName {
		worth = 1 / l.Factor
	}
	if a := c.integers.plan.Arithmetic; a.ConvSum != nil && l.Conv != nil {
		sum = *a.ConvSum
	}
	cell, err := quantized.New(quantized.Layer{
		N: l.shape.Size(), Fires: l.Dynamics.Fires, Surrogate: op.Surrogate, Detach: op.Rules.DetachReset,
		Late: c.integers.late(node.Name), Warm: c.integers.plan.Layers[0].Latency, Worth: worth, Sum: sum,
	})
	if err != nil {
		return nil, nil, err
	}
	l.cell = cell
	out := &autograd.Neuron{Model: op.Model, Rules: op.Rules, Output: op.Output, Cell: cell}
	out.Rules.MaxSpikes = l.Rule.MaxSpikes
	if !l.Dynamics.Fires {
		out.Output = model.OutputMembrane
	}
	var leaves []*autograd.Node
	if l.bias >= 0 {
		out.Names = []string{quantized.BiasName}
		leaves = append(leaves, c.slots[l.bias].node)
	}
	return out, leaves, nil
}

// round brings weights and biases onto the grid and gives the cells their
// numbers; train says that a backward pass follows.
func (p *Program) round(train bool) {
	if p.integers == nil {
		return
	}
	for _, l := range p.integers.layers {
		l.w = grown(l.w, len(l.Weight))
		weights := &p.slots[l.weight]
		for i, at := range l.order {
			l.w[at] = float64(weights.data[i])
		}
		l.b = nil
		if l.bias >= 0 {
			l.b = grown(l.b, len(l.Bias))
			for i, v := range p.slots[l.bias].data {
				l.b[i] = float64(v)
			}
		}
		l.numbers = p.integers.plan.Numbers(l.Layer, l.w, l.b)
		for i, at := range l.order {
			weights.rounded[i] = float32(l.numbers.Weights[at])
		}
		l.set()
		l.cell.Keep = train
	}
}

func grown(s []float64, n int) []float64 {
	if len(s) != n {
		return make([]float64, n)
	}
	return s
}

// set gives the cell its numbers, channel-last.
func (l *intLayer) set() {
	n := l.shape.Size()
	numbers := quantized.Numbers{Rule: channelLastRule(l.RuleOf(l.numbers), l.shape), Exponent: l.numbers.Exponent, Unit: make([]float32, n), Theta: make([]float32, n)}
	unit := math.Ldexp(1, l.unit())
	numbers.Value = float32(1 / (l.numbers.K[0] * unit))
	order := signal.ChannelLast(l.shape)
	for i := range n {
		at := order[i]
		theta := l.Dynamics.Theta[i*len(l.Dynamics.Theta)/n]
		numbers.Theta[at] = float32(theta)
		numbers.Unit[at] = float32(l.numbers.K[i*len(l.numbers.K)/n] * unit / theta)
	}
	l.cell.Set(numbers)
}

// unit is the exponent of the potential against weights, from the current's shift.
func (l *intLayer) unit() int {
	if len(l.Rule.Currents) > 0 {
		return l.Rule.Currents[0].Shift
	}
	return 0
}

// channelLastRule spreads every parameter of a rule over the neurons, channel-last.
func channelLastRule(r *quant.Spiking, shape model.Shape) *quant.Spiking {
	out, order := *r, signal.ChannelLast(shape)
	move := func(t quant.Tensor) quant.Tensor {
		if len(t.Data) <= 1 || len(shape) != 3 {
			return t
		}
		to := make([]int32, len(order))
		for i, v := range t.Spread(shape) {
			to[order[i]] = v
		}
		return quant.NewTensor(to, len(to))
	}
	out.Leak.P, out.Bias, out.Threshold, out.Reset = move(r.Leak.P), move(r.Bias), move(r.Threshold), move(r.Reset)
	out.ResetTo, out.Initial = move(r.ResetTo), move(r.Initial)
	out.Currents = append([]quant.Current(nil), r.Currents...)
	for i := range out.Currents {
		out.Currents[i].Decay.P = move(r.Currents[i].Decay.P)
	}
	return &out
}

// through turns gradients by integers into gradients by what is trained.
func (p *Program) through() {
	if p.integers == nil {
		return
	}
	for _, l := range p.integers.layers {
		scaleBy(p.machine.Grad(p.slots[l.weight].node), l.numbers.Gain)
		if l.bias >= 0 {
			scaleBy(p.machine.Grad(p.slots[l.bias].node), l.numbers.BiasGain)
		}
	}
}

// scaleBy multiplies by one factor, or by one a channel, the last axis.
func scaleBy(g []float32, factor []float64) {
	if len(factor) == 1 {
		f := float32(factor[0])
		for i := range g {
			g[i] *= f
		}
		return
	}
	for i := range g {
		g[i] *= float32(factor[i%len(factor)])
	}
}

// onGrid is the input on the chip's grid, as whole numbers. Counts must be whole.
func (n *integers) onGrid(x *signal.Signal) (*signal.Signal, error) {
	if n == nil || x.Spiking() {
		return x, nil
	}
	in := n.plan.Input
	n.x.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	for i, v := range x.F {
		if in.Scale == 0 && v != float32(math.Trunc(float64(v))) {
			return nil, fault.Fault{Pkg: "layers", Subject: "input", Fact: fmt.Sprintf("%v is no count", v), Hint: "set quantize.input: values, and input_max"}
		}
		n.x.F[i] = float32(in.Of(v))
	}
	return &n.x, nil
}
