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

	lists   kernels.Lists // of the spikes
	tiles   []float32     // W in tiles, for sums over spikes
	turned  []float32     // W (post, pre): a row of errors times it is the error of the spikes
	own     signal.Signal // dL/dx_t, where neither DX nor U can hold it
	groups  sync.Pool     // *group
	samples sync.Pool     // *sample

	run  Run            // the call under way; of the adjoint with dL/dx_t as DX
	sum  *signal.Signal // of the adjoint: DX of a constant input, else nil
	work recurrentWork
}

// recurrentWork are the bodies of the loops over samples and neurons: made
// once, so that a call needs no memory.
type recurrentWork struct{ forward, forwardRows, backward, bias func(lo, hi int) }

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
	c.work = recurrentWork{c.forwardGroup, c.forwardSample, c.backwardGroup, c.biasColumns}
	return c, err
}

// FillsInput implements InputFiller.
func (c *recurrent) FillsInput() bool { return c.fast.forward }

// TakesSynapse implements SynapseTaker: all neurons of a sample step together.
func (c *recurrent) TakesSynapse() bool { return false }

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

// The number of samples that step together: their errors of one step are the
// rows of a dense product.
const (
	smallGroup = 4
	largeGroup = 16
)

// groupSize cuts a batch into groups of even size, as many for each thread.
func groupSize(batch, threads int) int {
	share := (batch + threads - 1) / threads
	pieces := (share + largeGroup - 1) / largeGroup
	return max((share+pieces-1)/pieces, smallGroup)
}

// Forward implements Cell.
func (c *recurrent) Forward(r *Run) {
	c.prepare()
	c.run = *r
	if c.tiled() {
		c.tiles = kernels.PackTiles(c.tiles, c.weight, c.n, c.n)
	}
	if c.fast.forward {
		r.Pool.For(r.X.B, groupSize(r.X.B, r.Pool.Threads()), c.work.forward)
	} else {
		r.Pool.For(r.X.B, 1, c.work.forwardRows)
	}
	c.run = Run{}
}

func (c *recurrent) forwardGroup(lo, hi int) {
	g := take[group](&c.groups)
	g.forward(c, &c.run, lo, hi)
	c.groups.Put(g)
}

func (c *recurrent) forwardSample(b, _ int) {
	s := take[sample](&c.samples)
	s.forward(c, &c.run, b)
	c.samples.Put(s)
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
	c.sum = nil
	if r.DX != nil && r.DX.Const && !r.Add {
		c.sum = r.DX
		clear(c.sum.F)
	}
	c.turn()
	c.run = *r
	c.run.DX = c.errors(r)
	if c.fast.backward {
		r.Pool.For(r.X.B, groupSize(r.X.B, r.Pool.Threads()), c.work.backward)
	} else {
		c.backwardRows(&c.run)
	}
	c.weightGradients(&c.run)
	c.run, c.sum = Run{}, nil
}

func (c *recurrent) backwardGroup(lo, hi int) {
	g := take[group](&c.groups)
	g.backward(c, &c.run, lo, hi)
	c.sumInput(lo, hi)
	c.groups.Put(g)
}

// sumInput adds the errors of samples lo..hi over time to those of a constant input.
func (c *recurrent) sumInput(lo, hi int) {
	if c.sum == nil {
		return
	}
	dx := c.run.DX
	for t := dx.T - 1; t >= 0; t-- {
		for b := lo; b < hi; b++ {
			kernels.Add(c.sum.Row(b), dx.Row(t*dx.B+b))
		}
	}
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
	kernels.Transpose(c.turned, c.weight, n, n)
}

// tiled says that W is so small that a tile of it stays in the first-level cache.
func (c *recurrent) tiled() bool { return c.dense && c.fast.forward && c.n <= kernels.TileRows }

// appendSpikes lists the spikes of whole words, ascending.
func appendSpikes(list []uint32, words []uint64) []uint32 {
	for i, w := range words {
		for ; w != 0; w &= w - 1 {
			list = append(list, uint32(i*64+bits.TrailingZeros64(w)))
		}
	}
	return list
}

// addSpikes adds what spikes bring to x: list holds the neurons that fired,
// count how often (nil = once).
func (c *recurrent) addSpikes(x []float32, list []uint32, count []float32) {
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
