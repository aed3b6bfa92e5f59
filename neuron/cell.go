package neuron

import (
	"sync"

	"github.com/snntrain/snntrain/internal/pages"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
)

// Cell runs a layer of neurons.
type Cell interface {
	// Forward runs all T steps of r.X and writes r.S and r.V where given.
	Forward(r *Run)
	// Backward runs the adjoint of the Forward with the same X and Start,
	// writes r.DX and adds to r.Grads. Potentials are computed again from X;
	// nothing is kept in between.
	Backward(r *Run)
}

// Run is one call: what goes in and where the results go. Rows are those of
// the signals: row r = t·B + b.
type Run struct {
	Pool *par.Pool
	X    *signal.Signal // input current, analog, [T, B, N]; may be constant
	// Fill computes steps t0 to t1 of samples b0 to b1 of X, for a Cell that is an
	// InputFiller; nil = they are there.
	Fill func(t0, t1, b0, b1 int)
	// Synapse, for a Cell that takes one, makes X and takes dL/dX strip by strip:
	// X then has extents and no values, and DX is nil.
	Synapse Synapse
	S       *signal.Signal // out: spikes, every word of them; counts, zeroed by the caller, when MaxSpikes ≠ 1
	V       *signal.Signal // out: potential after each step, analog; nil = not wanted
	// U holds, for a recurrent layer, the potential that was compared with the
	// threshold in each step: out of Forward, into Backward, which may write dL/dX
	// over it; nil = computed again. S is then an input of Backward, with or without U.
	U *signal.Signal

	Start *State // state before the first step; nil = v_init, no current, no spike
	End   *State // out of Forward: state after the last step; nil = not wanted

	DS    *signal.Signal       // dL/dS, analog, [T, B, N]; constant = the same in every step; nil = 0
	DSof  Product              // dL/dS as a product, instead of DS, for a Cell that is a ProductTaker
	DV    *signal.Signal       // dL/dV likewise
	DX    *signal.Signal       // out: dL/dX with the extents of X (summed over time when X is constant); nil = not wanted; may be X itself when that varies
	Add   bool                 // add to a constant DX: the sum over time goes on
	Grads map[string][]float32 // adds dL/dp for every learnable parameter, sizes as in Layer.Values
	DEnd  *State               // dL/d(state at the end), nil = 0; replaced by dL/d(state at the start)
}

// Product is dL/dS = DY·W of a synapse with few outputs K: DY (T, B, K), W (K,
// N). It is computed block by block, and never lies in memory as a whole.
type Product struct {
	DY *signal.Signal // nil = no product
	W  []float32
}

// ProductTaker is a Cell that may take dL/dS as a Product.
type ProductTaker interface{ TakesProducts() bool }

// Synapse makes the input current of some lanes of all samples and steps, and
// takes the gradient by it. Strips are worked on at the same time.
type Synapse interface {
	Currents(x *signal.Signal, lo, hi int) // writes x (T, B, hi−lo)
	Errors(dx *signal.Signal, lo, hi int)
}

// SynapseTaker is a Cell that may take a Synapse.
type SynapseTaker interface{ TakesSynapse() bool }

// InputFiller is a Cell that may call Run.Fill in its Forward, a few steps at a time, before it reads them.
type InputFiller interface{ FillsInput() bool }

// State is what a layer remembers between steps, B·N values each: potential,
// synaptic current, last spike, and an adaptation where the model has one.
type State struct{ V, I, P, W []float32 }

// NewState returns a state of zeros for a batch of b samples of n neurons.
func NewState(b, n int) *State {
	return &State{V: make([]float32, b*n), I: make([]float32, b*n), P: make([]float32, b*n), W: make([]float32, b*n)}
}

// block is a run of lanes of one sample.
type block struct{ b, lo, hi int }

func (k block) lanes() int { return k.hi - k.lo }

// cuts divides a sample of n neurons into blocks of at most width lanes. Borders
// are multiples of 64, so that blocks never share a word of spikes, and lanes
// that fill no word are a block of their own.
type cuts struct{ n, words, width, each int }

func newCuts(n, width int) cuts {
	c := cuts{n: n, words: n / 64 * 64, width: max(64, width/64*64)}
	c.each = (c.words + c.width - 1) / c.width
	if c.words < n {
		c.each++
	}
	return c
}

// block is block i, those of one sample after those of the one before.
func (c cuts) block(i int) block {
	b, lo := i/c.each, i%c.each*c.width
	if lo >= c.words {
		return block{b, c.words, c.n}
	}
	return block{b, lo, min(lo+c.width, c.words)}
}

// width is the number of lanes whose history of T steps fits in a second-level cache.
func width(steps int) int { return min(max(64, 64*1024/max(steps, 1)/64*64), 512) }

// each calls body for all blocks over the pool, with a scratch space per call.
func each[S any](r *Run, spaces *sync.Pool, n, w int, body func(k block, s *S)) {
	all := newCuts(n, w)
	r.Pool.For(r.X.B*all.each, 1, func(lo, hi int) {
		s, _ := spaces.Get().(*S)
		if s == nil {
			s = new(S)
		}
		for i := lo; i < hi; i++ {
			body(all.block(i), s)
		}
		spaces.Put(s)
	})
}

// lanesOf returns the lanes of block k in step t of a signal; nil for a nil signal.
func lanesOf(s *signal.Signal, t int, k block) []float32 {
	if s == nil {
		return nil
	}
	if s.Const {
		t = 0
	}
	return s.Row(t*s.B + k.b)[k.lo:k.hi]
}

// grow returns s with length n, reallocated only when its capacity is too small.
func grow(s []float32, n int) []float32 { return pages.Grow(s, n) }
