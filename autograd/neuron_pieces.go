package autograd

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron"
)

// neuronPieces runs a Cell piece by piece, cut where errors do not pass: the
// whole run is one piece unless Context.Truncate says otherwise.
type neuronPieces struct {
	all     neuron.Run // of all steps
	one     neuron.Run // of one piece
	ends    []int
	inside  []State // the state at the end of every piece but the last
	views   [8]signal.Signal
	start   neuron.State
	end     neuron.State
	adjoint neuron.State
}

// cut divides the next steps.
func (p *neuronPieces) cut(c *Context, steps int) {
	p.ends = c.pieces(p.ends, steps)
	for len(p.inside) < len(p.ends)-1 {
		p.inside = append(p.inside, nil)
	}
}

// run is the run of piece i; start is the state before the first.
func (p *neuronPieces) run(i int, start State) *neuron.Run {
	p.one = p.all
	lo, hi := 0, p.ends[i]
	if i > 0 {
		lo, start = p.ends[i-1], p.inside[i-1]
	}
	p.one.Start = stateOf(&p.start, start)
	if len(p.ends) == 1 {
		return &p.one
	}
	for k, s := range []**signal.Signal{&p.one.X, &p.one.S, &p.one.V, &p.one.DS, &p.one.DV, &p.one.DX, &p.one.U, &p.one.DSof.DY} {
		if *s != nil {
			p.views[k].Window(*s, lo, hi)
			*s = &p.views[k]
		}
	}
	return &p.one
}

// stateOf makes to the arrays of s; nil for nil.
func stateOf(to *neuron.State, s State) *neuron.State {
	if s == nil {
		return nil
	}
	*to = neuron.State{V: s[0], I: s[1], P: s[2], W: s[3]}
	return to
}
