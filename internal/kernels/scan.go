package kernels

import "math"

// ScanRules says what a step of the IF/LIF/CuBa family does: a sum of the
// constants below, one synapse, one reset and one place of it at most.
type ScanRules uint64

// The rules.
const (
	ScanDecayAdd    ScanRules = 1 << iota // i = α·i + x, j = i
	ScanAddDecay                          // i = α·(i + x), j = i
	ScanAddUse                            // j = i + x, i = α·j
	ScanSubtract                          // a spike subtracts θ
	ScanToValue                           // a spike sets the potential to the reset value
	ScanResetLeak                         // the reset of the last spike comes before the leak
	ScanResetCharge                       // … after the charge
	ScanResetSpike                        // the reset comes with the spike
	ScanSpikes                            // the neurons spike
	ScanThrough                           // errors go through the reset
	scanKeepU                             // what a call gives and takes, set by the call itself
	scanKeepJ
	scanDS
	scanAddDX
	scanKeepDU
	scanUseP
)

// ScanCoefs are the coefficients of n lanes, rows of n values each:
//
//	u = A·v + G·j + C,  a spike where u > Fire
//
// Alpha is read with a synapse, Theta with a reset by subtraction, Reset with
// one to a value.
//
// Uniform says that all rows are given and hold one value each: a routine may read the first alone.
type ScanCoefs struct {
	A, G, C, Alpha, Theta, Fire, Reset []float32
	Uniform                            bool
}

// ScanState is what n lanes remember, or the adjoints of that: potential,
// synaptic current, last spike (0 or 1).
type ScanState struct{ V, I, P []float32 }

// scanArgs are the arguments of a routine: rows of n lanes, nil where the
// rules do not read them. The assembly knows the order of the fields.
type scanArgs struct {
	x, v, i, p                         []float32
	a, g, c, alpha, theta, fire, reset []float32
	u, j                               []float32
	words                              []uint64
	before, surrogate, ds, dx, du      []float32
	ahead                              []float32

	n     int
	rules ScanRules
}

// Scan does steps of a block of lanes that it is bound to. Calls need no
// memory; its zero value is ready to be bound.
//
// Every operation is rounded by itself, in the order of the equations: same
// bits on every instruction set.
type Scan struct {
	args  scanArgs
	rules ScanRules
	run   *scanRoutines
}

// scanRoutines are the routines for one form of coefficients.
type scanRoutines struct{ forward, backward func(a *scanArgs) }

// Bind sets what stays the same from step to step: rules, coefficients and the
// place of the state, or of its adjoint, of n lanes, n a multiple of 64.
func (s *Scan) Bind(rules ScanRules, c *ScanCoefs, st *ScanState, n int) {
	s.BindOn(active, rules, c, st, n)
}

// BindOn is Bind for steps on level l.
func (s *Scan) BindOn(l Level, rules ScanRules, c *ScanCoefs, st *ScanState, n int) {
	if n == 0 || n%64 != 0 {
		panic("kernels: scan: lanes are no multiple of 64")
	}
	s.rules, s.run = rules, &l.t.scan[0]
	if c.Uniform {
		s.run = &l.t.scan[1]
	}
	a := &s.args
	*a = scanArgs{v: lane(st.V, n), p: laneIf(rules.has(ScanSpikes), st.P, n), i: laneIf(rules.filters(), st.I, n), n: n}
	a.a, a.g, a.c = lane(c.A, n), lane(c.G, n), lane(c.C, n)
	a.alpha = laneIf(c.Uniform || rules.filters(), c.Alpha, n)
	a.fire = laneIf(c.Uniform || rules.has(ScanSpikes), c.Fire, n)
	a.theta = laneIf(c.Uniform || rules.has(ScanSubtract), c.Theta, n)
	a.reset = laneIf(c.Uniform || rules.has(ScanToValue), c.Reset, n)
}

// ScanRows are the rows of a step that are not state.
type ScanRows struct {
	X     []float32 // input
	Ahead []float32 // a row that a later step reads, or nil
	Words []uint64  // out: the spikes; bit k of word w is lane 64·w + k
	U, J  []float32 // out: potential that was compared with Fire, current; nil = not wanted
	Last  bool      // the state is read after the step: P is written, whether or not a later step needs it
}

