package neuron

import (
	"fmt"
	"math/bits"
	"sync"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// The arrays of the connections of a layer to itself, in Layer.Values.
const (
	RecurrentWeight = "recurrent.weight" // dense: (pre, post); one-to-one: (N)
	RecurrentBias   = "recurrent.bias"   // (N)
)

// recurrent is a scan whose spikes come back to it one step late:
//
//	x_t = input_t + b + Σ_pre W[pre, :]·s_{t−1}[pre]    dense
//	x_t = input_t + b + w·s_{t−1}                        one-to-one
//
// s are the spikes as they are decided, before Rules.Delay: what comes back at
// t was decided at t−1. snnTorch's RLeaky and RSynaptic, Norse's recurrent
// cells, Sinabs' rec_connect, Rockpool's has_rec and Spyx' RLIF all say this.
//
// Samples step together in groups, so that what is read of W serves all of
// them. A group's borders change no bit: samples share nothing but W, and sums
// over time and batch are made afterwards.
type recurrent struct {
	*scan
	dense        bool
	weight, bias []float32

	turned  []float32     // W (post, pre): a row of errors times it is the error of the spikes
	own     signal.Signal // dL/dx_t, where neither DX nor U can hold it
	run     Run           // that of the adjoint, with own as DX
	groups  sync.Pool     // *group
	samples sync.Pool     // *sample
}

// newSpiking builds the cell of a spiking model of the family.
func newSpiking(l Layer) (Cell, error) {
	if l.Recurrence == model.RecurrenceNone {
		return newScan(l, true)
	}
	n, weight, bias := l.Shape.Size(), l.Values[RecurrentWeight], l.Values[RecurrentBias]
	c := &recurrent{dense: l.Recurrence == model.RecurrenceDense, weight: weight, bias: bias}
	want := n
	if c.dense {
		want = n * n
	}
	if len(weight) != want || bias != nil && len(bias) != n {
		return nil, fmt.Errorf("neuron: %s recurrence of %d neurons: %d weights and %d biases, expected %d and %d", l.Recurrence, n, len(weight), len(bias), want, n)
	}
	l.Learn = without(l.Learn, RecurrentWeight, RecurrentBias) // the scan learns its own
	var err error
	c.scan, err = newScan(l, true)
	return c, err
}

// without returns the set less the names.
func without(set map[string]bool, names ...string) map[string]bool {
	out := map[string]bool{}
	for name, on := range set {
		out[name] = on
	}
	for _, name := range names {
		delete(out, name)
	}
	return out
}

// groupSize is the number of samples that step together: their errors of one
// step are the rows of a dense product.
const groupSize = 16

// Forward implements Cell.
func (c *recurrent) Forward(r *Run) {
	c.prepare()
	if c.fast.forward {
		r.Pool.For(r.X.B, groupSize, func(lo, hi int) {
			g := take[group](&c.groups)
			g.forward(c, r, lo, hi)
			c.groups.Put(g)
		})
		return
	}
	r.Pool.For(r.X.B, 1, func(lo, _ int) {
		s := take[sample](&c.samples)
		s.forward(c, r, lo)
		c.samples.Put(s)
	})
}

// take returns a scratch space of the pool, or a new one.
func take[S any](spaces *sync.Pool) *S {
	if s, _ := spaces.Get().(*S); s != nil {
		return s
	}
	return new(S)
}

// Backward implements Cell.
func (c *recurrent) Backward(r *Run) {
	c.prepare()
	if r.DX != nil && r.DX.Const {
		clear(r.DX.F)
	}
	c.turn()
	dx := c.errors(r)
	c.run = *r
	c.run.DX = dx
	if c.fast.backward {
		r.Pool.For(r.X.B, groupSize, func(lo, hi int) {
			g := take[group](&c.groups)
			g.backward(c, &c.run, lo, hi)
			g.sumInput(r.DX, dx, lo, hi)
			c.groups.Put(g)
		})
	} else {
		c.backwardRows(r, dx)
	}
	c.weightGradients(r, dx)
	c.run = Run{}
}

// errors is where dL/dx_t of every step goes: DX, or the potentials that it replaces, or own.
func (c *recurrent) errors(r *Run) *signal.Signal {
	switch {
	case r.DX != nil && !r.DX.Const:
		return r.DX
	case r.U != nil:
		return r.U
	}
	c.own.ResetAnalog(r.X.T, r.X.B, r.X.Shape, false)
	return &c.own
}

// turn transposes W for the adjoint.
func (c *recurrent) turn() {
	if !c.dense {
		return
	}
	n := c.n
	c.turned = grow(c.turned, n*n)
	for pre := range n {
		for post, w := range c.weight[pre*n : (pre+1)*n] {
			c.turned[post*n+pre] = w
		}
	}
}

// spikesOf lists the spikes of whole words, ascending.
func spikesOf(list []uint32, words []uint64) []uint32 {
	list = list[:0]
	for i, w := range words {
		for ; w != 0; w &= w - 1 {
			list = append(list, uint32(i*64+bits.TrailingZeros64(w)))
		}
	}
	return list
}

// addInput adds what the last spikes bring to x: list holds the neurons that
// fired, count how often (nil = once).
func (c *recurrent) addInput(x []float32, list []uint32, count []float32) {
	if c.bias != nil {
		kernels.Add(x, c.bias)
	}
	switch {
	case c.dense && count == nil:
		kernels.AddRows(x, c.weight, c.n, list)
	case c.dense:
		kernels.AddScaledRows(x, c.weight, c.n, list, count)
	case count == nil:
		for _, i := range list {
			x[i] += c.weight[i]
		}
	default:
		for k, i := range list {
			x[i] += float32(count[k] * c.weight[i])
		}
	}
}
