package quant

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// Plan is a network laid out for a target: a chain of layers, each a synapse
// and the neurons behind it. It holds everything but the numbers of the
// weights, which Layer.Numbers makes.
type Plan struct {
	Arithmetic Arithmetic
	Options    model.Quantization
	Input      Input
	Layers     []Layer
	Notes      []string // what the target computes differently, layer by layer
	Trained    bool     // the network's arrays are trained in this arithmetic: a step is a tick
}

// Layer is a synapse and its neurons.
type Layer struct {
	Name    string // of the neurons, and of the population
	Synapse string // of the linear or convolutional layer
	Source  string // population, or InputName
	From    []int  // shape of the source on the chip
	Shape   []int  // of the population
	Latency int
	Pool    int     // side of windows whose spikes are summed first; 0 = none
	Factor  float64 // what 1 that arrives stands for
	Early   int     // ticks that the bias acts before the first sample arrives, taken off where potentials may start so

	Weight []float64 // (out, …), with what was folded into it
	Bias   []float64 // (out); nil without
	Out    int       // output channels
	Conv   *Conv     // geometry without weights; nil = dense

	Dynamics Dynamics
	Rule     *Spiking // the target's, without thresholds and biases
	Grid     Grid
}

// NewPlan lays a network out, or reports everything that the target cannot
// compute, layer by layer with property and hint. trained says that the
// network is trained in the target's arithmetic: nothing is folded then.
func NewPlan(n *model.Network, a Arithmetic, o model.Quantization, trained bool) (*Plan, error) {
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	p := &planner{net: n, shapes: shapes, plan: &Plan{Arithmetic: a, Options: o, Trained: trained}}
	p.input()
	p.grid, err = a.Grid(o.Bits)
	if err != nil {
		p.refuse("network", Refusal{err.Error(), "change bits"})
	}
	if o.Per == "channel" && !a.PerNeuron {
		p.refuse("network", Refusal{"a scale for each channel", "the target has one threshold a layer: per: tensor"})
	}
	for i := range n.Nodes {
		p.node(&n.Nodes[i])
	}
	p.finish()
	if err := p.faults.Err(); err != nil {
		return nil, err
	}
	return p.plan, nil
}

type planner struct {
	net    *model.Network
	shapes map[string]model.Shape
	plan   *Plan
	grid   Grid
	faults fault.List

	last   string // the node before
	source string // the population, or input, that is read next
	from   []int  // its shape
	delay  int    // of its spikes
	pool   int
	factor float64
	late   int    // ticks from the input to the last layer
	layer  *Layer // the synapse that waits for its neurons
}

// refuse records a property of a node that the target does not have.
func (p *planner) refuse(name string, r Refusal) {
	subject, pos := fmt.Sprintf("layer %q", name), ""
	if node := p.net.Node(name); node != nil {
		pos = node.Pos
	} else {
		subject = name
	}
	fact := r.Property
	if t := p.plan.Arithmetic.Target; t != "" {
		fact = fmt.Sprintf("%s: %s cannot compute it", r.Property, t)
	}
	p.faults.Add(fault.Fault{Pkg: "quant", Subject: subject, Fact: fact, Hint: r.Hint, Pos: pos})
}

// input chooses the grid of the input.
func (p *planner) input() {
	a, o := p.plan.Arithmetic, p.plan.Options
	p.last, p.source, p.factor = model.InputName, InputName, 1
	p.from = append([]int(nil), p.net.Input...)
	if a.AsConv && len(p.from) == 1 {
		p.from = []int{p.from[0], 1, 1}
	}
	in := Input{Shape: p.from, Min: 0, Max: 1}
	switch o.Input {
	case model.InputCounts:
		in.Max = min(a.Input.Max, 255)
	case model.InputValues:
		if a.Input.Max < 2 {
			p.refuse("input", Refusal{"values that are no spikes", "encode the input as spikes: rate or latency"})
			break
		}
		in.Max = p.largest()
		in.Min = max(a.Input.Min, -in.Max)
		in.Scale = o.InputMax / float64(in.Max)
		p.factor = in.Scale
	}
	p.plan.Input = in
}

// largest is the largest input value: 2^bits − 1. Unless it is asked for, it has
// at most 8 bits, and so few that no sum of the first layer leaves the integers
// that float32 holds, and that weights of up to a fourth of the threshold use
// the whole grid: the rule knows of no weight, as they change in training.
func (p *planner) largest() int32 {
	a, bits := p.plan.Arithmetic, p.plan.Options.InputBits
	if bits > 0 {
		return min(int32(1)<<bits-1, a.Input.Max)
	}
	g, err := a.Grid(p.plan.Options.Bits)
	if err != nil {
		return 1 // reported with the grid
	}
	exact, fine := (1<<24)/(float64(p.firstFanIn())*g.most()), float64(a.Threshold.Max)/headroom/4/g.most()
	for bits = 8; bits > 1 && float64(int(1)<<bits-1) > min(exact, fine); bits-- {
	}
	return min(int32(1)<<bits-1, a.Input.Max)
}

func (p *planner) firstFanIn() int {
	for _, node := range p.net.Nodes {
		switch op := node.Op.(type) {
		case *model.Linear:
			return op.In
		case *model.Conv2d:
			return op.In / max(op.Groups, 1) * op.Kernel[0] * op.Kernel[1]
		}
	}
	return p.net.Input.Size()
}

// most is the greatest magnitude of a weight.
func (g Grid) most() float64 { return math.Max(float64(-g.Min), float64(g.Max)) * float64(g.Step) }