// Forward moves the state on by one step.
func (s *Scan) Forward(o *ScanRows) {
	a := &s.args
	a.rules = s.rules
	a.x = lane(o.X, a.n)
	a.ahead = aheadOf(o.Ahead, a.x)
	if s.rules.has(ScanSpikes) {
		a.words = o.Words[:a.n/64]
	}
	if o.U != nil {
		a.u = lane(o.U, a.n)
		a.rules |= scanKeepU
	}
	if o.J != nil {
		a.j = lane(o.J, a.n)
		a.rules |= scanKeepJ
	}
	if o.Last || s.rules.has(ScanResetLeak|ScanResetCharge) {
		a.rules |= scanUseP
	}
	s.run.forward(a)
}

// ScanErrors are the rows of a step that its adjoint reads and writes.
type ScanErrors struct {
	U, Before []float32 // potential that was compared with Fire, in this step and the one before
	Surrogate []float32 // surrogate derivative of this step
	DS        []float32 // dL/d(spikes) from outside; nil = 0
	DX        []float32 // out: dL/dx
	Add       bool      // add to DX instead
	DU        []float32 // out: dL/du; nil = not wanted
	Ahead     []float32 // a row that a later step reads, or nil
	Last      bool      // the last step: g.P is read, whether or not the rules write it
}

// Backward is the adjoint of Forward: the state holds dL/d(state after the
// step) on entry and dL/d(state before it) on exit. The adjoint of the spike,
// P, is written only where an error goes through a reset by subtraction at the
// leak or the charge; a reset to a value there counts as detached.
func (s *Scan) Backward(e *ScanErrors) {
	a := &s.args
	a.rules = s.rules
	a.dx = lane(e.DX, a.n)
	a.ahead = aheadOf(e.Ahead, a.dx)
	if s.rules.has(ScanSpikes) {
		a.u, a.before, a.surrogate = lane(e.U, a.n), lane(e.Before, a.n), lane(e.Surrogate, a.n)
	}
	if e.DS != nil {
		a.ds = lane(e.DS, a.n)
		a.rules |= scanDS
	}
	if e.DU != nil {
		a.du = lane(e.DU, a.n)
		a.rules |= scanKeepDU
	}
	if e.Add {
		a.rules |= scanAddDX
	}
	if e.Last || s.rules.WritesP() {
		a.rules |= scanUseP
	}
	s.run.backward(a)
}

// WritesP says that the adjoint of a step writes that of the last spike.
func (r ScanRules) WritesP() bool {
	return r.has(ScanThrough) && r.has(ScanSubtract) && r.has(ScanResetLeak|ScanResetCharge)
}

// filters says that there is a synapse.
func (r ScanRules) filters() bool { return r&(ScanDecayAdd|ScanAddDecay|ScanAddUse) != 0 }

// has says that one of the rules f holds.
func (r ScanRules) has(f ScanRules) bool { return r&f != 0 }

// lane is a row of n.
func lane(row []float32, n int) []float32 { return row[:n:n] }

func laneIf(wanted bool, row []float32, n int) []float32 {
	if !wanted {
		return nil
	}
	return lane(row, n)
}

// aheadOf is the row to prefetch; one that is at hand when there is none.
func aheadOf(row, other []float32) []float32 {
	if len(row) < len(other) {
		return other
	}
	return row
}

func scanForwardGo(a *scanArgs) {
	for k := range a.n {
		scanForwardLane(a, k)
	}
}

// scanForwardLane is a step of lane k.
func scanForwardLane(a *scanArgs, k int) {
	r := a.rules
	j, v := a.x[k], a.v[k]
	switch {
	case r.has(ScanDecayAdd):
		j = float32(a.alpha[k]*a.i[k]) + j
		a.i[k] = j
	case r.has(ScanAddDecay):
		j = a.alpha[k] * (j + a.i[k])
		a.i[k] = j
	case r.has(ScanAddUse):
		j += a.i[k]
		a.i[k] = a.alpha[k] * j
	}
	if r.has(ScanResetLeak) {
		v = a.resetOf(v, k, a.p[k] > 0)
	}
	if r.has(scanKeepJ) {
		a.j[k] = j
	}
	u := float32(a.a[k]*v) + float32(a.g[k]*j) + a.c[k]
	if r.has(ScanResetCharge) {
		u = a.resetOf(u, k, a.p[k] > 0)
	}
	if r.has(scanKeepU) {
		a.u[k] = u
	}
	if r.has(ScanSpikes) {
		spike := u > a.fire[k]
		a.emit(k, spike)
		if r.has(ScanResetSpike) {
			u = a.resetOf(u, k, spike)
		}
	}
	a.v[k] = u
}

