package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows emits the sums over listed rows. A block of outputs stays in registers
// while the whole list is read.
func rows(s isa) {
	addRows(s)
	addScaledRows(s)
	addToRows(s)
	maxIndex(s)
	addColumns(s)
	packRows(s)
	addLists(s)
}

// rowsAhead is how many rows ahead packRows asks for: as long as memory takes
// to answer, a row of 64 values is copied several times.
const rowsAhead = 8

// packRows emits the copy of parts of rows, side by side.
func packRows(s isa) {
	s.text("packRows", "func(dst, src []float32, stride, n, rows int)",
		"\tfor r := range rows {",
		"\t\tcopy(dst[r*n:(r+1)*n], src[r*stride:])",
		"\t}",
		"",
		"for rows ≥ 1 and n ≥ 16, a multiple of 16.")
	dst, src, rows := load("dst"), load("src"), load("rows")
	stride, n, ahead, j := loadBytes("stride"), loadBytes("n"), GP64(), GP64()
	IMUL3Q(Imm(rowsAhead), stride, ahead)
	Label("row")
	next := GP64()
	LEAQ(Mem{Base: src, Index: ahead, Scale: 1}, next)
	XORQ(j, j)
	Label("line")
	PREFETCHT0(Mem{Base: next, Index: j, Scale: 1})
	for i := 0; i < 64; i += s.bytes() {
		v := s.vec()
		VMOVUPS(Mem{Base: src, Index: j, Scale: 1, Disp: i}, v)
		VMOVUPS(v, Mem{Base: dst, Index: j, Scale: 1, Disp: i})
	}
	ADDQ(Imm(64), j)
	CMPQ(j, n)
	JLT(LabelRef("line"))
	ADDQ(stride, src)
	ADDQ(n, dst)
	DECQ(rows)
	JNE(LabelRef("row"))
	ret()
}

// addToRows emits the sum of one row into many. A vector of the row stays in a
// register while the whole list is read.
func addToRows(s isa) {
	s.text("addToRows", "func(w []float32, stride int, idx []uint32, x []float32)",
		"\tfor _, r := range idx {",
		"\t\tfor j, v := range x {",
		"\t\t\tw[int(r)*stride+j] += v",
		"\t\t}",
		"\t}",
		"",
		"for len(idx) ≥ 1.")
	w, stride, idx, count := load("w"), loadBytes("stride"), load("idx"), loadLen("idx")
	x, n := load("x"), loadLen("x")
	at, k := GP64(), GP64()
	column := func(name string, read func(Mem, reg.VecVirtual), write func(reg.VecVirtual, Mem)) {
		v := s.vec()
		read(Mem{Base: x}, v)
		XORQ(k, k)
		Label(name)
		MOVL(Mem{Base: idx, Index: k, Scale: 4}, at.As32())
		IMULQ(stride, at)
		row, sum := Mem{Base: w, Index: at, Scale: 1}, s.vec()
		read(row, sum)
		VADDPS(v, sum, sum)
		write(sum, row)
		INCQ(k)
		CMPQ(k, count)
		JLT(LabelRef(name))
	}
	Label("loop")
	CMPQ(n, Imm(uint64(s.lanes)))
	JLT(LabelRef("under"))
	column("whole", func(m Mem, v reg.VecVirtual) { VMOVUPS(m, v) }, func(v reg.VecVirtual, m Mem) { VMOVUPS(v, m) })
	ADDQ(Imm(uint64(s.bytes())), w)
	ADDQ(Imm(uint64(s.bytes())), x)
	SUBQ(Imm(uint64(s.lanes)), n)
	JMP(LabelRef("loop"))
	Label("under")
	TESTQ(n, n)
	JE(LabelRef("done"))
	mask := s.tail(n)
	column("part", mask.load, mask.store)
	Label("done")
	ret()
}

// rowSum is a sum over rows under construction.
type rowSum struct {
	set            isa
	dst, n         reg.GPVirtual
	w, stride      reg.GPVirtual
	idx, count     reg.GPVirtual
	scale          reg.GPVirtual // nil when rows count once
	idxAt, scaleAt reg.GPVirtual
	left           reg.GPVirtual
}

func addRows(s isa) {
	s.text("addRows", "func(dst, w []float32, stride int, idx []uint32)",
		"\tfor _, r := range idx {",
		"\t\tfor j := range dst {",
		"\t\t\tdst[j] += w[int(r)*stride+j]",
		"\t\t}",
		"\t}",
		"",
		"for len(idx) ≥ 1.")
	r := rowSum{set: s}
	if s.wide() {
		r.emit([]int{16}, 16)
		return
	}
	r.emit([]int{16, 8}, 8)
}

func addScaledRows(s isa) {
	s.text("addScaledRows", "func(dst, w []float32, stride int, idx []uint32, scale []float32)",
		"\tfor k, r := range idx {",
		"\t\tfor j := range dst {",
		"\t\t\tdst[j] += float32(scale[k] * w[int(r)*stride+j])",
		"\t\t}",
		"\t}",
		"",
		"for len(idx) ≥ 1.")
	r := rowSum{set: s, scale: load("scale"), scaleAt: GP64()}
	if s.wide() {
		r.emit([]int{16}, 16)
		return
	}
	r.emit([]int{8}, 8)
}

