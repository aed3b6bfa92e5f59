package main

import (
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// nonzeroRows emits the lists of values that are not zero. A vector of values
// is moved together and stored whole; the next one begins behind what counts.
func nonzeroRows(s isa, orders Mem) {
	s.text("nonzeroRows", "func(idx []uint32, val []float32, start []uint32, src []float32, n int)",
		"\tk := 0",
		"\tfor r := range len(start) - 1 {",
		"\t\tstart[r] = uint32(k)",
		"\t\tfor j, v := range src[r*n:][:n] {",
		"\t\t\tif v != 0 {",
		"\t\t\t\tidx[k], val[k] = uint32(j), v",
		"\t\t\t\tk++",
		"\t\t\t}",
		"\t\t}",
		"\t}",
		"\tstart[len(start)-1] = uint32(k)",
		"",
		"for n ≥ 1. It spoils up to a vector of idx and val behind the last entry.")
	c := compress{set: s, idx: load("idx"), val: load("val"), src: load("src"), k: GP64(), left: GP64()}
	start, rows := load("start"), loadLen("start")
	c.constants(orders)
	mask := s.remainder()
	XORQ(c.k, c.k)
	DECQ(rows)
	Label("row")
	MOVL(c.k.As32(), Mem{Base: start})
	MOVQ(param("n", false), c.left)
	c.zeroLanes()
	Label("vector")
	CMPQ(c.left, Imm(uint64(s.lanes)))
	JLE(LabelRef("last"))
	v := s.vec()
	VMOVUPS(Mem{Base: c.src}, v)
	c.list(v)
	ADDQ(Imm(uint64(s.bytes())), c.src)
	SUBQ(Imm(uint64(s.lanes)), c.left)
	JMP(LabelRef("vector"))
	Label("last")
	w := s.vec()
	mask.load(Mem{Base: c.src}, w)
	c.list(w)
	LEAQ(Mem{Base: c.src, Index: c.left, Scale: 4}, c.src)
	ADDQ(Imm(4), start)
	DECQ(rows)
	JNE(LabelRef("row"))
	MOVL(c.k.As32(), Mem{Base: start})
	ret()
}

// compress moves values that are not zero together.
type compress struct {
	set           isa
	idx, val, src reg.GPVirtual
	k, left       reg.GPVirtual
	zero          reg.VecVirtual
	lane, step    reg.VecVirtual // AVX2: number of the vector's first value; AVX-512: numbers of its values
	iota          Mem            // AVX-512
	order         reg.GPVirtual  // AVX2: the table of orders
}

func (c *compress) constants(orders Mem) {
	c.zero, c.lane, c.step = c.set.vec(), c.set.vec(), c.set.vec()
	c.set.zero(c.zero)
	step := GP32()
	MOVL(U32(uint32(c.set.lanes)), step)
	if c.set.wide() {
		VPBROADCASTD(step, c.step)
		c.iota = GLOBL("iota", RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(uint32(i)))
		}
		return
	}
	x := XMM()
	VMOVD(step, x)
	VPBROADCASTD(x, c.step)
	c.order = GP64()
	LEAQ(orders, c.order)
}

// orderTable emits, for each mask of eight lanes, the lanes in the mask, ascending, a byte each.
func orderTable() Mem {
	table := GLOBL("orders", RODATA|NOPTR)
	for mask := range 256 {
		var order uint64
		for m, k := uint(mask), 0; m != 0; m, k = m&(m-1), k+1 {
			order |= uint64(bits.TrailingZeros(m)) << (8 * k)
		}
		DATA(8*mask, U64(order))
	}
	return table
}

func (c *compress) zeroLanes() {
	if c.set.wide() {
		VMOVDQU32(c.iota, c.lane)
		return
	}
	c.set.zero(c.lane)
}

// list appends the values of v that are not zero and moves on by a vector.
func (c *compress) list(v reg.VecVirtual) {
	if c.set.wide() {
		k, numbers, count := K(), c.set.vec(), GP64()
		VCMPPS(Imm(notEqual), c.zero, v, k)
		VCOMPRESSPS_Z(v, k, v)
		VPCOMPRESSD_Z(c.lane, k, numbers)
		KMOVW(k, count.As32())
		c.append(v, numbers, count)
		return
	}
	mask := YMM()
	VCMPPS(Imm(notEqual), c.zero, v, mask)
	c.listMasked(v, mask)
}

// notEqual compares for ≠, true when a number is none.
const notEqual = 4

// listMasked appends the values of v in the mask, with AVX2, and moves on by a vector.
func (c *compress) listMasked(v, mask reg.VecVirtual) {
	order, count, numbers := YMM(), GP64(), YMM()
	VMOVMSKPS(mask, count.As32())
	VPMOVZXBD(Mem{Base: c.order, Index: count, Scale: 8}, order)
	VPERMPS(v, order, v)
	VPADDD(c.lane, order, numbers)
	c.append(v, numbers, count)
}

