package convert

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// Cell is what a conversion decides about the neurons that stand for one
// activation. Arrays hold one value, or one a channel.
type Cell struct {
	Threshold *model.Tensor // θ, in units of the activation; what a spike is worth
	Initial   *model.Tensor // v before the first step, in the same units; nil = 0
	Bias      *model.Tensor // added to the current in every step; nil = 0
}

// builder makes a spiking network of a canonical one. A layer of the spiking
// network has the name of the layer it stands for; its values times its worth
// are those of that layer.
type builder struct {
	from   *model.Network
	shapes map[string]model.Shape
	stages map[string]Stage
	cells  map[string]*Cell
	out    *model.Network
	worth  map[string]*model.Tensor // nil = 1
}

// Build returns the spiking network of a canonical one: ReLU → integrate-and-fire
// neurons with soft reset, max-pool → gated pool. With spikes s of threshold θ
// a synapse W reads W·(θs), so θ goes into the weights that read a spike: W ← Wθ.
// Where no synapse stands between a spike and a sum, as in an identity
// shortcut, a scale layer multiplies by θ, which matches the scales.
func Build(n *model.Network, stages []Stage, cells map[string]*Cell) (*model.Network, error) {
	b, err := build(n, stages, cells)
	if err != nil {
		return nil, err
	}
	return b.out, nil
}

func build(n *model.Network, stages []Stage, cells map[string]*Cell) (*builder, error) {
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	b := &builder{
		from: n, shapes: shapes, stages: map[string]Stage{}, cells: cells, worth: map[string]*model.Tensor{},
		out: &model.Network{Input: n.Input, Dt: 1, Record: n.Record},
	}
	b.out.Record.Readout = "mean"
	for _, s := range stages {
		b.stages[s.Name] = s
	}
	last := stages[len(stages)-1].Name
	for _, node := range n.Nodes {
		if err := b.node(node); err != nil {
			return nil, err
		}
		if node.Name == last {
			break
		}
	}
	if w := b.worth[last]; w != nil {
		b.scaled(last)
	}
	return b, nil
}

// add appends a layer.
func (b *builder) add(name string, op model.Op, inputs []string, worth *model.Tensor) {
	b.out.Nodes = append(b.out.Nodes, model.Node{Name: name, Op: op, Inputs: inputs})
	b.worth[name] = worth
}

// node adds what stands for one layer.
func (b *builder) node(node model.Node) error {
	in := b.worth[node.Inputs[0]]
	shape := b.shapes[node.Inputs[0]]
	switch op := node.Op.(type) {
	case *model.Linear:
		if in == nil {
			b.add(node.Name, op, node.Inputs, nil)
		} else {
			b.add(node.Name, linearAfter(op, timesWorth(in), shape), node.Inputs, nil)
		}
	case *model.Conv2d:
		switch {
		case in == nil:
			b.add(node.Name, op, node.Inputs, nil)
		case perChannel(in, shape):
			b.add(node.Name, conv2dAfter(op, timesWorth(in), shape, model.Scalar(0), true, b.shapes[node.Name]), node.Inputs, nil)
		default:
			b.add(node.Name, op, []string{b.scaled(node.Inputs[0])}, nil)
		}
	case *model.Affine:
		w := op.Weight
		if in != nil {
			w = product(op.Weight, in, shape)
		}
		b.add(node.Name, &model.Affine{Weight: w, Bias: op.Bias}, node.Inputs, nil)
	case *model.Rectifier, *model.QCFS:
		return b.neuron(node)
	case *model.Pool2d:
		b.pool(node, op)
	case *model.Add:
		b.sum(node)
	case *model.Concat:
		b.concat(node, op)
	case *model.Flatten, model.Router:
		b.moved(node)
	default:
		return fault.Fault{Pkg: "convert", Subject: fmt.Sprintf("layer %q", node.Name), Fact: node.Op.Kind() + " cannot be converted", Hint: "convert a network of ReLUs"}
	}
	return nil
}

func timesWorth(w *model.Tensor) *model.Affine {
	return &model.Affine{Weight: w, Bias: model.Scalar(0)}
}

// product multiplies two arrays of one value, one a channel or one a neuron.
func product(a, b *model.Tensor, s model.Shape) *model.Tensor {
	values := perNeuron(a, s)
	for i := range values {
		values[i] *= at(b, s, i)
	}
	return compact(values, s)
}

