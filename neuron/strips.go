package neuron

import (
	"sync"

	"github.com/snntrain/snntrain/internal/signal"
)

// StripLanes is the width of a strip: the neurons of one word of spikes.
const StripLanes = 64

// strip is a run of lanes of all samples and steps, whose current a Synapse
// made. It stays in the cache from the sums over spikes to the gradients by their weights.
type strip struct {
	vectors
	x signal.Signal // (T, B, lanes): the current, then the gradient by it
}

// TakesSynapse implements SynapseTaker.
func (c *scan) TakesSynapse() bool { return c.fast.forward && c.fast.backward && c.spiking }

// strips calls body for every strip, its current made.
func (c *scan) strips(r *Run, spaces *sync.Pool, body func(s *strip, r *Run, lo, hi int)) {
	r.Pool.For(c.n, StripLanes, func(lo, hi int) {
		s := take[strip](spaces)
		s.at = lo
		s.x.ResetAnalog(r.X.T, r.X.B, []int{hi - lo}, false)
		r.Synapse.Currents(&s.x, lo, hi)
		mine := *r
		mine.X = &s.x
		body(s, &mine, lo, hi)
		spaces.Put(s)
	})
}

// forwardStrips is Forward.
func (c *scan) forwardStrips(r *Run) {
	c.strips(r, &c.stripped, func(s *strip, r *Run, lo, hi int) {
		for b := range r.X.B {
			s.forward(c, r, block{b, lo, hi})
		}
	})
}

// backwardStrips is Backward: dL/dX takes the place of the current.
func (c *scan) backwardStrips(r *Run) {
	c.strips(r, &c.stripped, func(s *strip, r *Run, lo, hi int) {
		r.DX = &s.x
		for b := range r.X.B {
			s.backward(c, r, block{b, lo, hi})
		}
		r.Synapse.Errors(&s.x, lo, hi)
	})
}