// append stores whole vectors and moves on by as many values as bits are set.
func (c *compress) append(v, numbers reg.VecVirtual, set reg.GPVirtual) {
	VMOVUPS(v, Mem{Base: c.val, Index: c.k, Scale: 4})
	VMOVUPS(numbers, Mem{Base: c.idx, Index: c.k, Scale: 4})
	POPCNTQ(set, set)
	ADDQ(set, c.k)
	VPADDD(c.step, c.lane, c.lane)
}

// maximaRows emits the lists of errors that a pooling hands to each of its
// places. The last vector of channels overlaps the one before, whose lanes are
// left out: n is at least a vector.
func maximaRows(s isa, orders Mem) {
	s.text("maximaRows", "func(idx []uint32, val []float32, start []uint32, g []float32, at []uint16, n int, windows []uint32)",
		"\te := 0",
		"\tfor w := range len(windows) - 1 {",
		"\t\tfor i := windows[w]; i < windows[w+1]; i++ {",
		"\t\t\tstart[i] = uint32(e)",
		"\t\t\tfor j := range n {",
		"\t\t\t\tif at[w*n+j] == uint16(i-windows[w]) && g[w*n+j] != 0 {",
		"\t\t\t\t\tidx[e], val[e] = uint32(j), g[w*n+j]",
		"\t\t\t\t\te++",
		"\t\t\t\t}",
		"\t\t\t}",
		"\t\t}",
		"\t}",
		"\tstart[windows[len(windows)-1]] = uint32(e)",
		"",
		"for n ≥ 8 and a window or more. It spoils up to a vector of idx and val behind the last entry.")
	c := &compress{set: s, idx: load("idx"), val: load("val"), src: load("g"), k: GP64()}
	start, windows, left, at := load("start"), load("windows"), GP64(), load("at")
	c.constants(orders)
	one, number, fresh := YMM(), YMM(), YMM()
	ones(one)
	leftOut(s, fresh)
	countEnd := AllocLocal(8)
	MOVQ(param("windows", true), left)
	DECQ(left)
	MOVQ(left, countEnd)
	XORQ(c.k, c.k)
	places, j, last := GP64(), GP64(), GP64()
	MOVQ(param("n", false), last)
	SUBQ(Imm(8), last)
	Label("window")
	VPXOR(number, number, number)
	MOVL(Mem{Base: windows, Disp: 4}, places.As32())
	SUBL(Mem{Base: windows}, places.As32())
	Label("place")
	MOVL(c.k.As32(), Mem{Base: start})
	c.zeroLanes()
	XORQ(j, j)
	body := func(mask func(m reg.VecVirtual)) {
		v, which, m := YMM(), YMM(), YMM()
		VMOVUPS(Mem{Base: c.src, Index: j, Scale: 4}, v)
		VPMOVZXWD(Mem{Base: at, Index: j, Scale: 2}, which)
		VPCMPEQD(number, which, which)
		VCMPPS(Imm(notEqual), c.zero, v, m)
		VPAND(which, m, m)
		if mask != nil {
			mask(m)
		}
		c.listMasked(v, m)
	}
	Label("vector")
	CMPQ(j, last)
	JGE(LabelRef("last"))
	body(nil)
	ADDQ(Imm(8), j)
	JMP(LabelRef("vector"))
	Label("last")
	MOVQ(last, j)
	first := XMM()
	VMOVD(j.As32(), first)
	VPBROADCASTD(first, c.lane)
	body(func(m reg.VecVirtual) { VPAND(fresh, m, m) })
	VPADDD(one, number, number)
	ADDQ(Imm(4), start)
	DECQ(places)
	JNE(LabelRef("place"))
	LEAQ(Mem{Base: c.src, Index: last, Scale: 4, Disp: 32}, c.src)
	LEAQ(Mem{Base: at, Index: last, Scale: 2, Disp: 16}, at)
	ADDQ(Imm(4), windows)
	DECQ(countEnd)
	JNE(LabelRef("window"))
	MOVL(c.k.As32(), Mem{Base: start})
	ret()
}

// leftOut sets the lanes of the last of n channels that an overlapping last
// vector does not share with the one before.
func leftOut(s isa, v reg.VecVirtual) {
	done, table := load("n"), GP64()
	NEGQ(done)
	ANDQ(Imm(uint64(s.lanes-1)), done) // lanes that were there before
	NEGQ(done)
	LEAQ(s.masks.Offset(4*s.lanes), table)
	VMOVDQU(Mem{Base: table, Index: done, Scale: 4}, v)
	all := YMM()
	VPCMPEQD(all, all, all)
	VPXOR(all, v, v)
}
