package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The flags of a scan, as in scan.go of the package.
const (
	synDecayAdd = 1 << iota
	synAddDecay
	synAddUse
	resetSubtract
	resetValue
	atLeak
	atCharge
	atSpike
	spikes
	through
	keepU
	keepJ
	withDS
	addDX
	useP
	keepOut
)

// The fields of scanArgs, in their order there: slices, then two words.
const (
	argX = 24 * iota
	argV
	argI
	argP
	argA
	argG
	argC
	argAlpha
	argTheta
	argFire
	argReset
	argU
	argJ
	argWords
	argBefore
	argSurrogate
	argDS
	argDX
	argOut
	argN
)

// After the lanes and the flags come the number of steps and, for each of these
// moves, how far its rows are from their slice, and how far a step takes them, in bytes.
const (
	argFlags = argN + 8
	argSteps = argN + 16
	argMoves = argN + 24

	moveX = iota - 3
	moveWords
	moveU
	moveOut
	moveSurrogate
	moveDS
	moveDX
)

// moveOf says with which move the rows of an argument go.
var moveOf = map[int]int{
	argX: moveX, argWords: moveWords, argU: moveU, argJ: moveU, argBefore: moveU,
	argOut: moveOut, argSurrogate: moveSurrogate, argDS: moveDS, argDX: moveDX,
}

// scanVectors is the number of vectors that an iteration works on: 64 lanes of AVX-512, 32 of AVX2.
const scanVectors = 4

// scan emits each routine for coefficients of every lane, and for one value of all lanes.
func scan(s isa) {
	for _, uniform := range []bool{false, true} {
		scanForward(s, uniform)
		scanBackward(s, uniform)
	}
}

// scanRoutine is a routine over lanes under way.
type scanRoutine struct {
	isa
	args  reg.GPVirtual
	at    reg.GPVirtual // offset of the iteration's lanes in a row, in bytes
	flags reg.GPVirtual
	names int

	uniform map[int]reg.VecVirtual // coefficients in registers, when all lanes have the same
}

// The coefficients that a routine reads.
var (
	forwardCoefs  = []int{argA, argG, argC, argAlpha, argTheta, argFire, argReset}
	backwardCoefs = []int{argA, argG, argAlpha, argTheta, argFire, argReset}
)

// newScan opens the loops over steps and lanes.
func newScan(s isa, name, twin string, uniform bool, coefs []int) *scanRoutine {
	if uniform {
		name += "Uniform"
	}
	s.text(name, "func(args *uint64)", "\t"+twin, "", "for the *scanArgs that args points to.")
	r := &scanRoutine{isa: s, args: load("args"), at: GP64(), flags: GP64()}
	MOVQ(Mem{Base: r.args, Disp: argFlags}, r.flags)
	if uniform {
		r.uniform = map[int]reg.VecVirtual{}
		if !r.wide() { // 16 registers have no room for more
			coefs = coefs[:2]
		}
		for _, arg := range coefs {
			r.uniform[arg] = r.vec()
			base := GP64()
			MOVQ(Mem{Base: r.args, Disp: arg}, base)
			VBROADCASTSS(Mem{Base: base}, r.uniform[arg])
		}
	}
	Label("steps")
	XORQ(r.at, r.at)
	Label("lanes")
	return r
}

// offset and step are a move's place and its change, in bytes.
func (r *scanRoutine) offset(move int) Mem { return Mem{Base: r.args, Disp: argMoves + 16*move} }

func (r *scanRoutine) step(move int) Mem { return Mem{Base: r.args, Disp: argMoves + 16*move + 8} }

// end closes the loops; the moves are taken from step to step.
func (r *scanRoutine) end(moves ...int) {
	ADDQ(U32(uint32(scanVectors*r.bytes())), r.at)
	n := GP64()
	MOVQ(Mem{Base: r.args, Disp: argN}, n)
	SHLQ(Imm(2), n)
	CMPQ(r.at, n)
	JLT(LabelRef("lanes"))
	by := GP64()
	for _, m := range moves {
		MOVQ(r.step(m), by)
		ADDQ(by, r.offset(m))
	}
	DECQ(Mem{Base: r.args, Disp: argSteps})
	JNE(LabelRef("steps"))
	ret()
}

