package layers

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/pages"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
	"github.com/snntrain/snntrain/quant"
)

// Options say what to compile besides the network itself.
type Options struct {
	Loss    *Loss  // nil = no training
	Readout string // how scores are read when there is no loss; "" = what the network's record says
	Pool    *par.Pool

	InputGradient bool // Step computes the gradient by the input as well, of the whole sequence at once

	// Arithmetic is that of the target which the network's record names, when it
	// computes in integers (model.Record.Quantize).
	Arithmetic *quant.Arithmetic

	// Part compiles the layers that Part depends on, no readout: Output(Part) is
	// the result. Layers in Given are not computed, Input.Given holds their outputs.
	Part  string
	Given []string
}

// compiler puts a network on a graph.
type compiler struct {
	*Program
	graph  *autograd.Graph
	rated  bool // there is a penalty on firing rates
	shapes map[string]model.Shape
	nodes  map[string]*autograd.Node
	pools  map[string]model.Node // convolution → the max-pool that is part of its op

	linears map[string]*autograd.Linear // by layer
}

// Compile makes a Program of a network. Faults of the network are reported all at once.
func Compile(n *model.Network, o Options) (*Program, error) {
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	if o.Part != "" {
		n = partOf(n, o)
	}
	c := &compiler{Program: &Program{net: n, lean: leanMemory}, graph: autograd.NewGraph(), shapes: shapes, pools: poolOf(n), linears: map[string]*autograd.Linear{}}
	if err := c.planIntegers(n, o); err != nil {
		return nil, err
	}
	c.input = c.graph.Input(model.InputName, n.Input)
	c.rated = o.Loss != nil && len(o.Loss.Rates) > 0
	if o.InputGradient {
		c.graph.WantGradient(c.input)
		c.wantsInput = true
	}
	c.nodes = map[string]*autograd.Node{model.InputName: c.input}
	c.give(o.Given)
	var faults fault.List
	for _, node := range n.Nodes {
		if err := c.layer(node); err != nil {
			faults.Add(fault.Fault{Pkg: "layers", Subject: fmt.Sprintf("layer %q", node.Name), Fact: err.Error(), Pos: node.Pos})
			break // what follows would only repeat it
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	var targets []*autograd.Node
	if o.Part == "" {
		if err := c.head(o); err != nil {
			return nil, err
		}
		targets = append(targets, c.scores)
	}
	for _, l := range c.layers {
		targets = append(targets, l.node)
	}
	if c.machine, err = c.graph.Compile(c.loss, targets...); err != nil {
		return nil, err
	}
	c.machine.Observe = c.observe
	c.SetPool(o.Pool)
	c.Load()
	return c.Program, nil
}

// layer adds the graph node of a layer.
func (c *compiler) layer(node model.Node) error {
	in := make([]*autograd.Node, len(node.Inputs))
	for i, name := range node.Inputs {
		in[i] = c.nodes[name]
	}
	if c.nodes[node.Name] != nil { // a pool that a convolution computed
		c.layers = append(c.layers, layerNode{node.Name, c.nodes[node.Name], nil})
		return nil
	}
	op, params, err := c.lower(node)
	if err != nil {
		return err
	}
	in = append(in, params...)
	out, err := c.graph.Apply(node.Name, op, in...)
	if err != nil {
		return err
	}
	if pool, ok := c.pools[node.Name]; ok {
		c.nodes[pool.Name] = out
		return nil
	}
	cells, _ := op.(*autograd.Neuron)
	if cells != nil {
		cells.Overwrite = c.alone(node.Inputs[0])
		c.fuse(cells, node.Inputs[0])
	}
	if linear, ok := op.(*autograd.Linear); ok {
		linear.Product = c.takesProduct(node.Inputs[0])
		c.linears[node.Name] = linear
	}
	c.nodes[node.Name] = out
	c.layers = append(c.layers, layerNode{node.Name, out, cells})
	return nil
}

// alone says that a layer's output is its own, not another layer's seen
// differently, and that one layer reads it: then that one may overwrite it.
func (c *compiler) alone(name string) bool {
	layer := c.net.Node(name)
	if layer == nil {
		return false
	}
	switch layer.Op.(type) {
	case *model.Linear, *model.Conv2d, *model.BatchNorm:
	default:
		return false
	}
	return c.readers(name) == 1
}

// readers is the number of layers that read a layer's output.
func (c *compiler) readers(name string) int {
	count := 0
	for _, n := range c.net.Nodes {
		for _, in := range n.Inputs {
			if in == name {
				count++
			}
		}
	}
	return count
}

// fuse has a linear layer computed in parts by the neurons that alone read it.
func (c *compiler) fuse(cells *autograd.Neuron, input string) {
	linear := c.linears[input]
	if linear == nil || !c.alone(input) {
		return
	}
	if filler, ok := cells.Cell.(neuron.InputFiller); ok {
		linear.Late = filler.FillsInput()
	}
	if taker, ok := cells.Cell.(neuron.SynapseTaker); ok {
		linear.Strips = taker.TakesSynapse() && !c.wantsInput && c.net.Node(input).Inputs[0] == model.InputName
	}
}

// takesProduct says that a layer takes the gradient by its output as a product:
// no other gradient is added to it, and its neurons know how.
func (c *compiler) takesProduct(name string) bool {
	if c.rated || c.readers(name) != 1 {
		return false
	}
	for _, l := range c.layers {
		if l.name == name && l.neuron != nil && l.neuron.Output == model.OutputSpikes {
			taker, ok := l.neuron.Cell.(neuron.ProductTaker)
			return ok && taker.TakesProducts()
		}
	}
	return false
}

// lower returns the op of a layer and the leaves of its parameters.
func (c *compiler) lower(node model.Node) (autograd.Op, []*autograd.Node, error) {
	switch op := node.Op.(type) {
	case *model.Linear:
		return &autograd.Linear{}, c.weights(node, op.Params(), transposed), nil
	case *model.Conv2d:
		out, conv := c.conv2d(node, op)
		conv.Kernel, conv.Stride, conv.Padding, conv.Dilation, conv.Groups = op.Kernel, op.Stride, op.Padding, op.Dilation, op.Groups
		return out, c.weights(node, op.Params(), kernelLast), nil
	case *model.Pool2d:
		if op.Mode == model.PoolGated {
			pool := &autograd.GatedPool{Pool2d: autograd.Pool2d{Pool2d: *op}}
			pool.Mode = model.PoolMax
			return pool, nil, nil
		}
		return &autograd.Pool2d{Pool2d: *op}, nil, nil
	case *model.Flatten:
		return &autograd.Flatten{}, nil, nil
	case *model.Dropout:
		return &autograd.Dropout{Name: node.Name, P: op.P}, nil, nil
	case *model.Add:
		return &autograd.Add{}, nil, nil
	case *model.Scale:
		return &autograd.Scale{}, c.perNeuronLeaves(node), nil
	case *model.Delay:
		return c.delay(node, op), nil, nil
	case *model.Affine:
		return &autograd.Affine{}, c.perNeuronLeaves(node), nil
	case *model.QCFS:
		return &autograd.QCFS{Levels: op.Levels}, c.perNeuronLeaves(node), nil
	case *model.PReLU:
		return &autograd.PReLU{}, c.perNeuronLeaves(node), nil
	case *model.Rectifier:
		return &autograd.Rectifier{Rectifier: *op}, nil, nil
	case *model.FirstSpike: // its values, in single precision; convert/ttfs computes with times
		if op.TimeBits > 0 {
			return nil, nil, fmt.Errorf("times of %d bits are for the simulation of spike times, not for the graph", op.TimeBits)
		}
		return &autograd.Rectifier{Rectifier: model.Rectifier{Func: model.Clip, High: op.Window()}}, nil, nil
	case *model.Concat:
		return &autograd.Concat{Axis: op.Axis}, nil, nil
	case model.Router:
		route, err := c.route(node, op)
		return route, nil, err
	case *model.BatchNorm:
		return c.batchNorm(node, op)
	case *model.Neuron:
		return c.neuron(node, op)
	}
	return nil, nil, fmt.Errorf("kind %q cannot be compiled", node.Op.Kind())
}

// conv2d is the op of a convolution: with the pooling behind it, or one for a
// channel a group, or a plain one. The second result is where it keeps its attributes.
func (c *compiler) conv2d(node model.Node, op *model.Conv2d) (autograd.Op, *autograd.Conv2d) {
	if pool, ok := c.pools[node.Name]; ok {
		conv := &autograd.Conv2d{Pool: pool.Op.(*model.Pool2d)}
		return conv, conv
	}
	if op.Groups > 1 && op.Groups == op.In && op.Groups == op.Out {
		d := &autograd.Depthwise{}
		return d, &d.Conv2d
	}
	conv := &autograd.Conv2d{}
	return conv, conv
}

// weights adds the leaves of weight and bias.
func (c *compiler) weights(node model.Node, params []model.Param, order func(*model.Tensor) layout) []*autograd.Node {
	if c.integers != nil {
		return c.integerWeights(node, params, order)
	}
	var leaves []*autograd.Node
	for _, p := range params {
		l := plain(p.Tensor)
		if p.Name == "weight" {
			l = order(p.Tensor)
		}
		leaves = append(leaves, c.array(node, p, l).node)
	}
	return leaves
}

// array gives an array of the model a place in the Program and a leaf in the graph.
func (c *compiler) array(node model.Node, p model.Param, l layout) *slot {
	data := pages.Make[float32](len(p.Tensor.Data))
	s := slot{name: node.Name + "." + p.Name, layout: l, data: data, param: p}
	dense := tensor.New(tensor.WithShape(l.shape...), tensor.WithBacking(data))
	s.node = c.graph.Param(s.name, dense, p.Trainable)
	c.slots = append(c.slots, s)
	return &c.slots[len(c.slots)-1]
}

func (c *compiler) batchNorm(node model.Node, op *model.BatchNorm) (autograd.Op, []*autograd.Node, error) {
	var data [4][]float32
	var leaves []*autograd.Node
	for i, p := range op.Params() {
		s := c.array(node, p, plain(p.Tensor))
		data[i] = s.data
		if p.Trainable {
			leaves = append(leaves, s.node)
		}
	}
	return &autograd.BatchNorm{
		Eps: op.Eps, Momentum: op.Momentum, StepByStep: op.Over == "step", Mean: data[2], Var: data[3],
	}, leaves, nil
}
