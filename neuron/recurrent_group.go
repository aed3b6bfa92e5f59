package neuron

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
)

// group runs a few samples with the kernels, all of them a step at a time.
type group struct {
	vectors                // coefficients, and rows of the sample at hand
	all     State          // of all samples, or its adjoint: padded(N) values each
	first   []float32      // of all samples: stands for u before the first step
	last    []uint64       // of all samples: the spikes decided in the last step
	scans   []kernels.Scan // of each sample
	scan    *kernels.Scan  // of the sample at hand
	product []float32      // of all samples: one step of Run.DSof
	current []float32      // of all samples: the input of one step
	list    []uint32       // of all samples: the neurons that fired in the last step
	starts  []uint32       // where the list of each sample starts
	before  []float32      // rows of one step
	slope   []float32
	lo      int // the first sample
}

// begin sizes the rows for samples lo..hi and sets their state before the first step.
func (g *group) begin(c *recurrent, r *Run, lo, hi int) {
	whole := block{lo, 0, c.n}
	g.prepare(c.scan, whole, 0)
	g.lo = lo
	size := (hi - lo) * len(g.x)
	g.before, g.slope = grow(g.before, len(g.x)), grow(g.slope, len(g.x))
	clear(g.before)
	for len(g.scans) < hi-lo {
		g.scans = append(g.scans, kernels.Scan{})
	}
	for _, row := range []*[]float32{&g.all.V, &g.all.I, &g.all.P} {
		*row = grow(*row, size)
		clear(*row)
	}
	g.current = grow(g.current, size)
	clear(g.current) // lanes that are none stay zero
	g.last = make64(g.last, size/64)
	clear(g.last)
	for b := lo; b < hi; b++ {
		g.pick(b)
		k := block{b, 0, c.n}
		g.scan.Bind(c.rules, &g.coefs, &g.state, len(g.x))
		g.vectors.begin(c.scan, r.Start, k)
		pack(g.words, g.state.P[:c.n])
	}
}

// pick makes b the sample at hand.
func (g *group) pick(b int) {
	n := len(g.x)
	lo, hi := (b-g.lo)*n, (b-g.lo+1)*n
	g.state.V, g.state.I, g.state.P = g.all.V[lo:hi:hi], g.all.I[lo:hi:hi], g.all.P[lo:hi:hi]
	g.words = g.last[lo/64 : hi/64]
	g.scan = &g.scans[b-g.lo]
}

// forward runs all steps of samples lo..hi.
func (g *group) forward(c *recurrent, r *Run, lo, hi int) {
	g.begin(c, r, lo, hi)
	delay, keep := c.Rules.Delay, r.U
	if !c.fast.backward {
		keep = nil
	}
	for t := range r.X.T {
		if steps := g.stepsAhead(hi - lo); r.Fill != nil && t%steps == 0 {
			r.Fill(t, min(t+steps, r.X.T), lo, hi)
		}
		g.sum(c, r, t, lo, hi)
		for b := lo; b < hi; b++ {
			g.pick(b)
			if delay == 1 {
				g.send(r.S, t, b)
			}
			g.step(c, keep, t, b, t == r.X.T-1)
			if delay == 0 {
				g.send(r.S, t, b)
			}
			if out := lanesOf(r.V, t, block{b, 0, c.n}); out != nil {
				copy(out, g.state.V)
			}
		}
	}
	for b := lo; b < hi; b++ {
		g.pick(b)
		c.end(&lanes{v: g.state.V, i: g.state.I, p: g.state.P}, r.End, block{b, 0, c.n})
	}
}

// stepsAhead is for how many steps the input of some samples is computed at a time.
func (g *group) stepsAhead(samples int) int { return max(1, 32<<10/(samples*len(g.x))) }

// send writes the last spikes of sample b to step t of the output.
func (g *group) send(out *signal.Signal, t, b int) {
	if out != nil {
		copy(out.WordRow(t*out.B+b), g.words)
	}
}

// sum computes the input of step t: what X holds, and what the last spikes bring.
func (g *group) sum(c *recurrent, r *Run, t, lo, hi int) {
	size := len(g.x)
	g.list, g.starts = g.list[:0], append(g.starts[:0], 0)
	for b := lo; b < hi; b++ {
		g.pick(b)
		x := g.input(b)[:c.n]
		copy(x, lanesOf(r.X, t, block{b, 0, c.n}))
		if c.bias != nil {
			kernels.Add(x, c.bias)
		}
		g.list = appendSpikes(g.list, g.words)
		g.starts = append(g.starts, uint32(len(g.list)))
	}
	if c.tiled() {
		for j := 0; j < len(c.tiles)/c.n; j += kernels.TileColumns {
			kernels.AddRowLists(g.current[j:], size, c.tiles[j*c.n:], kernels.TileColumns, kernels.TileColumns, c.n, g.starts, g.list)
		}
		return
	}
	for i := range hi - lo {
		c.addSpikes(g.input(lo + i)[:c.n], g.list[g.starts[i]:g.starts[i+1]], nil)
	}
}

// input is the input of sample b in the step at hand.
func (g *group) input(b int) []float32 {
	n := len(g.x)
	return g.current[(b-g.lo)*n : (b-g.lo+1)*n]
}

// step moves sample b on by step t and keeps its potential where keep is given.
func (g *group) step(c *recurrent, keep *signal.Signal, t, b int, last bool) {
	k := block{b, 0, c.n}
	var u []float32
	out := lanesOf(keep, t, k)
	switch {
	case len(out) == len(g.x):
		u = out
	case out != nil:
		u = g.dx
	}
	g.rows = kernels.ScanRows{X: g.input(b), U: u, Words: g.words, Last: last}
	g.scan.Forward(&g.rows)
	if u != nil && len(out) != len(g.x) {
		copy(out, u)
	}
}

