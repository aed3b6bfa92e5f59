package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// surrogate emits surrogate derivatives: routines over x with up to three constants a, b, c.
func surrogate(s isa) {
	s.derivative("atan", "func(dst, x []float32, a, b float32)", "b / (1 + (a*v)·(a*v))", func(v reg.VecVirtual, c constants) {
		VMULPS(v, c["a"], v)
		VMULPS(v, v, v)
		VADDPS(v, c["one"], v)
		VDIVPS(v, c["b"], v)
	})
	s.derivative("fastSigmoid", "func(dst, x []float32, a, b float32)", "b / (1 + a*|v|)²", func(v reg.VecVirtual, c constants) {
		s.absolute(v, c)
		VMULPS(v, c["a"], v)
		VADDPS(v, c["one"], v)
		VMULPS(v, v, v)
		VDIVPS(v, c["b"], v)
	})
	s.derivative("triangle", "func(dst, x []float32, a, b, c float32)", "b - c*|v| where |v| < a, else 0", func(v reg.VecVirtual, c constants) {
		s.absolute(v, c)
		g, zero := s.vec(), s.vec()
		VMULPS(v, c["c"], g)
		VSUBPS(g, c["b"], g)
		s.zero(zero)
		s.within(v, c["a"], g, zero)
	})
	s.derivative("boxcar", "func(dst, x []float32, a, b, c float32)", "b where |v| < a, else c", func(v reg.VecVirtual, c constants) {
		s.absolute(v, c)
		s.within(v, c["a"], c["b"], c["c"])
	})
}

// constants are broadcast parameters, by name, with "one" and "abs" (all bits but the sign).
type constants map[string]reg.VecVirtual

// derivative emits a routine that computes dst[j] from v = x[j].
func (s isa) derivative(name, signature, body string, emit func(v reg.VecVirtual, c constants)) {
	s.text(name, signature, "\tfor j, v := range x {", "\t\tdst[j] = "+body, "\t}")
	dst, x, n := load("dst"), load("x"), loadLen("x")
	c := constants{"one": s.vec(), "abs": s.vec()}
	VBROADCASTSS(s.one, c["one"])
	bits := GP32()
	MOVL(U32(0x7fffffff), bits)
	if s.wide() {
		VPBROADCASTD(bits, c["abs"])
	} else {
		low := XMM()
		VMOVD(bits, low)
		VBROADCASTSS(low, c["abs"])
	}
	for _, p := range []string{"a", "b", "c"} {
		if hasParam(p) {
			c[p] = s.vec()
			VBROADCASTSS(address(p), c[p])
		}
	}
	Label("loop")
	CMPQ(n, Imm(uint64(s.lanes)))
	JLT(LabelRef("under"))
	v := s.vec()
	VMOVUPS(Mem{Base: x}, v)
	emit(v, c)
	VMOVUPS(v, Mem{Base: dst})
	ADDQ(Imm(uint64(s.bytes())), dst)
	ADDQ(Imm(uint64(s.bytes())), x)
	SUBQ(Imm(uint64(s.lanes)), n)
	JMP(LabelRef("loop"))
	Label("under")
	TESTQ(n, n)
	JE(LabelRef("done"))
	mask := s.tail(n)
	w := s.vec()
	mask.load(Mem{Base: x}, w)
	emit(w, c)
	mask.store(w, Mem{Base: dst})
	Label("done")
	ret()
}

// absolute clears the sign of v.
func (s isa) absolute(v reg.VecVirtual, c constants) {
	if s.wide() {
		VPANDD(c["abs"], v, v)
		return
	}
	VANDPS(c["abs"], v, v)
}

// within sets v to inside where v < bound, and to outside elsewhere.
func (s isa) within(v, bound, inside, outside reg.VecVirtual) {
	const less = 0x11 // ordered, quiet
	if s.wide() {
		k := K()
		VCMPPS(Imm(less), bound, v, k)
		VMOVAPS(outside, v)
		VMOVAPS(inside, k, v)
		return
	}
	VCMPPS(Imm(less), bound, v, v)
	VBLENDVPS(v, inside, outside, v)
}
