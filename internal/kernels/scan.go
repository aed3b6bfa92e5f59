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
	scanUseP
	scanKeepOut
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
	before, surrogate, ds, dx          []float32
	out                                []float32

	n     int
	rules ScanRules
	steps int
	moves [scanMoves]struct{ offset, by int } // bytes from the start of a slice, and from step to step
}

// The moves: rows that go from step to step together. U's are those of U, J and Before.
const (
	moveX = iota
	moveWords
	moveU
	moveOut
	moveSurrogate
	moveDS
	moveDX
	scanMoves
)

// move lets rows go by values of size bytes from step to step, from the first
// step on, or from the last step back.
func (a *scanArgs) move(m, by, size int, back bool) {
	by *= size
	a.moves[m].offset, a.moves[m].by = 0, by
	if back {
		a.moves[m].offset, a.moves[m].by = (a.steps-1)*by, -by
	}
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

// ScanRows are the rows of some steps that are not state. A slice starts at
// the row of the first step; rows of U and J follow each other.
type ScanRows struct {
	Steps    int       // 0 means 1
	X        []float32 // input
	XStep    int       // values from a row to that of the next step
	Words    []uint64  // out: the spikes; bit k of word w is lane 64·w + k
	WordStep int
	U, J     []float32 // out: potential that was compared with Fire, current; nil = not wanted
	Out      []float32 // out: potential after the step; nil = not wanted
	OutStep  int
	Last     bool // the state is read after the steps: P is written, whether or not a later step needs it
}

// Forward moves the state on, step by step.
func (s *Scan) Forward(o *ScanRows) {
	a := &s.args
	a.rules, a.steps = s.rules, max(o.Steps, 1)
	a.words, a.u, a.j, a.out = nil, nil, nil, nil
	a.x = series(o.X, a.n, a.steps, o.XStep)
	a.move(moveX, o.XStep, 4, false)
	a.move(moveU, a.n, 4, false)
	if s.rules.has(ScanSpikes) {
		a.words = series(o.Words, a.n/64, a.steps, o.WordStep)
		a.move(moveWords, o.WordStep, 8, false)
	}
	if o.U != nil {
		a.u = series(o.U, a.n, a.steps, a.n)
		a.rules |= scanKeepU
	}
	if o.J != nil {
		a.j = series(o.J, a.n, a.steps, a.n)
		a.rules |= scanKeepJ
	}
	if o.Out != nil {
		a.out = series(o.Out, a.n, a.steps, o.OutStep)
		a.move(moveOut, o.OutStep, 4, false)
		a.rules |= scanKeepOut
	}
	if o.Last || s.rules.has(ScanResetLeak|ScanResetCharge) {
		a.rules |= scanUseP
	}
	s.run.forward(a)
}

// ScanErrors are the rows of some steps that their adjoint reads and writes. A
// slice starts at the row of the first step; rows of U, Before, Surrogate and
// DU follow each other.
type ScanErrors struct {
	Steps     int       // 0 means 1
	U, Before []float32 // potential that was compared with Fire, in each step and the one before it; read for a reset to a value
	Surrogate []float32 // surrogate derivative of each step
	DS        []float32 // dL/d(spikes) from outside; nil = 0
	DSStep    int
	DX        []float32 // out: dL/dx
	DXStep    int
	Add       bool // add to DX instead
	Last      bool // P is read, whether or not the rules write it
}

// Backward is the adjoint of Forward, from the last step to the first: the
// state holds dL/d(state after the steps) on entry and dL/d(state before them)
// on exit. The adjoint of the spike, P, is written only where an error goes
// through a reset by subtraction at the leak or the charge; a reset to a value
// there counts as detached.
func (s *Scan) Backward(e *ScanErrors) {
	a := &s.args
	a.rules, a.steps = s.rules, max(e.Steps, 1)
	a.x, a.words, a.u, a.before, a.ds = nil, nil, nil, nil, nil
	a.dx = series(e.DX, a.n, a.steps, e.DXStep)
	a.move(moveDX, e.DXStep, 4, true)
	if s.rules.has(ScanSpikes) {
		a.surrogate = series(e.Surrogate, a.n, a.steps, a.n)
		a.move(moveSurrogate, a.n, 4, true)
	}
	if s.rules.has(ScanToValue) {
		a.u, a.before = series(e.U, a.n, a.steps, a.n), series(e.Before, a.n, a.steps, a.n)
		a.move(moveU, a.n, 4, true)
	}
	if e.DS != nil {
		a.ds = series(e.DS, a.n, a.steps, e.DSStep)
		a.move(moveDS, e.DSStep, 4, true)
		a.rules |= scanDS
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

// series holds rows of n values, a row every by values.
func series[E any](rows []E, n, steps, by int) []E { return rows[: (steps-1)*by+n : (steps-1)*by+n] }

// row is row of a slice that goes with move m, as the moves stand.
func (a *scanArgs) row(rows []float32, m int) []float32 {
	if rows == nil {
		return nil
	}
	return rows[a.moves[m].offset/4:]
}

// each runs body for every step on the rows of that step.
func (a *scanArgs) each(body func(a *scanArgs)) {
	for range a.steps {
		b := *a
		b.x, b.u, b.j, b.before = a.row(a.x, moveX), a.row(a.u, moveU), a.row(a.j, moveU), a.row(a.before, moveU)
		b.out, b.surrogate, b.ds, b.dx = a.row(a.out, moveOut), a.row(a.surrogate, moveSurrogate), a.row(a.ds, moveDS), a.row(a.dx, moveDX)
		if a.words != nil {
			b.words = a.words[a.moves[moveWords].offset/8:]
		}
		body(&b)
		for m := range a.moves {
			a.moves[m].offset += a.moves[m].by
		}
	}
}

// Below is the largest float32 under θ: u ≥ θ where u > Below(θ), for all u and θ but NaN and −Inf.
func Below(theta float32) float32 { return math.Nextafter32(theta, float32(math.Inf(-1))) }
