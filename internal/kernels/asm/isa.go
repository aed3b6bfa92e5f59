package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set, as far as the routines differ in it.
type isa struct {
	name  string
	lanes int // float32 values of a vector register
	vec   func() reg.VecVirtual
	masks Mem // AVX2: the table that masks are cut from
	one   Mem // 1 as float32
}

var (
	avx2   = isa{name: "AVX2", lanes: 8, vec: YMM}
	avx512 = isa{name: "AVX512", lanes: 16, vec: ZMM}
)

// bytes is the size of a vector register.
func (s isa) bytes() int { return 4 * s.lanes }

// wide says that the set has masks and 32 registers.
func (s isa) wide() bool { return s.lanes == 16 }

// text opens a routine called name + the set's name; doc is the
// Go loop that it must equal.
func (s isa) text(name, signature string, doc ...string) {
	TEXT(name+s.name, NOSPLIT, signature)
	Doc(append([]string{name + s.name + " equals", ""}, doc...)...)
	Pragma("noescape")
}

// ret ends a routine.
func ret() {
	VZEROUPPER()
	RET()
}

// zero clears a vector register.
func (s isa) zero(v reg.VecVirtual) {
	if s.wide() {
		VPXORQ(v, v, v)
		return
	}
	VXORPS(v, v, v)
}

// tail is a mask of the first lanes of a vector.
type tail struct {
	set isa
	k   reg.OpmaskVirtual // AVX-512
	v   reg.VecVirtual    // AVX2
}

// tail returns the mask of the first count lanes, 1 ≤ count ≤ lanes. It spoils count.
func (s isa) tail(count reg.GPVirtual) tail {
	t := tail{set: s}
	if s.wide() {
		t.k = K()
		ones := GP32()
		MOVL(U32(0xffff), ones)
		NEGQ(count)
		ADDQ(Imm(uint64(s.lanes)), count)
		MOVQ(count, reg.RCX)
		SHRL(reg.CL, ones)
		KMOVW(ones, t.k)
		return t
	}
	t.v = YMM()
	table := Mem{Base: GP64()}
	LEAQ(s.masks, table.Base)
	NEGQ(count)
	VMOVDQU(table.Offset(4*s.lanes).Idx(count, 4), t.v)
	return t
}

// maskTable emits the words that AVX2 masks are cut from: eight of ones, then eight of zeros.
func maskTable() Mem {
	table := GLOBL("lanes", RODATA|NOPTR)
	for i := range 16 {
		ones := uint32(0)
		if i < 8 {
			ones = 0xffffffff
		}
		DATA(4*i, U32(ones))
	}
	return table
}

// oneValue emits 1 as float32.
func oneValue() Mem {
	one := GLOBL("one", RODATA|NOPTR)
	DATA(0, U32(0x3f800000))
	return one
}

// load reads the masked lanes of m to dst and zeros the others.
func (t tail) load(m Mem, dst reg.VecVirtual) {
	if t.set.wide() {
		VMOVUPS_Z(m, t.k, dst)
		return
	}
	VMASKMOVPS(m, t.v, dst)
}

// store writes the masked lanes of src to m and leaves the others.
func (t tail) store(src reg.VecVirtual, m Mem) {
	if t.set.wide() {
		VMOVUPS(src, t.k, m)
		return
	}
	VMASKMOVPS(src, t.v, m)
}

// hasParam says whether the routine has a parameter of that name.
func hasParam(name string) bool {
	for _, p := range []func() (*gotypes.Basic, error){Param(name).Resolve, Param(name).Base().Resolve} {
		if _, err := p(); err == nil {
			return true
		}
	}
	return false
}

// address is where a parameter of one word lies.
func address(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// load reads a parameter of one word, or the pointer of a slice.
func load(name string) reg.GPVirtual {
	r := GP64()
	p := Param(name)
	if _, err := p.Resolve(); err != nil {
		p = p.Base()
	}
	Load(p, r)
	return r
}

// loadLen reads the length of a slice.
func loadLen(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name).Len(), r)
	return r
}

// loadBytes reads a count of float32 as a count of bytes.
func loadBytes(name string) reg.GPVirtual {
	r := load(name)
	SHLQ(Imm(2), r)
	return r
}
