package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm emits the register-blocked inner product of a tile of C and the
// transposition that packing needs.
func gemm(s isa) {
	gemmTile(s)
	pack(s)
	if !s.wide() {
		transpose(s)
	}
}

// tileRows is the height of the tallest tile: its accumulators, two vectors
// of B and a value or two of A fill the registers.
func (s isa) tileRows() int {
	if s.wide() {
		return 14
	}
	return 6
}

// tileArgs are the operands of a tile in registers. Strides count bytes.
type tileArgs struct {
	set             isa
	k, a, rs, cs    reg.GPVirtual
	b, bs           reg.GPVirtual
	c, ldc          reg.GPVirtual
	rows, cols      reg.GPVirtual
	rs3             reg.GPVirtual
	aRows           []reg.GPVirtual // every fourth row of A
	height, vectors int
	acc             [][]reg.VecVirtual // height × vectors
}

func gemmTile(s isa) {
	s.text("gemmTile", "func(k int, a []float32, rs, cs int, b []float32, bs int, c []float32, ldc, rows, cols int, add bool)",
		"\tfor i := range rows {",
		"\t\tfor j := range cols {",
		"\t\t\tsum := float32(0)",
		"\t\t\tfor p := range k {",
		"\t\t\t\tsum = fma(a[i*rs+p*cs], b[p*bs+j], sum)",
		"\t\t\t}",
		"\t\t\tif add {",
		"\t\t\t\tsum += c[i*ldc+j]",
		"\t\t\t}",
		"\t\t\tc[i*ldc+j] = sum",
		"\t\t}",
		"\t}",
		"",
		fmt.Sprintf("for 1 ≤ rows ≤ %d and 1 ≤ cols ≤ %d. It reads b up to the next multiple of %d columns.",
			s.tileRows(), 2*s.lanes, s.lanes))
	t := tileArgs{set: s}
	t.k = load("k")
	t.a = load("a")
	t.rs, t.cs = loadBytes("rs"), loadBytes("cs")
	t.b, t.bs = load("b"), loadBytes("bs")
	t.c, t.ldc = load("c"), loadBytes("ldc")
	t.rows, t.cols = load("rows"), load("cols")
	t.rs3 = GP64()
	LEAQ(Mem{Base: t.rs, Index: t.rs, Scale: 2}, t.rs3)
	CMPQ(t.cols, Imm(uint64(s.lanes)))
	JLE(LabelRef("narrow"))
	t.heights(2)
	Label("narrow")
	t.heights(1)
}

// heights emits a body for each height, the tallest first as the most frequent.
func (t tileArgs) heights(vectors int) {
	for h := t.set.tileRows(); h >= 1; h-- {
		next := fmt.Sprintf("under%dx%d", h, vectors)
		if h > 1 {
			CMPQ(t.rows, Imm(uint64(h)))
			JLT(LabelRef(next))
		}
		t.height, t.vectors = h, vectors
		t.body()
		if h > 1 {
			Label(next)
		}
	}
}

// body emits the tile of one height and width.
func (t tileArgs) body() {
	name := fmt.Sprintf("%dx%d", t.height, t.vectors)
	t.pointers()
	t.acc = make([][]reg.VecVirtual, t.height)
	for i := range t.acc {
		for range t.vectors {
			v := t.set.vec()
			t.set.zero(v)
			t.acc[i] = append(t.acc[i], v)
		}
	}
	TESTQ(t.k, t.k)
	JE(LabelRef("store" + name))
	Label("loop" + name)
	t.step()
	DECQ(t.k)
	JNE(LabelRef("loop" + name))
	Label("store" + name)
	t.write(name)
}

// pointers gives every fourth row of A a pointer, so that each row is one
// addressing mode away.
func (t *tileArgs) pointers() {
	t.aRows = []reg.GPVirtual{t.a}
	for i := 4; i < t.height; i += 4 {
		p := GP64()
		LEAQ(Mem{Base: t.aRows[len(t.aRows)-1], Index: t.rs, Scale: 4}, p)
		t.aRows = append(t.aRows, p)
	}
}

// at is the address of A in row i of the current column.
func (t tileArgs) at(i int) Mem {
	m := Mem{Base: t.aRows[i/4]}
	switch i % 4 {
	case 1:
		m = m.Idx(t.rs, 1)
	case 2:
		m = m.Idx(t.rs, 2)
	case 3:
		m = m.Idx(t.rs3, 1)
	}
	return m
}

// step emits one value of k.
func (t tileArgs) step() {
	b := make([]reg.VecVirtual, t.vectors)
	for j := range b {
		b[j] = t.set.vec()
		VMOVUPS(Mem{Base: t.b, Disp: j * t.set.bytes()}, b[j])
	}
	ADDQ(t.bs, t.b)
	for i := range t.height {
		if t.set.wide() && t.vectors == 1 { // one load a product instead of a load and a broadcast
			VFMADD231PS_BCST(t.at(i), b[0], t.acc[i][0])
			continue
		}
		a := t.set.vec()
		VBROADCASTSS(t.at(i), a)
		for j := range b {
			VFMADD231PS(b[j], a, t.acc[i][j])
		}
	}
	for _, p := range t.aRows {
		ADDQ(t.cs, p)
	}
}

// write emits the stores of the accumulators, masked in the last vector.
func (t tileArgs) write(name string) {
	if t.vectors > 1 {
		SUBQ(Imm(uint64(t.set.lanes*(t.vectors-1))), t.cols)
	}
	add := GP8()
	Load(Param("add"), add)
	if !t.set.wide() { // masked stores are slow there
		CMPQ(t.cols, Imm(uint64(t.set.lanes)))
		JNE(LabelRef("partial" + name))
		t.writeRows(name+"full", add, nil)
		Label("partial" + name)
	}
	mask := t.set.tail(t.cols)
	t.writeRows(name, add, &mask)
}

