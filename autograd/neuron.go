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
	start, end                       *neuron.State
	out                              Value
	grads                            []Value
	back                             []*Value
	byName                           map[string][]float32
}

// Key implements Op.
func (n *Neuron) Key() string {
	return fmt.Sprintf("neuron %s %+v %s %v %s", n.Model, n.Rules, n.Output, n.Names, n.Recurrence)
}

// OutShape implements Op.
func (n *Neuron) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

// Forward implements Op.
func (n *Neuron) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	run := neuron.Run{Pool: c.Pool, X: n.analog(x)}
	n.carry(c, x, &run)
	if n.Output == model.OutputMembrane {
		n.membrane.ResetAnalog(x.T, x.B, x.Shape, false)
		run.V, n.out.Signal = &n.membrane, &n.membrane
	} else {
		n.out.Signal = n.resetSpikes(x)
		run.S = n.out.Signal
	}
	if c.Watch && run.V == nil {
		n.watched.ResetAnalog(x.T, x.B, x.Shape, false)
		run.V = &n.watched
	}
	if n.Recurrence != model.RecurrenceNone {
		n.keep(c, x, &run)
	}
	n.Cell.Forward(&run)
	return &n.out, nil
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
	n.kept = &n.dx
	if x.Const {
		n.kept = &n.potentials
	}
	n.kept.ResetAnalog(x.T, x.B, x.Shape, false)
	run.U = n.kept
}

// resetSpikes prepares the output: bits, or counts when several spikes fit in a step.
func (n *Neuron) resetSpikes(x *signal.Signal) *signal.Signal {
	if n.Rules.MaxSpikes == 1 {
		n.spikes.ResetSpikes(x.T, x.B, x.Shape, false)
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

// carry sets the state to start from: that of the last run's end, or none.
func (n *Neuron) carry(c *Context, x *signal.Signal, run *neuron.Run) {
	if !c.Carry {
		n.start, n.end = nil, nil
		return
	}
	n.start = n.end
	n.end = neuron.NewState(x.B, x.N())
	run.Start, run.End = n.start, n.end
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
	if n.grads == nil {
		n.grads, n.byName = make([]Value, len(in)), map[string][]float32{}
	}
	if n.back == nil {
		n.back = make([]*Value, len(in))
	}
	back := n.back
	for i, name := range n.Names {
		if need[i+1] {
			g := grow(n.byName[name], len(in[i+1].Param))
			clear(g)
			n.byName[name], n.grads[i+1].Param = g, g
			back[i+1] = &n.grads[i+1]
		}
	}
	run := neuron.Run{Pool: c.Pool, X: n.analog(x), Start: n.start, Grads: n.byName, U: n.kept}
	if n.Recurrence != model.RecurrenceNone {
		run.S = &n.spikes
	}
	if n.Output == model.OutputMembrane {
		run.DV = grad.Signal
	} else {
		run.DS = grad.Signal
	}
	if need[0] {
		dx := &n.dx
		if n.Overwrite && !x.Spiking() && !x.Const {
			dx = x
		} else {
			dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
		}
		run.DX, n.grads[0].Signal = dx, dx
		back[0] = &n.grads[0]
	}
	n.Cell.Backward(&run)
	return back, nil
}