// resetOf is the potential u of lane k after the reset of a spike.
func (a *scanArgs) resetOf(u float32, k int, spike bool) float32 {
	switch {
	case !spike:
	case a.rules.has(ScanSubtract):
		return u - a.theta[k]
	case a.rules.has(ScanToValue):
		return a.reset[k]
	}
	return u
}

// emit stores the spike of lane k.
func (a *scanArgs) emit(k int, spike bool) {
	word, bit := &a.words[k/64], uint64(1)<<(k%64)
	*word &^= bit
	p := float32(0)
	if spike {
		*word |= bit
		p = 1
	}
	if a.rules.has(scanUseP) {
		a.p[k] = p
	}
}

func scanBackwardGo(a *scanArgs) {
	for k := range a.n {
		scanBackwardLane(a, k)
	}
}

// scanBackwardLane is the adjoint of a step of lane k.
func scanBackwardLane(a *scanArgs, k int) {
	r := a.rules
	g := a.v[k]
	if r.has(ScanSpikes) {
		ds := float32(0)
		if r.has(scanUseP) {
			ds = a.p[k]
		}
		if r.has(scanDS) {
			ds += a.ds[k]
		}
		if r.has(ScanResetSpike) {
			g, ds = a.unSpike(g, ds, k)
		}
		g = float32(ds*a.surrogate[k]) + g
		if r.has(ScanResetCharge) {
			g = a.unReset(g, k)
		}
	}
	if r.has(scanKeepDU) {
		a.du[k] = g
	}
	dj := a.g[k] * g
	g *= a.a[k]
	if r.has(ScanResetLeak) {
		g = a.unReset(g, k)
	}
	a.v[k] = g
	dx := a.unSynapse(dj, k)
	if r.has(scanAddDX) {
		dx += a.dx[k]
	}
	a.dx[k] = dx
}

// unSpike undoes the reset with the spike: dL/du through it, and the adjoint of the spike.
func (a *scanArgs) unSpike(g, ds float32, k int) (du, dsOut float32) {
	u := a.u[k]
	switch {
	case a.rules.has(ScanSubtract):
		if a.rules.has(ScanThrough) {
			ds -= float32(a.theta[k] * g)
		}
	case a.rules.has(ScanToValue):
		if a.rules.has(ScanThrough) {
			ds += float32((a.reset[k] - u) * g)
		}
		if u > a.fire[k] {
			g = 0
		}
	}
	return g, ds
}

// unReset undoes the reset of the last spike.
func (a *scanArgs) unReset(g float32, k int) float32 {
	switch {
	case a.rules.has(ScanSubtract):
		if a.rules.has(ScanThrough) {
			a.p[k] = 0 - float32(a.theta[k]*g)
		}
	case a.rules.has(ScanToValue) && a.before[k] > a.fire[k]:
		return 0
	}
	return g
}

// unSynapse undoes the filter: from dL/dj to dL/dx.
func (a *scanArgs) unSynapse(dj float32, k int) float32 {
	switch r := a.rules; {
	case r.has(ScanDecayAdd):
		dj += a.i[k]
		a.i[k] = a.alpha[k] * dj
	case r.has(ScanAddDecay):
		dj = a.alpha[k] * (dj + a.i[k])
		a.i[k] = dj
	case r.has(ScanAddUse):
		dj = float32(a.alpha[k]*a.i[k]) + dj
		a.i[k] = dj
	}
	return dj
}

// Below is the largest float32 under θ: u ≥ θ where u > Below(θ), for all u and θ but NaN and −Inf.
func Below(theta float32) float32 { return math.Nextafter32(theta, float32(math.Inf(-1))) }
