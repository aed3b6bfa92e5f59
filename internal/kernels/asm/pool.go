package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pooling is a loop over windows and, in each, over vectors of channels. The
// last vector of channels overlaps the one before: n is at least a vector.
type pooling struct {
	set        isa
	pooled, at reg.GPVirtual // values and places of the window at hand
	whole      reg.GPVirtual // the sample
	place      reg.GPVirtual // end of the window's places
	count      reg.GPVirtual // minus their number
	j          reg.GPVirtual // first channel of the vector
}

// windows emits the loops around body, which handles channels j to j+lanes of a window.
func (p *pooling) windows(body func(overlapping bool)) {
	start, last := load("start"), load("n")
	SUBQ(Imm(uint64(p.set.lanes)), last)
	windows, first := loadLen("start"), GP64()
	DECQ(windows)
	Label("window")
	MOVL(Mem{Base: start}, first.As32())
	MOVL(Mem{Base: start, Disp: 4}, p.place.As32())
	MOVQ(first, p.count)
	SUBQ(p.place, p.count)
	SHLQ(Imm(2), p.place)
	ADDQ(param("place", false), p.place)
	XORQ(p.j, p.j)
	Label("vector")
	CMPQ(p.j, last)
	JGE(LabelRef("last"))
	body(false)
	ADDQ(Imm(uint64(p.set.lanes)), p.j)
	JMP(LabelRef("vector"))
	Label("last")
	MOVQ(last, p.j)
	body(true)
	LEAQ(Mem{Base: p.pooled, Index: last, Scale: 4, Disp: p.set.bytes()}, p.pooled)
	LEAQ(Mem{Base: p.at, Index: last, Scale: 2, Disp: 2 * p.set.lanes}, p.at)
	ADDQ(Imm(4), start)
	DECQ(windows)
	JNE(LabelRef("window"))
	ret()
}

// channels is the vector of a place's channels.
func (p *pooling) channels(k, place reg.GPVirtual) Mem {
	MOVL(Mem{Base: p.place, Index: k, Scale: 4}, place.As32())
	ADDQ(p.j, place)
	return Mem{Base: p.whole, Index: place, Scale: 4}
}

func ones(v reg.VecVirtual) {
	x, one := XMM(), GP32()
	MOVL(U32(1), one)
	VMOVD(one, x)
	VPBROADCASTD(x, v)
}

func maxima(s isa) {
	s.text("maxima", "func(dst []float32, at []uint16, src []float32, n int, place, start []uint32)",
		"\tfor p := range len(start) - 1 {",
		"\t\tfor k, o := range place[start[p]:start[p+1]] {",
		"\t\t\tfor j := range n {",
		"\t\t\t\tif v := src[int(o)+j]; k == 0 || v > dst[p*n+j] {",
		"\t\t\t\t\tdst[p*n+j], at[p*n+j] = v, uint16(k)",
		"\t\t\t\t}",
		"\t\t\t}",
		"\t\t}",
		"\t}",
		"",
		"for n ≥ 8, a window or more, and windows with a place or more.")
	p := &pooling{set: s, pooled: load("dst"), at: load("at"), whole: load("src"), place: GP64(), count: GP64(), j: GP64()}
	one := YMM()
	ones(one)
	bodies := 0
	p.windows(func(bool) {
		bodies++
		loop, done := "places"+string(rune('0'+bodies)), "done"+string(rune('0'+bodies))
		best, which, number := YMM(), YMM(), YMM()
		k, place := GP64(), GP64()
		MOVQ(p.count, k)
		VMOVUPS(p.channels(k, place), best)
		VPXOR(which, which, which)
		VPXOR(number, number, number)
		Label(loop)
		INCQ(k)
		JE(LabelRef(done))
		VPADDD(one, number, number)
		v, more := YMM(), YMM()
		VMOVUPS(p.channels(k, place), v)
		VCMPPS(Imm(greater), best, v, more)
		VBLENDVPS(more, v, best, best)
		VBLENDVPS(more, number, which, which)
		JMP(LabelRef(loop))
		Label(done)
		VMOVUPS(best, Mem{Base: p.pooled, Index: p.j, Scale: 4})
		upper := XMM()
		VEXTRACTI128(Imm(1), which, upper)
		VPACKUSDW(upper, which.AsX(), upper)
		VMOVDQU(upper, Mem{Base: p.at, Index: p.j, Scale: 2})
	})
}

// greater compares for >, false when a number is none.
const greater = 0x1e

func unpool(s isa) {
	s.text("unpool", "func(dst, g []float32, at []uint16, n int, place, start []uint32)",
		"\tfor p := range len(start) - 1 {",
		"\t\tfor j := range n {",
		"\t\t\tk := at[p*n+j]",
		"\t\t\tdst[int(place[start[p]:][k])+j] += g[p*n+j]",
		"\t\t}",
		"\t}",
		"",
		"for n ≥ 8, a window or more, and windows with a place or more.")
	p := &pooling{set: s, pooled: load("g"), at: load("at"), whole: load("dst"), place: GP64(), count: GP64(), j: GP64()}
	one, fresh := YMM(), YMM()
	ones(one)
	leftOut(s, fresh)
	p.windows(func(overlapping bool) {
		loop := "places"
		errors, which, number := YMM(), YMM(), YMM()
		k, place := GP64(), GP64()
		if overlapping {
			loop = "lastPlaces"
			VPAND(Mem{Base: p.pooled, Index: p.j, Scale: 4}, fresh, errors)
		} else {
			VMOVUPS(Mem{Base: p.pooled, Index: p.j, Scale: 4}, errors)
		}
		VPMOVZXWD(Mem{Base: p.at, Index: p.j, Scale: 2}, which)
		VPXOR(number, number, number)
		MOVQ(p.count, k)
		Label(loop)
		hit := YMM()
		VPCMPEQD(number, which, hit)
		VPAND(errors, hit, hit)
		m := p.channels(k, place)
		VADDPS(m, hit, hit)
		VMOVUPS(hit, m)
		VPADDD(one, number, number)
		INCQ(k)
		JNE(LabelRef(loop))
	})
}
