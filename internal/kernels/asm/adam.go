package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// adamConstants are the constants of a step, in the order of AdamStep.
var adamConstants = []string{"decay", "b1", "c1", "b2", "c2", "shrink", "rate", "scale", "eps"}

// adam emits a step of Adam.
func adam(s isa) {
	s.text("adam", "func(value, grad, m, v []float32, constants *float32)",
		"\tfor i, x := range value {",
		"\t\tg := grad[i] + float32(decay*x)",
		"\t\tm[i] = float32(b1*m[i]) + float32(c1*g)",
		"\t\tv[i] = float32(b2*v[i]) + float32(float32(c2*g)*g)",
		"\t\tvalue[i] = float32(shrink*x) - float32(rate*m[i])/(float32(√v[i]*scale)+eps)",
		"\t}")
	value, grad, m, v, n := load("value"), load("grad"), load("m"), load("v"), loadLen("value")
	constants := load("constants")
	c := map[string]reg.VecVirtual{}
	for i, name := range adamConstants {
		c[name] = s.vec()
		VBROADCASTSS(Mem{Base: constants, Disp: 4 * i}, c[name])
	}
	step := func(read func(Mem, reg.VecVirtual), write func(reg.VecVirtual, Mem)) {
		x, g, mean, square, t := s.vec(), s.vec(), s.vec(), s.vec(), s.vec()
		read(Mem{Base: value}, x)
		read(Mem{Base: grad}, g)
		read(Mem{Base: m}, mean)
		VMULPS(c["decay"], x, t)
		VADDPS(t, g, g)
		VMULPS(c["b1"], mean, mean)
		VMULPS(c["c1"], g, t)
		VADDPS(t, mean, mean)
		write(mean, Mem{Base: m})
		read(Mem{Base: v}, square)
		VMULPS(c["b2"], square, square)
		VMULPS(c["c2"], g, t)
		VMULPS(g, t, t)
		VADDPS(t, square, square)
		write(square, Mem{Base: v})
		VSQRTPS(square, square)
		VMULPS(c["scale"], square, square)
		VADDPS(c["eps"], square, square)
		VMULPS(c["rate"], mean, mean)
		VDIVPS(square, mean, mean)
		VMULPS(c["shrink"], x, x)
		VSUBPS(mean, x, x)
		write(x, Mem{Base: value})
	}
	Label("loop")
	CMPQ(n, Imm(uint64(s.lanes)))
	JLT(LabelRef("under"))
	step(func(m Mem, r reg.VecVirtual) { VMOVUPS(m, r) }, func(r reg.VecVirtual, m Mem) { VMOVUPS(r, m) })
	for _, p := range []reg.GPVirtual{value, grad, m, v} {
		ADDQ(Imm(uint64(s.bytes())), p)
	}
	SUBQ(Imm(uint64(s.lanes)), n)
	JMP(LabelRef("loop"))
	Label("under")
	TESTQ(n, n)
	JE(LabelRef("done"))
	mask := s.tail(n)
	step(mask.load, mask.store)
	Label("done")
	ret()
}