// when emits body under a flag that does not change from lane to lane, and other without it.
func (r *scanRoutine) when(flag uint32, body, other func()) {
	r.names++
	without, done := fmt.Sprintf("without%d", r.names), fmt.Sprintf("done%d", r.names)
	TESTQ(U32(flag), r.flags)
	JE(LabelRef(without))
	body()
	if other != nil {
		JMP(LabelRef(done))
	}
	Label(without)
	if other != nil {
		other()
		Label(done)
	}
}

// operand is vector k of an argument's row, in memory or in a register: a function of k.
func (r *scanRoutine) operand(arg int) func(k int) Op {
	if v, ok := r.uniform[arg]; ok {
		return func(int) Op { return v }
	}
	row := r.row(arg)
	return func(k int) Op { return row(k) }
}

// row is the place of vector k of an argument's row: a function of k.
func (r *scanRoutine) row(arg int) func(k int) Mem {
	base := r.base(arg)
	return func(k int) Mem { return Mem{Base: base, Index: r.at, Scale: 1, Disp: k * r.bytes()} }
}

// base is where the row of an argument starts in this step.
func (r *scanRoutine) base(arg int) reg.GPVirtual {
	base := GP64()
	MOVQ(Mem{Base: r.args, Disp: arg}, base)
	if m, ok := moveOf[arg]; ok {
		ADDQ(r.offset(m), base)
	}
	return base
}

// vecs are the lanes of an iteration in registers.
type vecs = [scanVectors]reg.VecVirtual

func (r *scanRoutine) vectors() vecs {
	var v vecs
	for k := range v {
		v[k] = r.vec()
	}
	return v
}

func (r *scanRoutine) load(arg int, v vecs) {
	row := r.row(arg)
	for k := range v {
		VMOVUPS(row(k), v[k])
	}
}

func (r *scanRoutine) store(v vecs, arg int) {
	row := r.row(arg)
	for k := range v {
		VMOVUPS(v[k], row(k))
	}
}

// each emits an instruction on a row's values for every vector: op(row, v, v).
func (r *scanRoutine) each(arg int, v vecs, op func(k int, m Op, v reg.VecVirtual)) {
	row := r.operand(arg)
	for k := range v {
		op(k, row(k), v[k])
	}
}

func mulBy(_ int, m Op, v reg.VecVirtual) { VMULPS(m, v, v) }
func addOf(_ int, m Op, v reg.VecVirtual) { VADDPS(m, v, v) }

// product is a row times v, in new registers.
func (r *scanRoutine) product(arg int, v vecs) vecs {
	out := r.vectors()
	r.each(arg, v, func(k int, m Op, v reg.VecVirtual) { VMULPS(m, v, out[k]) })
	return out
}

// choice is a mask for each vector.
type choice struct {
	k [scanVectors]reg.OpmaskVirtual // AVX-512
	v vecs                           // AVX2
}

// above compares: v > row.
func (r *scanRoutine) above(v vecs, arg int) choice {
	const greater = 0x1e // ordered, quiet
	var c choice
	row := r.operand(arg)
	for k := range v {
		if r.wide() {
			c.k[k] = K()
			VCMPPS(Imm(greater), row(k), v[k], c.k[k])
		} else {
			c.v[k] = YMM()
			VCMPPS(Imm(greater), row(k), v[k], c.v[k])
		}
	}
	return c
}

// take sets the chosen lanes of v to those of a row.
func (r *scanRoutine) take(c choice, arg int, v vecs) {
	row := r.operand(arg)
	for k := range v {
		if r.wide() {
			VMOVUPS(row(k), c.k[k], v[k])
		} else {
			VBLENDVPS(c.v[k], row(k), v[k], v[k])
		}
	}
}

// clear zeros the chosen lanes of v.
func (r *scanRoutine) clear(c choice, v vecs) {
	for k := range v {
		if r.wide() {
			inverse := K()
			KNOTW(c.k[k], inverse)
			VMOVAPS_Z(v[k], inverse, v[k])
		} else {
			VANDNPS(v[k], c.v[k], v[k])
		}
	}
}

// subtractChosen subtracts a row from the chosen lanes of v.
func (r *scanRoutine) subtractChosen(c choice, arg int, v vecs) {
	row := r.operand(arg)
	for k := range v {
		if r.wide() {
			VSUBPS(row(k), v[k], c.k[k], v[k])
		} else {
			t := YMM()
			VANDPS(row(k), c.v[k], t)
			VSUBPS(t, v[k], v[k])
		}
	}
}

