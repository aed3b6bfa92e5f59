package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vector emits the element-wise routines, the scalar product and the loop
// that measures the peak.
func vector(s isa) {
	add := func(d, x, _ reg.VecVirtual) { VADDPS(x, d, d) }
	sub := func(d, y, _ reg.VecVirtual) { VSUBPS(y, d, d) } // d holds x
	axpy := func(d, x, a reg.VecVirtual) {
		VMULPS(x, a, x)
		VADDPS(x, d, d)
	}
	scale := func(d, _, a reg.VecVirtual) { VMULPS(d, a, d) }
	elementwise(s, "add", "func(dst, x []float32)", "dst[j] += x[j]", add)
	elementwise(s, "sub", "func(dst, x, y []float32)", "dst[j] = x[j] - y[j]", sub)
	elementwise(s, "axpy", "func(dst []float32, a float32, x []float32)", "dst[j] += float32(a * x[j])", axpy)
	elementwise(s, "scale", "func(dst []float32, a float32)", "dst[j] *= a", scale)
	dot(s)
	peak(s)
}

// elementwise emits a routine that computes dst[j] from dst[j] and, if its
// signature has them, x[j] and a; with a y, from x[j] in d and y[j] in x.
// emit leaves a vector of results in d.
func elementwise(s isa, name, signature, body string, emit func(d, x, a reg.VecVirtual)) {
	s.text(name, signature, "\tfor j := range dst {", "\t\t"+body, "\t}")
	dst, n := load("dst"), loadLen("dst")
	from := dst // what d is read from
	var x reg.GPVirtual
	switch {
	case hasParam("y"):
		from, x = load("x"), load("y")
	case hasParam("x"):
		x = load("x")
	}
	a := s.vec()
	if hasParam("a") {
		VBROADCASTSS(address("a"), a)
	}
	one := func(i int, read, write func(v reg.VecVirtual, m Mem)) {
		d, xv := s.vec(), s.vec()
		read(d, Mem{Base: from, Disp: i * s.bytes()})
		if x != nil {
			read(xv, Mem{Base: x, Disp: i * s.bytes()})
		}
		emit(d, xv, a)
		write(d, Mem{Base: dst, Disp: i * s.bytes()})
	}
	for _, vectors := range []int{4, 1} {
		loop, under := fmt.Sprintf("loop%d", vectors), fmt.Sprintf("under%d", vectors)
		Label(loop)
		CMPQ(n, U32(uint32(vectors*s.lanes)))
		JLT(LabelRef(under))
		for i := range vectors {
			one(i, func(v reg.VecVirtual, m Mem) { VMOVUPS(m, v) }, func(v reg.VecVirtual, m Mem) { VMOVUPS(v, m) })
		}
		ADDQ(U32(uint32(vectors*s.bytes())), dst)
		if from != dst {
			ADDQ(U32(uint32(vectors*s.bytes())), from)
		}
		if x != nil {
			ADDQ(U32(uint32(vectors*s.bytes())), x)
		}
		SUBQ(U32(uint32(vectors*s.lanes)), n)
		JMP(LabelRef(loop))
		Label(under)
	}
	TESTQ(n, n)
	JE(LabelRef("done"))
	mask := s.tail(n)
	one(0, func(v reg.VecVirtual, m Mem) { mask.load(m, v) }, func(v reg.VecVirtual, m Mem) { mask.store(v, m) })
	Label("done")
	ret()
}

// dotLanes is the number of partial sums of a scalar product.
const dotLanes = 32

// dot emits the scalar product.
func dot(s isa) {
	s.text("dot", "func(x, y []float32) float32",
		"\tvar sum [32]float32",
		"\tfor j := range x {",
		"\t\tsum[j%32] += float32(x[j] * y[j])",
		"\t}",
		"\tfor half := 16; half > 0; half /= 2 {",
		"\t\tfor j := range half {",
		"\t\t\tsum[j] += sum[j+half]",
		"\t\t}",
		"\t}",
		"\treturn sum[0]")
	x, y, n := load("x"), load("y"), loadLen("x")
	sum := make([]reg.VecVirtual, dotLanes/s.lanes)
	for i := range sum {
		sum[i] = s.vec()
		s.zero(sum[i])
	}
	term := func(i int) {
		v := s.vec()
		VMOVUPS(Mem{Base: x, Disp: i * s.bytes()}, v)
		VMULPS(Mem{Base: y, Disp: i * s.bytes()}, v, v)
		VADDPS(v, sum[i], sum[i])
	}
	Label("loop")
	CMPQ(n, Imm(dotLanes))
	JLT(LabelRef("tail"))
	for i := range sum {
		term(i)
	}
	ADDQ(Imm(4*dotLanes), x)
	ADDQ(Imm(4*dotLanes), y)
	SUBQ(Imm(dotLanes), n)
	JMP(LabelRef("loop"))
	Label("tail")
	for i := range sum {
		part := fmt.Sprintf("part%d", i)
		CMPQ(n, Imm(uint64(s.lanes)))
		JLT(LabelRef(part))
		term(i)
		SUBQ(Imm(uint64(s.lanes)), n)
		if i+1 < len(sum) {
			JMP(LabelRef(fmt.Sprintf("whole%d", i)))
		}
		Label(part)
		TESTQ(n, n)
		JE(LabelRef("reduce"))
		mask := s.tail(n)
		v, w := s.vec(), s.vec()
		mask.load(Mem{Base: x, Disp: i * s.bytes()}, v)
		mask.load(Mem{Base: y, Disp: i * s.bytes()}, w)
		VMULPS(v, w, v)
		VADDPS(v, sum[i], sum[i]) // +0 elsewhere; a sum that starts at +0 is never −0
		JMP(LabelRef("reduce"))
		Label(fmt.Sprintf("whole%d", i))
	}
	Label("reduce")
	out := fold(s, sum)
	Store(out, ReturnIndex(0))
	ret()
}

// fold adds the upper half of the partial sums to the lower half until one is left.
func fold(s isa, sum []reg.VecVirtual) reg.Register {
	for half := len(sum) / 2; half > 0; half /= 2 {
		for i := range half {
			VADDPS(sum[i+half], sum[i], sum[i])
		}
	}
	v, upper := sum[0], YMM()
	if s.wide() {
		VEXTRACTF64X4(Imm(1), v, upper)
		VADDPS(upper, v.AsY(), v.AsY())
	}
	x, u := v.AsX(), upper.AsX()
	VEXTRACTF128(Imm(1), v.AsY(), u)
	VADDPS(u, x, x)
	VMOVHLPS(x, x, u)
	VADDPS(u, x, x)
	VMOVSHDUP(x, u)
	VADDSS(u, x, x)
	return x
}

// peak emits independent multiply-adds, as many as hide their latency.
func peak(s isa) {
	chains := 12
	s.text("peak", "func(n int)", "\tfor range n {", fmt.Sprintf("\t\t// %d fused multiply-adds of %d values", chains, s.lanes), "\t}")
	n := load("n")
	acc := make([]reg.VecVirtual, chains)
	for i := range acc {
		acc[i] = s.vec()
		s.zero(acc[i])
	}
	x := s.vec()
	s.zero(x)
	Label("loop")
	for _, a := range acc {
		VFMADD231PS(x, x, a)
	}
	DECQ(n)
	JNE(LabelRef("loop"))
	ret()
}
