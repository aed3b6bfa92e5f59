package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// double emits the sum of float64 and scaled float32.
func double(s isa) {
	s.text("axpyDouble", "func(dst []float64, a float64, x []float32)",
		"\tfor j := range dst {", "\t\tdst[j] += float64(a * float64(x[j]))", "\t}")
	dst, n, x := load("dst"), loadLen("dst"), load("x")
	a := s.vec()
	VBROADCASTSD(address("a"), a)
	lanes := s.lanes / 2
	for _, vectors := range []int{4, 1} {
		loop, under := fmt.Sprintf("loop%d", vectors), fmt.Sprintf("under%d", vectors)
		Label(loop)
		CMPQ(n, Imm(uint64(vectors*lanes)))
		JLT(LabelRef(under))
		for i := range vectors {
			v, to := s.vec(), Mem{Base: dst, Disp: i * s.bytes()}
			VCVTPS2PD(Mem{Base: x, Disp: i * s.bytes() / 2}, v)
			VMULPD(a, v, v)
			VADDPD(to, v, v)
			VMOVUPD(v, to)
		}
		ADDQ(U32(uint32(vectors*s.bytes())), dst)
		ADDQ(U32(uint32(vectors*s.bytes()/2)), x)
		SUBQ(Imm(uint64(vectors*lanes)), n)
		JMP(LabelRef(loop))
		Label(under)
	}
	low := lowHalf(a)
	Label("loop")
	TESTQ(n, n)
	JE(LabelRef("done"))
	v, to := XMM(), Mem{Base: dst}
	VXORPD(v, v, v)
	VCVTSS2SD(Mem{Base: x}, v, v)
	VMULSD(low, v, v)
	VADDSD(to, v, v)
	VMOVSD(v, to)
	ADDQ(Imm(8), dst)
	ADDQ(Imm(4), x)
	DECQ(n)
	JMP(LabelRef("loop"))
	Label("done")
	ret()
}

// lowHalf is the part of a vector register that scalar instructions use.
func lowHalf(v reg.VecVirtual) reg.Register { return v.AsX() }