// writeRows emits both kinds of stores, and returns from the routine after each.
func (t tileArgs) writeRows(name string, add reg.GPVirtual, mask *tail) {
	TESTB(add, add)
	JE(LabelRef("set" + name))
	t.rowsOfC(func(v reg.VecVirtual, m Mem, last bool) {
		if last && mask != nil {
			old := t.set.vec()
			mask.load(m, old)
			VADDPS(old, v, v)
			mask.store(v, m)
			return
		}
		VADDPS(m, v, v)
		VMOVUPS(v, m)
	})
	ret()
	Label("set" + name)
	t.rowsOfC(func(v reg.VecVirtual, m Mem, last bool) {
		if last && mask != nil {
			mask.store(v, m)
			return
		}
		VMOVUPS(v, m)
	})
	ret()
}

// rowsOfC emits one for each vector of the tile, with its place in C.
func (t tileArgs) rowsOfC(emit func(v reg.VecVirtual, m Mem, last bool)) {
	c := GP64()
	MOVQ(t.c, c)
	for i := range t.height {
		for j, v := range t.acc[i] {
			emit(v, Mem{Base: c, Disp: j * t.set.bytes()}, j == t.vectors-1)
		}
		if i+1 < t.height {
			ADDQ(t.ldc, c)
		}
	}
}

// pack emits the copy of rows of B to panels of two vectors.
func pack(s isa) {
	width := 2 * s.lanes
	s.text("pack", "func(dst []float32, step int, src []float32, ld, rows, panels int)",
		"\tfor q := range rows {",
		"\t\tfor p := range panels {",
		fmt.Sprintf("\t\t\tcopy(dst[p*step+q*%d:][:%d], src[q*ld+p*%[1]d:])", width, width),
		"\t\t}",
		"\t}",
		"",
		"for rows ≥ 1 and panels ≥ 1.")
	dst, step := load("dst"), loadBytes("step")
	src, ld := load("src"), loadBytes("ld")
	rows, panels := load("rows"), load("panels")
	to, from, left := GP64(), GP64(), GP64()
	Label("row")
	MOVQ(dst, to)
	MOVQ(src, from)
	MOVQ(panels, left)
	Label("panel")
	v := []reg.VecVirtual{s.vec(), s.vec()}
	for i := range v {
		VMOVUPS(Mem{Base: from, Disp: i * s.bytes()}, v[i])
	}
	for i := range v {
		VMOVUPS(v[i], Mem{Base: to, Disp: i * s.bytes()})
	}
	ADDQ(U32(uint32(4*width)), from)
	ADDQ(step, to)
	DECQ(left)
	JNE(LabelRef("panel"))
	ADDQ(U32(uint32(4*width)), dst)
	ADDQ(ld, src)
	DECQ(rows)
	JNE(LabelRef("row"))
	ret()
}

// transpose emits the transposition of blocks of 8×8.
func transpose(s isa) {
	s.text("transpose8", "func(dst []float32, dstStride int, src []float32, srcStride, blocks int)",
		"\tfor p := range 8 * blocks {",
		"\t\tfor j := range 8 {",
		"\t\t\tdst[p*dstStride+j] = src[j*srcStride+p]",
		"\t\t}",
		"\t}")
	dst, src, blocks := load("dst"), load("src"), load("blocks")
	ds, ss := loadBytes("dstStride"), loadBytes("srcStride")
	ds3, ss3, dst4, src4 := GP64(), GP64(), GP64(), GP64()
	LEAQ(Mem{Base: ds, Index: ds, Scale: 2}, ds3)
	LEAQ(Mem{Base: ss, Index: ss, Scale: 2}, ss3)
	LEAQ(Mem{Base: src, Index: ss, Scale: 4}, src4)
	row := func(base, base4, stride, stride3 reg.GPVirtual, i int) Mem {
		t := tileArgs{aRows: []reg.GPVirtual{base, base4}, rs: stride, rs3: stride3}
		return t.at(i)
	}
	Label("block")
	LEAQ(Mem{Base: dst, Index: ds, Scale: 4}, dst4)
	var r, u [8]reg.VecVirtual
	for i := range r { // r[i]: lanes 0-3 of row i and of row i+4; r[i+4]: lanes 4-7
		r[i], u[i] = YMM(), YMM()
	}
	for i := range 4 {
		for half := range 2 {
			lo, hi := row(src, src4, ss, ss3, i), row(src, src4, ss, ss3, i+4)
			lo.Disp, hi.Disp = 16*half, 16*half
			VMOVUPS(lo, r[i+4*half].AsX())
			VINSERTF128(Imm(1), hi, r[i+4*half], r[i+4*half])
		}
	}
	for half := 0; half < 8; half += 4 { // 4×4 transpositions in both halves of the registers
		for i := 0; i < 4; i += 2 {
			VUNPCKLPS(r[half+i+1], r[half+i], u[half+i])
			VUNPCKHPS(r[half+i+1], r[half+i], u[half+i+1])
		}
		for i := range 2 {
			lo, hi := YMM(), YMM()
			VUNPCKLPD(u[half+i+2], u[half+i], lo)
			VUNPCKHPD(u[half+i+2], u[half+i], hi)
			VMOVUPS(lo, row(dst, dst4, ds, ds3, half+2*i))
			VMOVUPS(hi, row(dst, dst4, ds, ds3, half+2*i+1))
		}
	}
	ADDQ(Imm(32), src)
	ADDQ(Imm(32), src4)
	LEAQ(Mem{Base: dst, Index: ds, Scale: 8}, dst)
	DECQ(blocks)
	JNE(LabelRef("block"))
	ret()
}
