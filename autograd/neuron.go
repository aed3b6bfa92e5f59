package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// Neuron runs a layer of neurons over all steps. Inputs: the current, then
// the parameters in the order of Names, whose arrays are those of the Cell.
// The connections of a recurrent layer are among them.
type Neuron struct {
	Memory
	Model      string
	Rules      model.Rules
	Recurrence model.Recurrence
	Cell       neuron.Cell
	Names      []string
	Output     model.Output

	Overwrite bool // the gradient by the current takes the place of the current

	dense, spikes, membrane, watched signal.Signal
	dx, potentials                   signal.Signal
	kept                             *signal.Signal // what Forward left of a recurrent layer for Backward
	out                              Value
	grads                            []Value
	back                             []*Value
	byName                           map[string][]float32
	pieces                           neuronPieces
}

// Key implements Op.
func (n *Neuron) Key() string {
	return fmt.Sprintf("neuron %s %+v %s %v %s", n.Model, n.Rules, n.Output, n.Names, n.Recurrence)
}

// OutShape implements Op.
func (n *Neuron) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

func (n *Neuron) adds() {}

// stateArrays is the number of arrays of a neuron.State.
const stateArrays = 4

// Forward implements Op.
func (n *Neuron) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	p := &n.pieces
	p.all = neuron.Run{Pool: c.Pool, X: n.analog(x)}
	if n.Output == model.OutputMembrane {
		n.membrane.ResetAnalog(x.T, x.B, x.Shape, false)
		p.all.V, n.out.Signal = &n.membrane, &n.membrane
	} else {
		n.out.Signal = n.resetSpikes(x)
		p.all.S = n.out.Signal
	}
	if c.Watch && p.all.V == nil {
		n.watched.ResetAnalog(x.T, x.B, x.Shape, false)
		p.all.V = &n.watched
	}
	if n.Recurrence != model.RecurrenceNone {
		n.keep(c, x, &p.all)
	}
	size := x.B * x.N()
	if err := n.checkState(size, x); err != nil {
		return nil, err
	}
	n.connect(in[0])
	p.cut(c, x.T)
	n.fill(c, in[0])
	for i := range p.ends {
		r := p.run(i, n.from())
		if i < len(p.ends)-1 {
			r.End = stateOf(&p.end, p.inside[i].resize(stateArrays, size))
		} else {
			r.End = stateOf(&p.end, n.atEnd(stateArrays, size))
		}
		n.Cell.Forward(r)
	}
	return &n.out, nil
}

// connect gives the cell the synapse that makes its current in strips, if one does.
func (n *Neuron) connect(x *Value) bool {
	if x.Synapse == nil {
		return false
	}
	n.pieces.all.Synapse = x.Synapse
	return true
}

// currentGrad is where the gradient by the current goes; one that a synapse takes has no values.
func (n *Neuron) currentGrad(x *signal.Signal) *signal.Signal {
	run, dx := &n.pieces.all, &n.dx
	switch {
	case run.Synapse != nil:
		return x
	case n.overwrites(x):
		dx = x
	default:
		dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	}
	run.DX = dx
	return dx
}

// fill has the current computed where it is not there yet: by the cell as it
// goes, or before it starts when it goes piece by piece.
func (n *Neuron) fill(c *Context, x *Value) {
	if x.Fill == nil || len(n.pieces.ends) == 1 {
		n.pieces.all.Fill = x.Fill
		return
	}
	c.Pool.For(x.Signal.T, 1, func(lo, hi int) { x.Fill(lo, hi, 0, x.Signal.B) })
}

// checkState checks that the state to start from is one of the batch.
func (n *Neuron) checkState(size int, x *signal.Signal) error {
	if s := n.from(); s != nil && len(s[0]) != size {
		return fmt.Errorf("the state is that of %d samples, the batch has %d; a sequence that goes on keeps its samples", len(s[0])/x.N(), x.B)
	}
	return nil
}

