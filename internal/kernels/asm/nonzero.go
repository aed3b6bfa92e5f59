package main

import (
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// nonzeroRows emits the lists of values that are not zero. A vector of values
// is moved together and stored whole; the next one begins behind what counts.
func nonzeroRows(s isa) {
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
	c.constants()
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

func (c *compress) constants() {
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
	table := orders()
	c.order = GP64()
	LEAQ(table, c.order)
}

// orders emits, for each mask of eight lanes, the lanes in the mask, ascending, a byte each.
func orders() Mem {
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
	const notEqual = 4 // or not a number
	bitsOf := GP64()
	valAt, idxAt := Mem{Base: c.val, Index: c.k, Scale: 4}, Mem{Base: c.idx, Index: c.k, Scale: 4}
	numbers := c.set.vec()
	if c.set.wide() {
		k := K()
		VCMPPS(Imm(notEqual), c.zero, v, k)
		VCOMPRESSPS_Z(v, k, v)
		VPCOMPRESSD_Z(c.lane, k, numbers)
		KMOVW(k, bitsOf.As32())
	} else {
		order := YMM()
		VCMPPS(Imm(notEqual), c.zero, v, order)
		VMOVMSKPS(order, bitsOf.As32())
		VPMOVZXBD(Mem{Base: c.order, Index: bitsOf, Scale: 8}, order)
		VPERMPS(v, order, v)
		VPADDD(c.lane, order, numbers)
	}
	VMOVUPS(v, valAt)
	VMOVUPS(numbers, idxAt)
	POPCNTQ(bitsOf, bitsOf)
	ADDQ(bitsOf, c.k)
	VPADDD(c.step, c.lane, c.lane)
}
