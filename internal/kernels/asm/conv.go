package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// conv emits sums over windows of a list, and lists of values that are not
// zero; AVX-512 shares lists of bits and pooling by maximum with AVX2.
func conv(s isa) {
	windowSums(s, false)
	windowSums(s, true)
	if s.wide() {
		nonzeroRows(s, Mem{})
		return
	}
	orders := orderTable()
	nonzeroRows(s, orders)
	listBits(s, orders)
	maximaRows(s, orders)
	maxima(s)
	unpool(s)
}

// windowSum is a routine of sums over windows under construction.
type windowSum struct {
	set        isa
	scaled     bool
	win        reg.GPVirtual // window at hand
	dst, from  reg.GPVirtual // outputs, and what the sum starts with
	base       reg.GPVirtual // row 0 of w, shifted, at the outputs at hand
	stride     reg.GPVirtual
	idx, scale reg.GPVirtual // end of the window's entries
	count      reg.GPVirtual // minus their number
	left       reg.GPVirtual // outputs to come
	mask       tail
}

// sumBlock is the number of vectors of outputs that stay in registers.
const sumBlock = 8

func windowSums(s isa, scaled bool) {
	name, more, product := "sumWindows", "", "w[row*stride+j]"
	if scaled {
		name, more, product = "sumScaledWindows", ", scale []float32", "float32(scale[k] * w[row*stride+j])"
	}
	s.text(name, "func(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list [][4]uint32"+more+") bool",
		"\tfor _, win := range list {",
		"\t\tlo, hi, ok := inside(win)",
		"\t\tif !ok {",
		"\t\t\treturn false",
		"\t\t}",
		"\t\tif first != nil {",
		"\t\t\tcopy(dst[win[3]:][:n], first)",
		"\t\t}",
		"\t\tfor k := lo; k < hi; k++ {",
		"\t\t\trow := idx[k] + win[2]",
		"\t\t\tfor j := range n {",
		"\t\t\t\tdst[win[3]+j] += "+product,
		"\t\t\t}",
		"\t\t}",
		"\t}",
		"\treturn true",
		"",
		"for n ≥ 1 and len(list) ≥ 1.")
	r := windowSum{set: s, scaled: scaled, win: load("list"), stride: loadBytes("stride")}
	r.mask = s.remainder()
	r.dst, r.from, r.base, r.idx, r.count, r.left = GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	if scaled {
		r.scale = GP64()
	}
	listEnd := AllocLocal(8)
	end := loadLen("list")
	SHLQ(Imm(4), end)
	ADDQ(r.win, end)
	MOVQ(end, listEnd)

	Label("window")
	r.open()
	r.outputs()
	Label("next")
	ADDQ(Imm(16), r.win)
	CMPQ(r.win, listEnd)
	JB(LabelRef("window"))
	yes := GP8()
	MOVB(Imm(1), yes)
	Store(yes, ReturnIndex(0))
	ret()
	Label("bad")
	no := GP8()
	XORB(no, no)
	Store(no, ReturnIndex(0))
	ret()
}

// remainder is the mask of the last vector of n outputs, 1 to lanes of them.
func (s isa) remainder() tail {
	count := load("n")
	DECQ(count)
	ANDQ(Imm(uint64(s.lanes-1)), count)
	INCQ(count)
	return s.tail(count)
}