// keep gives a recurrent layer what its adjoint reads again: its spikes, and
// the potentials, in the place where the gradient by the current will be.
func (n *Neuron) keep(c *Context, x *signal.Signal, run *neuron.Run) {
	if run.S == nil {
		run.S = n.resetSpikes(x)
	}
	n.kept = nil
	if !c.Train {
		return
	}
	switch {
	case n.overwrites(x):
		n.kept = x
	case x.Const:
		n.kept = &n.potentials
	default:
		n.kept = &n.dx
	}
	if n.kept != x {
		n.kept.ResetAnalog(x.T, x.B, x.Shape, false)
	}
	run.U = n.kept
}

// overwrites says that values of the layer's own may take the place of the current.
func (n *Neuron) overwrites(x *signal.Signal) bool {
	return n.Overwrite && !x.Spiking() && !x.Const
}

// resetSpikes prepares the output: bits, or counts when several spikes fit in a step.
func (n *Neuron) resetSpikes(x *signal.Signal) *signal.Signal {
	if n.Rules.MaxSpikes == 1 {
		n.spikes.ResetWords(x.T, x.B, x.Shape, false) // a cell writes them all
	} else {
		n.spikes.ResetAnalog(x.T, x.B, x.Shape, false)
		clear(n.spikes.F)
	}
	return &n.spikes
}

// analog returns the input current as floats.
func (n *Neuron) analog(x *signal.Signal) *signal.Signal {
	if !x.Spiking() {
		return x
	}
	n.dense.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	x.Dense(n.dense.F)
	return &n.dense
}

// Trace returns the membrane potentials of the last Forward when Context.Watch was set.
func (n *Neuron) Trace() *signal.Signal {
	if n.Output == model.OutputMembrane {
		return &n.membrane
	}
	return &n.watched
}

// Backward implements Op.
func (n *Neuron) Backward(c *Context, in []*Value, _, grad *Value, need []bool) ([]*Value, error) {
	x := in[0].Signal
	p := &n.pieces
	p.all = neuron.Run{Pool: c.Pool, X: n.analog(x), Grads: n.paramGrads(c, in, need), Add: c.Span.goesOn(), U: n.kept}
	if n.Recurrence != model.RecurrenceNone {
		p.all.S = &n.spikes
	}
	if n.Output == model.OutputMembrane {
		p.all.DV = grad.Signal
	} else {
		p.all.DS = grad.Signal
		if grad.Product.DY != nil {
			p.all.DS, p.all.DSof = nil, grad.Product
		}
	}
	if n.connect(in[0]) {
		in[0].Synapse.beginErrors(c, need[0])
	}
	if need[0] {
		n.grads[0].Signal = n.currentGrad(x)
		n.back[0] = &n.grads[0]
	}
	adjoint := n.adjoints(stateArrays, x.B*x.N())
	for i := len(p.ends) - 1; i >= 0; i-- {
		if c.cut(c.Span.at() + p.ends[i]) {
			adjoint.clear()
		}
		r := p.run(i, n.from())
		r.DEnd = stateOf(&p.adjoint, adjoint)
		n.Cell.Backward(r)
		p.all.Add = true
	}
	return n.back, nil
}

// paramGrads returns the arrays that the gradients by the parameters are added to.
func (n *Neuron) paramGrads(c *Context, in []*Value, need []bool) map[string][]float32 {
	if n.grads == nil {
		n.grads, n.back, n.byName = make([]Value, len(in)), make([]*Value, len(in)), map[string][]float32{}
	}
	for i, name := range n.Names {
		if !need[i+1] {
			continue
		}
		g := grow(n.byName[name], len(in[i+1].Param))
		if !c.Span.goesOn() {
			clear(g)
		}
		n.byName[name], n.grads[i+1].Param = g, g
		n.back[i+1] = &n.grads[i+1]
	}
	return n.byName
}