// node takes the next node of the chain.
func (p *planner) node(n *model.Node) {
	if len(n.Inputs) != 1 || n.Inputs[0] != p.last {
		p.refuse(n.Name, Refusal{fmt.Sprintf("reads %v", n.Inputs), "a chain of layers is quantized: no branches, sums or shortcuts"})
	}
	p.last = n.Name
	switch op := n.Op.(type) {
	case *model.Flatten, *model.Dropout:
	case *model.Linear:
		p.linear(n, op)
	case *model.Conv2d:
		p.conv(n, op)
	case *model.BatchNorm:
		p.fold(n, batchNorm(op))
	case *model.Affine:
		p.fold(n, affine{widen(op.Weight), widen(op.Bias)})
	case *model.Scale:
		p.scale(n, op)
	case *model.Pool2d:
		p.sumPool(n, op)
	case *model.Neuron:
		p.neurons(n, op)
	default:
		p.refuse(n.Name, Refusal{n.Op.Kind(), "quantize a network of linear, conv2d and spiking layers; convert one of rectifiers first"})
	}
}

// finish ends the chain: scores that are the last synapse's currents become the potentials of integrators.
func (p *planner) finish() {
	if p.layer != nil {
		p.layer.Name = p.layer.Synapse
		if p.plan.Trained {
			p.refuse(p.layer.Synapse, Refusal{"scores without neurons", "end with li, or with spiking neurons and readout sum"})
		}
		p.close(p.layer.Synapse, p.integrator())
	}
	if len(p.plan.Layers) == 0 && p.faults.Len() == 0 {
		p.refuse("network", Refusal{"no synapse", "quantize a network of linear, conv2d and spiking layers"})
	}
}

// countsOf is how many spikes a tick stand for the greatest score, on targets
// whose neurons send any number.
const countsOf = 16

// integrator is what makes scores of the last synapse's currents: potentials
// where they can be read, else spikes, one a tick for the greatest score.
func (p *planner) integrator() Dynamics {
	d := Dynamics{
		Beta: []float64{1}, Gain: []float64{1}, Bias: []float64{0}, Init: []float64{0}, Theta: []float64{1},
		Reset: model.ResetNone, Fire: model.FireAtLeast, MaxSpikes: 1, Min: math.Inf(-1),
	}
	lo, hi := p.plan.Options.Scores[0], p.plan.Options.Scores[1]
	a := p.plan.Arithmetic
	if a.Potential && !a.Counts || lo >= hi {
		return d
	}
	k := float64(max(p.plan.Options.Stretch, 1)) // a step's current comes k times
	if a.Counts {
		k *= countsOf
	}
	d.Fires, d.Reset, d.Theta = true, model.ResetSubtract, []float64{(hi - lo) / k}
	d.Gain, d.Bias = []float64{k / (hi - lo)}, []float64{-lo * k / (hi - lo)}
	return d
}

// neurons closes the waiting synapse.
func (p *planner) neurons(n *model.Node, op *model.Neuron) {
	r := &Refusals{}
	d := DynamicsOf(op, p.net.Dt, r)
	for _, x := range r.refused {
		p.refuse(n.Name, x)
	}
	if p.plan.Trained && len(op.Learn) > 0 {
		p.refuse(n.Name, Refusal{fmt.Sprintf("learned parameters %v while training in integers", op.Learn), "leave learn: out"})
	}
	if p.layer == nil {
		p.refuse(n.Name, Refusal{"neurons without a synapse before them", "put a linear or conv2d layer before"})
		return
	}
	p.layer.Name = n.Name
	p.close(n.Name, d)
}

// close completes a layer: its neurons become the source of the next.
func (p *planner) close(name string, d Dynamics) {
	l, a := p.layer, p.plan.Arithmetic
	p.layer = nil
	d.Last = name == p.net.Output()
	d.stretch(p.plan.Options.Stretch)
	l.Dynamics, l.Grid = d, p.grid
	r := &Refusals{}
	switch {
	case !d.Fires && !d.Last:
		r.Add("hands on its membrane potential", "between layers only spikes travel")
	case !d.Fires && !a.Potential:
		r.Add("its membrane potential is the output", "end with spiking neurons and readout sum")
	case d.Last && d.Delay > 0 && p.plan.Trained:
		r.Add("an output that comes a step late", "set delay: 0 in the last layer")
	case !a.Initial && !all(d.Init, 0):
		r.Add("a potential that does not start at 0", "leave v_init out; convert with method: max or percentile")
	}
	if d.Stretch > 1 && (d.Alpha != nil || !all(d.Beta, 1)) {
		r.Add("a leak or a current over more ticks than steps", "stretch networks of if neurons only; convert with output_decay: 0")
	}
	if n := len(d.Gain); n != 1 && n != l.Out {
		r.Add("thresholds or gains that differ within a channel", "share them by channel or layer")
	}
	if p.late += l.Latency; a.Initial && !p.plan.Trained && d.Alpha == nil && all(d.Beta, 1) {
		l.Early = p.late
	}
	l.Rule = a.Neuron(d, r)
	for _, x := range r.refused {
		p.refuse(name, x)
	}
	for _, note := range r.notes {
		p.plan.Notes = append(p.plan.Notes, name+": "+note)
	}
	p.plan.Layers = append(p.plan.Layers, *l)
	p.source, p.from, p.delay, p.factor, p.pool = l.Name, l.Shape, d.Delay, float64(d.Stretch), 0
}