// emit writes loops over blocks of full[0], full[1], … vectors of outputs,
// then one block for what is left: at most most vectors, the last one masked.
func (r rowSum) emit(full []int, most int) {
	r.dst, r.n = load("dst"), loadLen("dst")
	r.w, r.stride = load("w"), loadBytes("stride")
	r.idx, r.count = load("idx"), loadLen("idx")
	r.idxAt, r.left = GP64(), GP64()
	for _, v := range full {
		outputs := v * r.set.lanes
		Label(fmt.Sprintf("full%d", v))
		CMPQ(r.n, U32(uint32(outputs)))
		JLT(LabelRef(fmt.Sprintf("under%d", v)))
		r.block(fmt.Sprintf("f%d", v), v, nil)
		ADDQ(U32(uint32(4*outputs)), r.dst)
		ADDQ(U32(uint32(4*outputs)), r.w)
		SUBQ(U32(uint32(outputs)), r.n)
		JMP(LabelRef(fmt.Sprintf("full%d", v)))
		Label(fmt.Sprintf("under%d", v))
	}
	TESTQ(r.n, r.n)
	JE(LabelRef("done"))
	for v := 1; v <= most; v++ {
		next := fmt.Sprintf("over%d", v)
		if v < most {
			CMPQ(r.n, U32(uint32(v*r.set.lanes)))
			JGT(LabelRef(next))
		}
		if v > 1 {
			SUBQ(U32(uint32((v-1)*r.set.lanes)), r.n)
		}
		mask := r.set.tail(r.n)
		r.block(fmt.Sprintf("t%d", v), v, &mask)
		ret()
		if v < most {
			Label(next)
		}
	}
	Label("done")
	ret()
}

// block emits the sum for v vectors of outputs, the last of them masked when mask is set.
func (r rowSum) block(name string, v int, mask *tail) {
	acc := make([]reg.VecVirtual, v)
	each := func(base reg.GPVirtual, f func(m Mem, acc reg.VecVirtual, masked bool)) {
		for i := range acc {
			f(Mem{Base: base, Disp: i * r.set.bytes()}, acc[i], mask != nil && i == v-1)
		}
	}
	for i := range acc {
		acc[i] = r.set.vec()
	}
	each(r.dst, func(m Mem, a reg.VecVirtual, masked bool) {
		if masked {
			mask.load(m, a)
			return
		}
		VMOVUPS(m, a)
	})
	MOVQ(r.idx, r.idxAt)
	MOVQ(r.count, r.left)
	if r.scale != nil {
		MOVQ(r.scale, r.scaleAt)
	}
	Label("loop" + name)
	row, factor := GP64(), r.set.vec()
	MOVL(Mem{Base: r.idxAt}, row.As32())
	ADDQ(Imm(4), r.idxAt)
	IMULQ(r.stride, row)
	ADDQ(r.w, row)
	if r.scale != nil {
		VBROADCASTSS(Mem{Base: r.scaleAt}, factor)
		ADDQ(Imm(4), r.scaleAt)
	}
	each(row, func(m Mem, a reg.VecVirtual, masked bool) { r.term(m, a, factor, mask, masked) })
	DECQ(r.left)
	JNE(LabelRef("loop" + name))
	each(r.dst, func(m Mem, a reg.VecVirtual, masked bool) {
		if masked {
			mask.store(a, m)
			return
		}
		VMOVUPS(a, m)
	})
}

// term adds the vector at m, times factor when rows are scaled, to acc.
func (r rowSum) term(m Mem, acc, factor reg.VecVirtual, mask *tail, masked bool) {
	if !masked && r.scale == nil {
		VADDPS(m, acc, acc)
		return
	}
	x := r.set.vec()
	switch {
	case masked:
		mask.load(m, x)
		if r.scale != nil {
			VMULPS(x, factor, x)
		}
	default:
		VMULPS(m, factor, x)
	}
	VADDPS(x, acc, acc)
}

// maxIndex emits the bounds check of a list.
func maxIndex(s isa) {
	s.text("maxIndex", "func(idx []uint32) uint32",
		"\tfor _, r := range idx {",
		"\t\ttop = max(top, r)",
		"\t}",
		"",
		fmt.Sprintf("for len(idx) ≥ %d.", s.lanes))
	at, n := load("idx"), loadLen("idx")
	last := GP64() // the last vector may overlap the one before
	LEAQ(Mem{Base: at, Index: n, Scale: 4, Disp: -s.bytes()}, last)
	top := s.vec()
	VMOVUPS(Mem{Base: last}, top)
	Label("loop")
	CMPQ(at, last)
	JAE(LabelRef("reduce"))
	VPMAXUD(Mem{Base: at}, top, top)
	ADDQ(Imm(uint64(s.bytes())), at)
	JMP(LabelRef("loop"))
	Label("reduce")
	half := YMM()
	if s.wide() {
		VEXTRACTI64X4(Imm(1), top, half)
		VPMAXUD(half, top.AsY(), top.AsY())
	}
	VEXTRACTI128(Imm(1), top.AsY(), half.AsX())
	for _, lanes := range []uint64{0, 0b1110, 0b0001} {
		if lanes != 0 {
			VPSHUFD(Imm(lanes), top.AsX(), half.AsX())
		}
		VPMAXUD(half.AsX(), top.AsX(), top.AsX())
	}
	out := GP32()
	VMOVD(top.AsX(), out)
	Store(out, ReturnIndex(0))
	ret()
}
