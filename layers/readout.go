package layers

import (
	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/signal"
)

// ScoresAt returns the scores that the last run would have given after its
// first t steps.
func (p *Program) ScoresAt(t int) (*signal.Signal, error) {
	out := p.Output(p.net.Output())
	op := autograd.Readout{Kind: p.readout}
	v, err := op.Forward(&autograd.Context{}, []*autograd.Value{{Signal: out.Prefix(t)}})
	if err != nil {
		return nil, err
	}
	return v.Signal, nil
}
