package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileColumns is how many columns addLists sums.
const tileColumns = 32

// addLists emits the sums over listed rows, for list after list. Two
// lists are read at a time: the sums of one wait for each other, the loads of
// both keep the cache busy.
func addLists(s isa) {
	s.text("addLists", "func(dst []float32, stride int, w []float32, ld int, start, idx []uint32)",
		"\tfor i := range len(start) - 1 {",
		"\t\tfor _, r := range idx[start[i]:start[i+1]] {",
		"\t\t\tfor j := range 32 {",
		"\t\t\t\tdst[i*stride+j] += w[int(r)*ld+j]",
		"\t\t\t}",
		"\t\t}",
		"\t}",
		"",
		"for len(start) ≥ 2.")
	dst, stride, w, ld := load("dst"), loadBytes("stride"), load("w"), loadBytes("ld")
	start, left, idx := load("start"), loadLen("start"), load("idx")
	DECQ(left)
	first, second := listSum{s, dst, w, ld, GP64(), GP64(), nil}, listSum{s, GP64(), w, ld, GP64(), GP64(), nil}

	Label("pair")
	CMPQ(left, Imm(2))
	JLT(LabelRef("last"))
	LEAQ(Mem{Base: dst, Index: stride, Scale: 1}, second.dst)
	first.open(start, idx, 0)
	second.open(start, idx, 4)
	both := GP64()
	MOVQ(first.count, both)
	CMPQ(second.count, both)
	CMOVQLT(second.count, both)
	SUBQ(both, first.count)
	SUBQ(both, second.count)
	TESTQ(both, both)
	JE(LabelRef("rest"))
	Label("both")
	first.add()
	second.add()
	DECQ(both)
	JNE(LabelRef("both"))
	Label("rest")
	first.rest("one")
	second.rest("two")
	ADDQ(Imm(8), start)
	LEAQ(Mem{Base: dst, Index: stride, Scale: 2}, dst)
	SUBQ(Imm(2), left)
	JMP(LabelRef("pair"))

	Label("last")
	TESTQ(left, left)
	JE(LabelRef("done"))
	first.open(start, idx, 0)
	first.rest("single")
	Label("done")
	ret()
}

// listSum is the sum over one list under construction.
type listSum struct {
	set         isa
	dst, w, ld  reg.GPVirtual
	next, count reg.GPVirtual // the entry at hand, and how many are left
	sums        []reg.VecVirtual
}

// open reads the extent of the list at start[disp/4], and its sums.
func (t *listSum) open(start, idx reg.GPVirtual, disp int) {
	MOVL(Mem{Base: start, Disp: disp}, t.next.As32())
	MOVL(Mem{Base: start, Disp: disp + 4}, t.count.As32())
	SUBQ(t.next, t.count)
	LEAQ(Mem{Base: idx, Index: t.next, Scale: 4}, t.next)
	t.sums = nil
	for i := 0; i < 4*tileColumns; i += t.set.bytes() {
		v := t.set.vec()
		VMOVUPS(Mem{Base: t.dst, Disp: i}, v)
		t.sums = append(t.sums, v)
	}
}

// add adds the row of the entry at hand.
func (t *listSum) add() {
	at := GP64()
	MOVL(Mem{Base: t.next}, at.As32())
	IMULQ(t.ld, at)
	for i, v := range t.sums {
		VADDPS(Mem{Base: t.w, Index: at, Scale: 1, Disp: i * t.set.bytes()}, v, v)
	}
	ADDQ(Imm(4), t.next)
}

// rest adds the rows that are left, and writes the sums.
func (t *listSum) rest(name string) {
	TESTQ(t.count, t.count)
	JE(LabelRef("store_" + name))
	Label("more_" + name)
	t.add()
	DECQ(t.count)
	JNE(LabelRef("more_" + name))
	Label("store_" + name)
	for i, v := range t.sums {
		VMOVUPS(v, Mem{Base: t.dst, Disp: i * t.set.bytes()})
	}
}
