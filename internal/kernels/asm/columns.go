package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// columnBlock is the number of values of a row whose sums stay in registers:
// of 64 lanes each, so 24 of the 32 registers.
const columnBlock = 6

// addColumns emits sums of rows over the lanes of a word of bits, for AVX-512
// alone: its masks add where a bit is set.
func addColumns(s isa) {
	if !s.wide() {
		return
	}
	s.text("addColumns", "func(dst []float32, stride int, words []uint64, step, rows int, x []float32, ldx, n int, up bool)",
		"\tfor r := range rows {",
		"\t\tif !up {",
		"\t\t\tr = rows - 1 - r",
		"\t\t}",
		"\t\tfor j := range n {",
		"\t\t\tfor i := range 64 {",
		"\t\t\t\tif words[r*step]>>i&1 == 1 {",
		"\t\t\t\t\tdst[j*stride+i] += x[r*ldx+j]",
		"\t\t\t\t}",
		"\t\t\t}",
		"\t\t}",
		"\t}",
		"",
		fmt.Sprintf("for rows ≥ 1 and 1 ≤ n ≤ %d.", columnBlock))
	c := columnSum{set: s, dst: load("dst"), stride: loadBytes("stride"), x: load("x"), ldx: loadBytes("ldx"), words: load("words"), step: load("step"), rows: load("rows")}
	SHLQ(Imm(3), c.step)
	up, last, at := GP64(), GP64(), GP64()
	MOVBQZX(param("up", false), up)
	TESTQ(up, up)
	JNE(LabelRef("start"))
	LEAQ(Mem{Base: c.rows, Disp: -1}, last) // the last row comes first
	MOVQ(last, at)
	IMULQ(c.step, at)
	ADDQ(at, c.words)
	IMULQ(c.ldx, last)
	ADDQ(last, c.x)
	NEGQ(c.step)
	NEGQ(c.ldx)
	Label("start")
	n := load("n")
	for v := columnBlock; v >= 1; v-- {
		next := fmt.Sprintf("under%d", v)
		if v > 1 {
			CMPQ(n, U32(uint32(v)))
			JNE(LabelRef(next))
		}
		c.emit(v)
		if v > 1 {
			Label(next)
		}
	}
}

// columnSum is such a sum under construction.
type columnSum struct {
	set                              isa
	dst, stride, x, ldx, words, step reg.GPVirtual
	rows                             reg.GPVirtual
}

// emit writes the sum of v values of each row.
func (c columnSum) emit(v int) {
	acc := make([][4]reg.VecVirtual, v)
	each := func(f func(m Mem, sum reg.VecVirtual)) {
		at := GP64()
		MOVQ(c.dst, at)
		for j := range acc {
			for q := range acc[j] {
				f(Mem{Base: at, Disp: q * c.set.bytes()}, acc[j][q])
			}
			if j < v-1 {
				ADDQ(c.stride, at)
			}
		}
	}
	for j := range acc {
		for q := range acc[j] {
			acc[j][q] = c.set.vec()
		}
	}
	each(func(m Mem, sum reg.VecVirtual) { VMOVUPS(m, sum) })
	name := fmt.Sprintf("rows%d", v)
	Label(name)
	var mask [4]reg.OpmaskVirtual
	for q := range mask {
		mask[q] = K()
		KMOVW(Mem{Base: c.words, Disp: 2 * q}, mask[q])
	}
	for j := range acc {
		value := c.set.vec()
		VBROADCASTSS(Mem{Base: c.x, Disp: 4 * j}, value)
		for q := range acc[j] {
			VADDPS(value, acc[j][q], mask[q], acc[j][q])
		}
	}
	ADDQ(c.step, c.words)
	ADDQ(c.ldx, c.x)
	DECQ(c.rows)
	JNE(LabelRef(name))
	each(func(m Mem, sum reg.VecVirtual) { VMOVUPS(sum, m) })
	ret()
}