// spiked chooses the lanes of the last spike: p > 0.
func (r *scanRoutine) spiked() choice {
	p := r.vectors()
	r.load(argP, p)
	zero := r.vec()
	r.zero(zero)
	var c choice
	for k := range p {
		if r.wide() {
			c.k[k] = K()
			VCMPPS(Imm(0x1e), zero, p[k], c.k[k])
		} else {
			VCMPPS(Imm(0x1e), zero, p[k], p[k])
			c.v[k] = p[k]
		}
	}
	return c
}

// reset applies the reset of the lanes that c gives, by the kind that the flags name.
func (r *scanRoutine) reset(c func() choice, v vecs) {
	r.when(resetSubtract, func() { r.subtractChosen(c(), argTheta, v) }, func() {
		r.when(resetValue, func() { r.take(c(), argReset, v) }, nil)
	})
}

// scanForward emits a step of the IF/LIF/CuBa family.
func scanForward(s isa, uniform bool) {
	r := newScan(s, "scanForward", "scanForwardGo(args)", uniform, forwardCoefs)
	j, v := r.vectors(), r.vectors()
	r.prefetch(argX)
	r.load(argX, j)
	r.synapse(j)
	r.load(argV, v)
	r.when(atLeak, func() { r.reset(r.spiked, v) }, nil)
	r.when(keepJ, func() { r.store(j, argJ) }, nil)
	r.each(argA, v, mulBy)
	r.each(argG, j, mulBy)
	for k := range v {
		VADDPS(j[k], v[k], v[k])
	}
	r.each(argC, v, addOf)
	r.when(atCharge, func() { r.reset(r.spiked, v) }, nil)
	r.when(keepU, func() { r.store(v, argU) }, nil)
	r.when(spikes, func() {
		c := r.above(v, argFire)
		r.emit(c)
		r.when(atSpike, func() { r.reset(func() choice { return c }, v) }, nil)
	}, nil)
	r.store(v, argV)
	r.when(keepOut, func() { r.store(v, argOut) }, nil)
	r.end(moveX, moveWords, moveU, moveOut)
}

// stepsAhead is how many steps before its use a row is asked for.
const stepsAhead = 8

// prefetch asks for a row that a later step reads: rows of one sample lie too
// far apart for the processor to foresee them. Past the end it asks in vain.
func (r *scanRoutine) prefetch(arg int) {
	base, far := r.base(arg), GP64()
	MOVQ(r.step(moveOf[arg]), far)
	LEAQ(Mem{Base: base, Index: far, Scale: stepsAhead}, base)
	for k := 0; k < scanVectors; k += 64 / r.bytes() {
		PREFETCHT0(Mem{Base: base, Index: r.at, Scale: 1, Disp: k * r.bytes()})
	}
}

// synapse filters the input in j.
func (r *scanRoutine) synapse(j vecs) {
	r.when(synDecayAdd, func() { // i = α·i + x
		i := r.vectors()
		r.load(argI, i)
		r.each(argAlpha, i, mulBy)
		for k := range i {
			VADDPS(j[k], i[k], j[k])
		}
		r.store(j, argI)
	}, nil)
	r.when(synAddDecay, func() { // i = α·(i + x)
		r.each(argI, j, addOf)
		r.each(argAlpha, j, mulBy)
		r.store(j, argI)
	}, nil)
	r.when(synAddUse, func() { // j = i + x, i = α·j
		r.each(argI, j, addOf)
		r.store(r.product(argAlpha, j), argI)
	}, nil)
}

// emit stores the spikes as bits, and as values where they are used.
func (r *scanRoutine) emit(c choice) {
	r.when(useP, func() {
		one := r.vec()
		VBROADCASTSS(r.one, one)
		p := r.row(argP)
		for k := range scanVectors {
			t := r.vec()
			if r.wide() {
				VMOVAPS_Z(one, c.k[k], t)
			} else {
				VANDPS(one, c.v[k], t)
			}
			VMOVUPS(t, p(k))
		}
	}, nil)
	word, bits := GP64(), GP64()
	for k := range scanVectors {
		if r.wide() {
			KMOVW(c.k[k], bits.As32())
		} else {
			VMOVMSKPS(c.v[k], bits.As32())
		}
		if k == 0 {
			MOVQ(bits, word)
			continue
		}
		SHLQ(Imm(uint64(k*r.lanes)), bits)
		ORQ(bits, word)
	}
	words, place := r.base(argWords), GP64()
	MOVQ(r.at, place) // 4 bytes a lane, a bit a lane
	SHRQ(Imm(5), place)
	to := Mem{Base: words, Index: place, Scale: 1}
	if r.wide() {
		MOVQ(word, to)
	} else {
		MOVL(word.As32(), to)
	}
}