// scaled adds a layer that makes spikes worth 1, and returns its name.
func (b *builder) scaled(name string) string {
	to := name + ".scale"
	if b.out.Node(to) == nil {
		b.add(to, &model.Scale{Factor: b.worth[name]}, []string{name}, nil)
	}
	return to
}

// plain returns a layer with the values of name, worth 1.
func (b *builder) plain(name string) string {
	if b.worth[name] == nil {
		return name
	}
	return b.scaled(name)
}

// neuron adds the neurons of an activation.
func (b *builder) neuron(node model.Node) error {
	s, ok := b.stages[node.Name]
	if !ok {
		return fmt.Errorf("convert: layer %q: is no stage", node.Name)
	}
	cell := b.cells[s.Name]
	if cell == nil {
		cell = &Cell{Threshold: model.Scalar(1)}
	}
	op, err := integrateAndFire(cell)
	if err != nil {
		return err
	}
	b.add(node.Name, op, []string{b.plain(node.Inputs[0])}, cell.Threshold)
	return nil
}

// integrateAndFire is a layer of neurons without leak, of binary spikes and
// soft reset: v ← v + I + bias; a spike where v ≥ θ, then v ← v − θ.
func integrateAndFire(c *Cell) (*model.Neuron, error) {
	kind, err := neuron.Builtin().Get("if")
	if err != nil {
		return nil, err
	}
	rules := kind.Rules
	rules.Fire, rules.Reset, rules.ResetAt, rules.MaxSpikes = model.FireAtLeast, model.ResetSubtract, model.ResetAtSpike, 1
	op := &model.Neuron{
		Model: "if", Rules: rules, Output: model.OutputSpikes, Surrogate: surrogateFor(c.Threshold),
		Values: map[string]*model.Tensor{"threshold": c.Threshold},
	}
	if c.Initial != nil {
		op.Values["v_init"] = c.Initial
	}
	if c.Bias != nil {
		op.Values["bias"] = c.Bias
	}
	return op, nil
}

// surrogateFor is a derivative of 1/θ for a potential between θ/2 and 3θ/2, θ
// the mean of the layer's thresholds: what a constant input adds to the number
// of spikes is then right on average.
func surrogateFor(threshold *model.Tensor) model.SurrogateSpec {
	mean := 0.0
	for _, v := range threshold.Data {
		mean += float64(v) / float64(len(threshold.Data))
	}
	return model.SurrogateSpec{Kind: "boxcar", Params: map[string]float64{"width": mean, "height": 1 / mean}}
}

// pool adds a pool: the average of spikes as it is, the maximum gated.
func (b *builder) pool(node model.Node, op *model.Pool2d) {
	in, worth := node.Inputs[0], b.worth[node.Inputs[0]]
	if worth != nil && !perChannel(worth, b.shapes[in]) {
		in, worth = b.scaled(in), nil
	}
	if op.Mode == model.PoolMax {
		gated := *op
		gated.Mode = model.PoolGated
		op = &gated
	}
	b.add(node.Name, op, []string{in}, worth)
}

// sum adds a sum of what is worth 1.
func (b *builder) sum(node model.Node) {
	var in []string
	for _, name := range node.Inputs {
		in = append(in, b.plain(name))
	}
	b.add(node.Name, node.Op, in, nil)
}

// concat joins values with their worths; along height or width these must be equal.
func (b *builder) concat(node model.Node, op *model.Concat) {
	var values []float32
	known := op.Axis == 0
	for _, name := range node.Inputs {
		s, w := b.shapes[name], b.worth[name]
		known = known && (w == nil || perChannel(w, s))
		for c := range s.Channels() {
			v := float32(1)
			if known && w != nil {
				v = float32(at(w, s, c*(s.Size()/s.Channels())))
			}
			values = append(values, v)
		}
	}
	if !known {
		b.sum(node)
		return
	}
	worth := &model.Tensor{Shape: []int{len(values)}, Data: values}
	if isOne(worth) {
		worth = nil
	}
	b.add(node.Name, op, node.Inputs, worth)
}

// moved adds a layer that moves values; their worths move along.
func (b *builder) moved(node model.Node) {
	worth, in, out := b.worth[node.Inputs[0]], b.shapes[node.Inputs[0]], b.shapes[node.Name]
	if worth != nil {
		switch op := node.Op.(type) {
		case *model.Flatten:
			worth = compact(perNeuron(worth, in), out)
		case model.Router:
			worth = pastRoute(op, timesWorth(worth), in, out).Weight
		}
	}
	b.add(node.Name, node.Op, node.Inputs, worth)
}
