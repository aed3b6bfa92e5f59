package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// listBits emits the lists of set bits, eight bits at a time and without a
// branch on them: spikes are hard to foresee.
func listBits(s isa, orders Mem) {
	s.text("listBits", "func(idx, start []uint32, words []uint64, runs [][2]uint32, offset, count int) bool",
		"\tn := 0",
		"\tfor r, run := range runs {",
		"\t\tstart[r] = uint32(n)",
		"\t\tat := int(run[0]) + offset",
		"\t\tif (at+count-1)>>6 >= len(words) {",
		"\t\t\treturn false",
		"\t\t}",
		"\t\tfor i := range count {",
		"\t\t\tif words[(at+i)>>6]>>((at+i)&63)&1 == 1 {",
		"\t\t\t\tidx[n] = run[1] + uint32(i)",
		"\t\t\t\tn++",
		"\t\t\t}",
		"\t\t}",
		"\t}",
		"\tstart[len(runs)] = uint32(n)",
		"\treturn true",
		"",
		"for count ≥ 1 and a run or more. It spoils up to seven values of idx behind the last entry.")
	idx, start, words, run := load("idx"), load("start"), load("words"), load("runs")
	offset := load("offset")
	table, left, n := GP64(), loadLen("runs"), GP64()
	LEAQ(orders, table)
	step, eight := YMM(), GP32()
	MOVL(U32(8), eight)
	VMOVD(eight, step.AsX())
	VPBROADCASTD(step.AsX(), step)
	XORQ(n, n)

	Label("run")
	MOVL(n.As32(), Mem{Base: start})
	at, bits, last := GP64(), GP64(), GP64()
	MOVL(Mem{Base: run}, at.As32())
	ADDQ(offset, at)
	MOVQ(param("count", false), bits)
	LEAQ(Mem{Base: at, Index: bits, Scale: 1, Disp: -1}, last)
	SHRQ(Imm(6), last)
	CMPQ(last, param("words", true))
	JAE(LabelRef("bad"))
	base := YMM()
	VPBROADCASTD(Mem{Base: run, Disp: 4}, base)

	Label("chunk") // of up to 64 bits, which lie in one word or in two
	word, next, w, upper, shift := GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(at, word)
	SHRQ(Imm(6), word)
	LEAQ(Mem{Base: word, Disp: 1}, next)
	CMPQ(next, last)
	CMOVQHI(last, next) // bits past the last one are cut off below
	MOVQ(at, shift)
	SHRXQ(shift, Mem{Base: words, Index: word, Scale: 8}, w)
	MOVQ(Mem{Base: words, Index: next, Scale: 8}, upper)
	ADDQ(upper, upper)
	NOTQ(shift)
	SHLXQ(shift, upper, upper)
	ORQ(upper, w)
	size := GP64()
	MOVL(U32(64), size.As32())
	CMPQ(bits, size)
	CMOVQLT(bits, size)
	BZHIQ(size, w, w)
	ADDQ(size, at)
	SUBQ(size, bits)

	Label("byte")
	eightBits, entries := GP64(), YMM()
	MOVBLZX(w.As8(), eightBits.As32())
	VPMOVZXBD(Mem{Base: table, Index: eightBits, Scale: 8}, entries)
	VPADDD(base, entries, entries)
	VMOVDQU(entries, Mem{Base: idx, Index: n, Scale: 4})
	POPCNTQ(eightBits, eightBits)
	ADDQ(eightBits, n)
	VPADDD(step, base, base)
	SHRQ(Imm(8), w)
	SUBQ(Imm(8), size)
	JG(LabelRef("byte"))
	TESTQ(bits, bits)
	JNE(LabelRef("chunk"))
	ADDQ(Imm(8), run)
	ADDQ(Imm(4), start)
	DECQ(left)
	JNE(LabelRef("run"))
	MOVL(n.As32(), Mem{Base: start})
	yes, no := GP8(), GP8()
	MOVB(Imm(1), yes)
	Store(yes, ReturnIndex(0))
	ret()
	Label("bad")
	XORB(no, no)
	Store(no, ReturnIndex(0))
	ret()
}