// scanBackward emits the adjoint of a step.
func scanBackward(s isa, uniform bool) {
	r := newScan(s, "scanBackward", "scanBackwardGo(args)", uniform, backwardCoefs)
	gv, ds, du := r.vectors(), r.vectors(), r.vectors()
	r.when(withDS, func() { r.prefetch(argDS) }, nil)
	r.load(argV, gv)
	r.when(spikes, func() {
		r.when(useP, func() {
			r.load(argP, ds)
			r.when(withDS, func() { r.each(argDS, ds, addOf) }, nil)
		}, func() {
			r.when(withDS, func() { r.load(argDS, ds) }, func() {
				for k := range ds {
					r.zero(ds[k])
				}
			})
		})
		r.unSpike(gv, ds)
		r.each(argSurrogate, ds, mulBy)
		for k := range du {
			VADDPS(ds[k], gv[k], gv[k]) // now dL/du
		}
		r.when(atCharge, func() { r.unReset(gv) }, nil)
	}, nil)
	g := du
	r.each(argG, gv, func(k int, m Op, v reg.VecVirtual) { VMULPS(m, v, g[k]) })
	r.each(argA, gv, mulBy)
	r.when(atLeak, func() { r.unReset(gv) }, nil)
	r.store(gv, argV)
	r.unSynapse(g)
	r.when(addDX, func() { r.each(argDX, g, addOf) }, nil)
	r.store(g, argDX)
	r.end(moveU, moveSurrogate, moveDS, moveDX)
}

// unSpike undoes v = reset(u, s) at the spike: gv becomes dL/du through it.
func (r *scanRoutine) unSpike(gv, ds vecs) {
	r.when(atSpike, func() {
		r.when(resetSubtract, func() {
			r.when(through, func() { r.subtractProduct(argTheta, gv, ds) }, nil)
		}, nil)
		r.when(resetValue, func() {
			u := r.vectors()
			r.when(through, func() {
				r.each(argReset, u, func(_ int, m Op, v reg.VecVirtual) { VMOVUPS(m, v) })
				r.each(argU, u, func(_ int, m Op, v reg.VecVirtual) { VSUBPS(m, v, v) })
				for k := range u {
					VMULPS(gv[k], u[k], u[k])
					VADDPS(u[k], ds[k], ds[k])
				}
			}, nil)
			r.load(argU, u)
			r.clear(r.above(u, argFire), gv)
		}, nil)
	}, nil)
}

// subtractProduct: acc −= row·v.
func (r *scanRoutine) subtractProduct(arg int, v, acc vecs) {
	row := r.operand(arg)
	for k := range v {
		t := r.vec()
		VMULPS(row(k), v[k], t)
		VSUBPS(t, acc[k], acc[k])
	}
}

// unReset undoes the reset of the last spike: the adjoint of that spike, and g behind it.
func (r *scanRoutine) unReset(g vecs) {
	r.when(resetSubtract, func() {
		r.when(through, func() {
			gp := r.vectors()
			for k := range gp {
				r.zero(gp[k])
			}
			r.subtractProduct(argTheta, g, gp)
			r.store(gp, argP)
		}, nil)
	}, nil)
	r.when(resetValue, func() {
		before := r.vectors()
		r.load(argBefore, before)
		r.clear(r.above(before, argFire), g)
	}, nil)
}

// unSynapse undoes the filter: g = dL/dj becomes dL/dx.
func (r *scanRoutine) unSynapse(g vecs) {
	r.when(synDecayAdd, func() { // i = α·i⁻ + x, j = i
		r.each(argI, g, addOf)
		r.store(r.product(argAlpha, g), argI)
	}, nil)
	r.when(synAddDecay, func() { // i = α·(i⁻ + x), j = i
		r.each(argI, g, addOf)
		r.each(argAlpha, g, mulBy)
		r.store(g, argI)
	}, nil)
	r.when(synAddUse, func() { // j = i⁻ + x, i = α·j
		i := r.vectors()
		r.load(argI, i)
		r.each(argAlpha, i, mulBy)
		for k := range i {
			VADDPS(i[k], g[k], g[k])
		}
		r.store(g, argI)
	}, nil)
}