// param is the word of a parameter in memory: the pointer of a slice, or its length.
func param(name string, length bool) Mem {
	p := Param(name)
	if _, err := p.Resolve(); err != nil {
		if length {
			p = p.Len()
		} else {
			p = p.Base()
		}
	}
	b, err := p.Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// open reads the window at hand and checks it.
func (r windowSum) open() {
	start, lo, hi := GP64(), GP64(), GP64()
	MOVQ(param("start", false), start)
	for i, v := range []reg.GPVirtual{lo, hi} {
		MOVL(Mem{Base: r.win, Disp: 4 * i}, v.As32())
		CMPQ(v, param("start", true))
		JAE(LabelRef("bad"))
		MOVL(Mem{Base: start, Index: v, Scale: 4}, v.As32())
	}
	to := GP64() // dst[to:to+n]
	MOVL(Mem{Base: r.win, Disp: 12}, r.dst.As32())
	MOVQ(param("n", false), r.left)
	LEAQ(Mem{Base: r.dst, Index: r.left, Scale: 1}, to)
	CMPQ(to, param("dst", true))
	JA(LabelRef("bad"))
	SHLQ(Imm(2), r.dst)
	ADDQ(param("dst", false), r.dst)
	MOVQ(param("first", false), r.from)
	MOVQ(lo, r.count)
	SUBQ(hi, r.count)
	JNE(LabelRef("some"))
	TESTQ(r.from, r.from) // no entry: dst = first, or nothing to do
	JE(LabelRef("next"))
	JMP(LabelRef("ready"))
	Label("some")
	JA(LabelRef("bad"))
	CMPQ(hi, param("idx", true))
	JA(LabelRef("bad"))
	r.rows(lo, hi)
	Label("ready")
	TESTQ(r.from, r.from)
	JNE(LabelRef("fresh"))
	MOVQ(r.dst, r.from)
	Label("fresh")
}

// rows checks the first and the last row of the window and finds their addresses.
func (r windowSum) rows(lo, hi reg.GPVirtual) {
	shift, bottom, top := GP64(), GP64(), GP64()
	MOVQ(param("idx", false), r.idx)
	MOVL(Mem{Base: r.win, Disp: 8}, shift.As32())
	MOVL(Mem{Base: r.idx, Index: lo, Scale: 4}, bottom.As32())
	LEAQ(Mem{Base: r.idx, Index: hi, Scale: 4}, r.idx)
	MOVL(Mem{Base: r.idx, Disp: -4}, top.As32())
	ADDL(shift.As32(), bottom.As32())
	ADDL(shift.As32(), top.As32())
	CMPQ(bottom, top)
	JA(LabelRef("bad"))
	CMPQ(top, param("rows", false))
	JAE(LabelRef("bad"))
	MOVLQSX(shift.As32(), r.base)
	IMULQ(r.stride, r.base)
	ADDQ(param("w", false), r.base)
	if r.scaled {
		MOVQ(param("scale", false), r.scale)
		LEAQ(Mem{Base: r.scale, Index: hi, Scale: 4}, r.scale)
	}
}

// outputs computes all outputs of the window, block by block.
func (r windowSum) outputs() {
	full := []int{sumBlock}
	if r.set.wide() {
		full = []int{sumBlock, sumBlock / 2}
	}
	for _, v := range full {
		loop, under := fmt.Sprintf("full%d", v), fmt.Sprintf("under%d", v)
		outputs := uint32(v * r.set.lanes)
		Label(loop)
		CMPQ(r.left, U32(outputs))
		JLT(LabelRef(under))
		r.block(fmt.Sprintf("f%d", v), v, false)
		SUBQ(U32(outputs), r.left)
		JE(LabelRef("next"))
		for _, p := range []reg.GPVirtual{r.dst, r.from, r.base} {
			ADDQ(U32(4*outputs), p)
		}
		JMP(LabelRef(loop))
		Label(under)
	}
	for v := 1; v <= full[len(full)-1]; v++ {
		over := fmt.Sprintf("over%d", v)
		if v < full[len(full)-1] {
			CMPQ(r.left, U32(uint32(v*r.set.lanes)))
			JGT(LabelRef(over))
		}
		r.block(fmt.Sprintf("t%d", v), v, true)
		JMP(LabelRef("next"))
		Label(over)
	}
}

// block emits the sum for v vectors of outputs, the last of them masked when partial.
func (r windowSum) block(name string, v int, partial bool) {
	acc := make([]reg.VecVirtual, v)
	masked := func(i int) bool { return partial && i == v-1 }
	for i := range acc {
		acc[i] = r.set.vec()
		m := Mem{Base: r.from, Disp: i * r.set.bytes()}
		if masked(i) {
			r.mask.load(m, acc[i])
			continue
		}
		VMOVUPS(m, acc[i])
	}
	at, row, factor := GP64(), GP64(), r.set.vec()
	MOVQ(r.count, at)
	TESTQ(at, at)
	JE(LabelRef("store" + name))
	Label("loop" + name)
	MOVL(Mem{Base: r.idx, Index: at, Scale: 4}, row.As32())
	IMULQ(r.stride, row)
	if r.scaled {
		VBROADCASTSS(Mem{Base: r.scale, Index: at, Scale: 4}, factor)
	}
	for i := range acc {
		r.term(Mem{Base: r.base, Index: row, Scale: 1, Disp: i * r.set.bytes()}, acc[i], factor, masked(i))
	}
	INCQ(at)
	JNE(LabelRef("loop" + name))
	Label("store" + name)
	for i := range acc {
		m := Mem{Base: r.dst, Disp: i * r.set.bytes()}
		if masked(i) {
			r.mask.store(acc[i], m)
			continue
		}
		VMOVUPS(acc[i], m)
	}
}

// term adds the vector at m, times factor when the sum is scaled, to acc.
// Lanes that the mask leaves out are never stored.
func (r windowSum) term(m Mem, acc, factor reg.VecVirtual, masked bool) {
	x := r.set.vec()
	switch {
	case masked:
		r.mask.load(m, x)
		if r.scaled {
			VMULPS(x, factor, x)
		}
	case r.scaled:
		VMULPS(m, factor, x)
	default:
		VADDPS(m, acc, acc)
		return
	}
	VADDPS(x, acc, acc)
}
