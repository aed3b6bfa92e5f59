package autograd

import (
	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron"
)

// linearParts is what a product over spikes needs whose rows or columns are
// computed when the neurons read them.
type linearParts struct {
	x       *signal.Signal
	events  *signal.Events
	w, bias []float32

	fill    func(t0, t1, b0, b1 int)
	lists   kernels.Lists // of the rows of each input
	learned bool          // Errors adds up gradients
}

// stripDensity is the share of spikes up to which the sums over them are made
// once more in the backward pass: in less time than it takes to write them to memory and read them.
const stripDensity = 0.12

// inParts prepares the product for Value.Fill or Value.Synapse. It reports
// false where all of y is to be computed at once. No bit depends on it.
func (l *Linear) inParts(c *Context, in []*Value, n int) bool {
	x, p := in[0].Signal, &l.parts
	if !l.Late && !l.Strips || !x.Spiking() || x.Const || x.Gain != 1 || kernels.ColumnsPay(n, 1-x.Zeros()) {
		return false
	}
	if l.Strips && !stripsPay(c, n, 1-x.Zeros()) {
		return false
	}
	p.x, p.events, p.w, p.bias = x, x.ByRowOn(c.Pool), in[1].Param, nil
	if len(in) > 2 {
		p.bias = in[2].Param
	}
	if l.Strips {
		l.y.ResetExtents(x.T, x.B, []int{n})
		l.out.Synapse = l
		return true
	}
	l.y.ResetAnalog(x.T, x.B, []int{n}, false)
	if p.fill == nil {
		p.fill = l.fill
	}
	l.out.Fill = p.fill
	return true
}

// stripsPay says whether n neurons are worked on in strips. In a pass that is
// not followed by a backward pass others may read all of y.
func stripsPay(c *Context, n int, density float64) bool {
	threads := c.Pool.Threads()
	return c.Train && c.Truncate == 0 && density <= stripDensity && (threads == 1 || n >= 2*threads*neuron.StripLanes)
}

// start sets rows to the bias, or to zero.
func start(rows, bias []float32) {
	if bias == nil {
		clear(rows)
		return
	}
	for i := 0; i < len(rows); i += len(bias) {
		copy(rows[i:], bias)
	}
}

// columnsOf is a part of the bias; nil of none.
func columnsOf(bias []float32, lo, hi int) []float32 {
	if bias == nil {
		return nil
	}
	return bias[lo:hi]
}

// fill computes steps t0 to t1 of samples b0 to b1. Whole rows are summed: a few
// steps of them stay in the second-level cache beside W.
func (l *Linear) fill(t0, t1, b0, b1 int) {
	p := &l.parts
	for t := t0; t < t1; t++ {
		for r := t*l.y.B + b0; r < t*l.y.B+b1; r++ {
			row := l.y.Row(r)
			start(row, p.bias)
			kernels.AddRows(row, p.w, len(row), p.events.Group(r))
		}
	}
}

// Currents implements neuron.Synapse.
func (l *Linear) Currents(x *signal.Signal, lo, hi int) {
	p, n := &l.parts, l.y.N()
	tile := l.takeTile()
	start(x.F, columnsOf(p.bias, lo, hi))
	packed := kernels.PackColumns(tile, p.w, n, p.x.N(), lo, hi)
	kernels.AddRowLists(x.F, hi-lo, packed, hi-lo, hi-lo, p.x.N(), p.events.Start, p.events.Index)
	l.tiles.Put(tile)
}

// beginErrors prepares what Errors adds to; learned says whether it does.
func (l *Linear) beginErrors(c *Context, learned bool) {
	p := &l.parts
	p.learned = learned
	if !learned {
		return
	}
	chunk, _ := kernels.ListTile(1-p.x.Zeros(), neuron.StripLanes)
	e := p.x.ByInput(c.Pool, chunk)
	p.lists = kernels.Lists{Start: e.Start, Index: e.Index, Many: p.x.N(), Chunk: chunk, Fresh: !c.Span.goesOn()}
	l.grads[1].Param = grow(l.grads[1].Param, len(p.w))
	l.grads[2].Param = grow(l.grads[2].Param, len(p.bias))
	l.all = downFrom(l.all, p.x.Rows())
}

// Errors implements neuron.Synapse: it adds to the columns of the gradients, in the order of the whole.
func (l *Linear) Errors(dx *signal.Signal, lo, hi int) {
	p := &l.parts
	if !p.learned {
		return
	}
	kernels.SumTile(l.grads[1].Param[lo:], l.y.N(), dx.F, hi-lo, dx.Rows(), &p.lists)
	if p.bias == nil {
		return
	}
	db := l.grads[2].Param[lo:hi]
	if p.lists.Fresh {
		clear(db)
	}
	kernels.AddRows(db, dx.F, hi-lo, l.all)
}

// partGrads are the gradients that Errors added up.
func (l *Linear) partGrads(need []bool) []*Value {
	if l.back == nil {
		l.back = make([]*Value, len(need))
	}
	for i := 1; i < len(need); i++ {
		l.back[i] = nil
		if need[i] {
			l.back[i] = &l.grads[i]
		}
	}
	return l.back
}
