package layers

import (
	"fmt"
	"time"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// Program runs a compiled network: forward, loss and gradients of a batch. It
// holds its own copy of the arrays; Store writes them back. One goroutine uses
// it at a time. Any number of steps and samples fits.
type Program struct {
	net     *model.Network
	machine *autograd.Machine
	input   *autograd.Node
	given   map[string]*autograd.Node
	teacher *autograd.Node // of loss distillation
	scores  *autograd.Node
	loss    *autograd.Node // nil when compiled without one
	penalty []*autograd.Node
	readout string // the op that makes scores
	slots   []slot
	layers  []layerNode
	bptt    BPTT

	wantsInput bool // Options.InputGradient

	integers *integers // nil unless the network computes in a chip's arithmetic

	lean   int          // leanMemory
	counts []layerCount // of the spiking layers, when the last run was cut into segments
}

// BPTT says how the backward pass goes through time. Its zero value keeps
// everything of the forward pass and lets errors pass through all steps.
type BPTT struct {
	// Checkpoint is the number of steps of a segment: states are kept at the
	// borders of segments, and a segment is run forward again before the
	// backward pass goes through it. 0 = off, AutoCheckpoint = by a rule.
	Checkpoint int
	// Truncate is the number of steps between borders that no error passes
	// through the state of a neuron; 0 = none. Counted from the first step.
	Truncate int
}

// AutoCheckpoint leaves the length of segments to autograd.AutoSegment.
const AutoCheckpoint = autograd.AutoSegment

// SetBPTT changes how Step goes through time. Checkpointing changes no loss and
// no score; a gradient changes in its last bits where a sum over time is summed
// segment by segment (docs/decisions.md).
func (p *Program) SetBPTT(b BPTT) { p.bptt = b }

// slot is one array of the model in the Program.
type slot struct {
	name    string
	layout  layout
	data    []float32      // what is trained and stored
	rounded []float32      // what the graph reads instead, when it computes in integers
	node    *autograd.Node // nil for what no gradient reaches
	param   model.Param
}

// layerNode is the graph node of a layer's output.
type layerNode struct {
	name   string
	node   *autograd.Node
	neuron *autograd.Neuron // nil for other layers
}

// Param is a trainable array: change Value to train.
type Param struct {
	Name  string
	Layer string
	Value []float32
	Grad  []float32 // of the last Step; nil before the first
	Decay bool      // a weight that weight decay applies to
}

// Input is a batch.
type Input struct {
	X      *signal.Signal
	Labels []int    // needed by Step
	Keys   []uint64 // one a sample, for random streams; needed by Step when a layer draws
	Carry  bool     // the sequence of the last run goes on: from its states, with its scores
	Watch  bool     // keep membrane traces
	Lean   bool     // Infer: keep no layer's output over all steps; Output, Trace and ScoresAt have none

	Teacher *signal.Signal            // scores to come close to, one row a sample; needed by Step with loss distillation
	Given   map[string]*signal.Signal // the outputs of the layers that Options.Given names
}

// StepResult is what one training step found.
type StepResult struct {
	Loss    float64 // with Penalty
	Penalty float64
	Scores  *signal.Signal // one row a sample
}

// Step computes loss and gradients; Params holds them. It changes no parameter.
func (p *Program) Step(in Input) (StepResult, error) {
	if p.loss == nil {
		return StepResult{}, fmt.Errorf("layers: the network was compiled without a loss")
	}
	if err := p.set(in, true); err != nil {
		return StepResult{}, err
	}
	p.machine.Segment = p.bptt.Checkpoint
	if p.wantsInput { // a gradient that varies in time is one array
		p.machine.Segment = 0
	}
	if err := p.machine.Step(); err != nil {
		return StepResult{}, err
	}
	p.through()
	r := StepResult{Loss: p.machine.Value(p.loss).Scalar, Scores: p.machine.Value(p.scores).Signal}
	for _, n := range p.penalty {
		r.Penalty += p.machine.Value(n).Scalar
	}
	return r, nil
}

// leanMemory is about the memory, in bytes, of the values that a Lean run holds
// at a time: of layers that hand on 1000 values for 256 samples, 64 steps. Fewer
// are slower, for every segment reads and writes the states (784-1000-10, T =
// 25, batch 256 on an idle machine: 4.4 ms in segments of 8 steps, 3.0 whole).
const leanMemory = 64 << 20

// Infer computes the scores of a batch, one row a sample; nil for a part of a network.
func (p *Program) Infer(in Input) (*signal.Signal, error) {
	if err := p.set(in, false); err != nil {
		return nil, err
	}
	p.machine.Segment = 0
	if in.Lean {
		p.machine.Segment = p.machine.StepsIn(p.lean)
	}
	if err := p.machine.Forward(); err != nil {
		return nil, err
	}
	if p.scores == nil {
		return nil, nil
	}
	return p.machine.Value(p.scores).Signal, nil
}

// Reset ends the sequence that runs with Carry went on from: the next starts at rest.
func (p *Program) Reset() { p.machine.Reset() }

func (p *Program) set(in Input, train bool) error {
	c := &p.machine.Context
	c.Train, c.Labels, c.Keys, c.Carry, c.Watch = train, in.Labels, in.Keys, in.Carry, in.Watch
	c.Truncate = p.bptt.Truncate
	p.round(train)
	x, err := p.integers.onGrid(in.X)
	if err != nil {
		return err
	}
	p.machine.Set(p.input, &autograd.Value{Signal: x})
	if p.teacher != nil {
		p.machine.Set(p.teacher, &autograd.Value{Signal: in.Teacher})
	}
	for name, node := range p.given {
		p.machine.Set(node, &autograd.Value{Signal: in.Given[name]})
	}
	return nil
}

// SetPool says which threads to use.
func (p *Program) SetPool(pool *par.Pool) { p.machine.Context.Pool = pool }

// Params lists the trainable arrays in a fixed order.
func (p *Program) Params() []Param {
	out := make([]Param, 0, len(p.slots))
	for _, s := range p.slots {
		if !s.param.Trainable {
			continue
		}
		layer := s.name[:len(s.name)-len(s.param.Name)-1]
		out = append(out, Param{Name: s.name, Layer: layer, Value: s.data, Grad: p.machine.Grad(s.node), Decay: s.decays()})
	}
	return out
}

// decays says that the array is a weight matrix, or kernels.
func (s *slot) decays() bool {
	return (s.param.Name == "weight" || s.param.Name == neuron.RecurrentWeight) && len(s.layout.shape) > 1
}

// Gradient returns the gradient by an array, "layer.weight", of the last Step
// in the order of the model's array; nil when there is none.
func (p *Program) Gradient(name string) []float32 {
	for _, s := range p.slots {
		if s.name == name && s.param.Trainable {
			out := make([]float32, len(s.data))
			s.layout.store(out, p.machine.Grad(s.node))
			return out
		}
	}
	return nil
}

// InputGradient returns the gradient by the input that the last Step computed,
// nil unless Options.InputGradient was set.
func (p *Program) InputGradient() *signal.Signal {
	if v := p.machine.GradOf(p.input); v != nil {
		return v.Signal
	}
	return nil
}

// ForwardTime is what the forward pass of the last Step took.
func (p *Program) ForwardTime() time.Duration { return p.machine.ForwardTime() }

// Buffers lists the arrays that training changes without a gradient: running statistics.
func (p *Program) Buffers() []Param {
	var out []Param
	for _, s := range p.slots {
		if !s.param.Trainable {
			out = append(out, Param{Name: s.name, Value: s.data})
		}
	}
	return out
}

// Store writes the arrays to the network that was compiled.
func (p *Program) Store() *model.Network {
	for _, s := range p.slots {
		s.layout.store(s.param.Tensor.Data, s.data)
	}
	return p.net
}

// Load reads the arrays from the network that was compiled.
func (p *Program) Load() {
	for _, s := range p.slots {
		s.layout.load(s.data, s.param.Tensor.Data)
	}
}

// NonFinite names the first computation of the last run that gave a NaN or an infinity.
func (p *Program) NonFinite() (string, bool) { return p.machine.NonFinite() }

// Output returns the output signal of a layer in the last run, nil when it has
// none. After a run in segments it is that of one segment.
func (p *Program) Output(layer string) *signal.Signal {
	for _, l := range p.layers {
		if l.name == layer {
			return p.machine.Value(l.node).Signal
		}
	}
	return nil
}

// Spiking lists the layers whose output is spikes, in the order of computation.
func (p *Program) Spiking() []string {
	var names []string
	for _, l := range p.layers {
		if l.neuron != nil && l.neuron.Output == model.OutputSpikes {
			names = append(names, l.name)
		}
	}
	return names
}

// Trace returns the membrane potentials of a neuron layer in the last run
// with Watch, nil for other layers.
func (p *Program) Trace(layer string) *signal.Signal {
	for _, l := range p.layers {
		if l.name == layer && l.neuron != nil {
			return l.neuron.Trace()
		}
	}
	return nil
}