// backward runs the adjoint of samples lo..hi. It leaves dL/dx_t in r.DX,
// which may be the storage of r.U.
func (g *group) backward(c *recurrent, r *Run, lo, hi int) {
	g.begin(c, r, lo, hi)
	g.keepFirst()
	u := r.U
	if u == nil {
		u = r.DX
		for t := range r.X.T {
			g.sum(c, r, t, lo, hi)
			for b := lo; b < hi; b++ {
				g.pick(b)
				g.step(c, u, t, b, t == r.X.T-1)
			}
		}
	}
	g.beginAdjoint(c, r.DEnd, lo, hi)
	for t := r.X.T - 1; t >= 0; t-- {
		g.multiply(c, &r.DSof, t, lo, hi)
		for b := lo; b < hi; b++ {
			g.unstep(c, r, u, t, b)
		}
		if t > 0 || r.DEnd != nil {
			g.feedBack(c, r.DX, t, lo, hi)
		}
	}
	g.endAdjoint(c, r, lo, hi)
}

// keepFirst makes potentials that spike, or do not, of the spikes before the first step.
func (g *group) keepFirst() {
	g.first = grow(g.first, len(g.all.P))
	for i, p := range g.all.P {
		g.first[i] = float32(math.Inf(-1))
		if p > 0 {
			g.first[i] = float32(math.Inf(1))
		}
	}
}

// beginAdjoint sets dL/d(state after the last step).
func (g *group) beginAdjoint(c *recurrent, end *State, lo, hi int) {
	clear(g.all.V)
	clear(g.all.I)
	clear(g.all.P)
	for b := lo; b < hi; b++ {
		g.pick(b)
		h := history{gv: g.state.V[:c.n], gi: g.state.I[:c.n], gp: g.state.P[:c.n]}
		c.beginAdjoint(&h, end, block{b, 0, c.n})
	}
}

// endAdjoint keeps dL/d(state before the first step).
func (g *group) endAdjoint(c *recurrent, r *Run, lo, hi int) {
	for b := lo; b < hi; b++ {
		g.pick(b)
		k := block{b, 0, c.n}
		h := history{gv: g.state.V[:c.n], gi: g.state.I[:c.n], gp: g.state.P[:c.n]}
		if c.Rules.Delay == 1 && r.DS != nil {
			add(h.gp, lanesOf(r.DS, 0, k))
		}
		c.endAdjoint(&h, r.DEnd, k)
	}
}

// multiply computes step t of a product.
func (g *group) multiply(c *recurrent, p *Product, t, lo, hi int) {
	if p.DY == nil {
		return
	}
	outputs, size := p.DY.N(), len(g.x)
	g.product = grow(g.product, (hi-lo)*size) // lanes that are none stay zero
	kernels.Gemm(nil, hi-lo, c.n, outputs, p.DY.F[(t*p.DY.B+lo)*outputs:], outputs, false, p.W, c.n, false, g.product, size, false)
}

// whole returns lanes as a row of whole words: themselves, or a copy.
func whole(lanes, scratch []float32) []float32 {
	if len(lanes) == len(scratch) || lanes == nil {
		return lanes
	}
	copy(scratch, lanes)
	return scratch
}

// unstep is the adjoint of step t of sample b. u holds the potentials; its row
// may be that of r.DX.
func (g *group) unstep(c *recurrent, r *Run, u *signal.Signal, t, b int) {
	g.pick(b)
	k, n := block{b, 0, c.n}, len(g.x)
	if dv := lanesOf(r.DV, t, k); dv != nil {
		kernels.Add(g.state.V[:c.n], dv)
	}
	e := &g.errors
	*e = kernels.ScanErrors{DX: g.dx, Surrogate: g.slope, Last: true} // the connections give P its error in every step
	e.U = whole(lanesOf(u, t, k), g.x)
	e.Before = g.first[(b-g.lo)*n : (b-g.lo+1)*n]
	if t > 0 {
		e.Before = whole(lanesOf(u, t-1, k), g.before)
	}
	kernels.Sub(g.slope, e.U, g.coefs.Theta)
	c.surrogate.Grad(g.slope, g.slope, g.coefs.Theta)
	if late := t + c.Rules.Delay; r.DS != nil && late < r.DS.T {
		e.DS = whole(lanesOf(r.DS, late, k), g.ds)
	}
	if r.DSof.DY != nil {
		e.DS = g.product[(b-g.lo)*n : (b-g.lo+1)*n]
	}
	dx := lanesOf(r.DX, t, k)
	if len(dx) == n {
		e.DX = dx
	}
	g.scan.Backward(e)
	if len(dx) < n {
		copy(dx, g.dx)
	}
}

// feedBack: the error of the spikes before step t, gp (+)= W·dL/dx_t, which
// the kernel started where the reset has one.
func (g *group) feedBack(c *recurrent, dx *signal.Signal, t, lo, hi int) {
	n, size := c.n, len(g.x)
	started := c.rules.WritesP()
	if c.dense {
		kernels.Gemm(nil, hi-lo, n, n, dx.F[(t*dx.B+lo)*n:], n, false, c.turned, n, false, g.all.P, size, started)
		return
	}
	for b := lo; b < hi; b++ {
		gp := g.all.P[(b-lo)*size:][:n]
		if !started {
			clear(gp)
		}
		mulAdd(gp, c.weight, dx.Row(t*dx.B+b))
	}
}
