package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// norm emits the routines of normalization, for AVX2 only: they read and
// write whole samples and are bound by that.
func norm(s isa) {
	if s.wide() {
		return
	}
	moments(s)
	normalize(s)
	errorMoments(s)
	normalizeGrad(s)
}

// channelLoop runs over vectors of channels and, for each, over the places of
// a sample, so that what belongs to the channels stays in registers.
type channelLoop struct {
	set    isa
	n, k   reg.GPVirtual // channels, and the first of the vector
	end    reg.GPVirtual // values of the sample
	i      reg.GPVirtual // value at hand
	suffix string
	mask   *tail // of the last vector
}

// channelLoops emits body for whole vectors of channels and for a masked rest. The
// routine has a parameter x; first is one that has a value for each channel.
func channelLoops(s isa, first string, body func(c channelLoop)) {
	c := channelLoop{set: s, n: loadLen(first), k: GP64(), end: loadLen("x"), i: GP64()}
	left := GP64()
	XORQ(c.k, c.k)
	Label("vector")
	MOVQ(c.n, left)
	SUBQ(c.k, left)
	CMPQ(left, Imm(uint64(s.lanes)))
	JLT(LabelRef("rest"))
	body(c)
	ADDQ(Imm(uint64(s.lanes)), c.k)
	JMP(LabelRef("vector"))
	Label("rest")
	TESTQ(left, left)
	JE(LabelRef("done"))
	mask := s.tail(left)
	c.mask, c.suffix = &mask, "Rest"
	body(c)
	Label("done")
	ret()
}

func (c channelLoop) read(m Mem) reg.VecVirtual {
	v := c.set.vec()
	if c.mask != nil {
		c.mask.load(m, v)
	} else {
		VMOVUPS(m, v)
	}
	return v
}

// coefs reads the values of the channels of an array.
func (c channelLoop) coefs(names ...string) []reg.VecVirtual {
	var out []reg.VecVirtual
	for _, name := range names {
		base := GP64()
		MOVQ(param(name, false), base)
		out = append(out, c.read(Mem{Base: base, Index: c.k, Scale: 4}))
	}
	return out
}

// places emits a loop over the places of the sample; value finds that of an array at hand.
func (c channelLoop) places(arrays []string, body func(value map[string]Mem)) {
	value := map[string]Mem{}
	for _, name := range arrays {
		base := GP64()
		MOVQ(param(name, false), base)
		value[name] = Mem{Base: base, Index: c.i, Scale: 4}
	}
	MOVQ(c.k, c.i)
	Label("place" + c.suffix)
	body(value)
	ADDQ(c.n, c.i)
	CMPQ(c.i, c.end)
	JB(LabelRef("place" + c.suffix))
}

func (c channelLoop) write(v reg.VecVirtual, m Mem) {
	if c.mask != nil {
		c.mask.store(v, m)
		return
	}
	VMOVUPS(v, m)
}

// sums are two vectors of float64, for the lower and the upper channels.
type sums struct {
	at    [2]Mem
	value [2]reg.VecVirtual
	mask  [2]reg.VecVirtual
}

func (c channelLoop) sums(name string) sums {
	base, s := GP64(), sums{}
	MOVQ(param(name, false), base)
	for h := range 2 {
		s.value[h], s.at[h] = YMM(), Mem{Base: base, Index: c.k, Scale: 8, Disp: 32 * h}
		if c.mask == nil {
			VMOVUPD(s.at[h], s.value[h])
			continue
		}
		s.mask[h] = YMM()
		half := XMM()
		VEXTRACTI128(Imm(uint64(h)), c.mask.v, half)
		VPMOVSXDQ(half, s.mask[h])
		VMASKMOVPD(s.at[h], s.mask[h], s.value[h])
	}
	return s
}

func (s sums) store() {
	for h, v := range s.value {
		if s.mask[h] != nil {
			VMASKMOVPD(v, s.mask[h], s.at[h])
		} else {
			VMOVUPD(v, s.at[h])
		}
	}
}

// wide converts a vector to float64.
func wide(v reg.VecVirtual) [2]reg.VecVirtual {
	out := [2]reg.VecVirtual{YMM(), YMM()}
	VCVTPS2PD(v.AsX(), out[0])
	half := XMM()
	VEXTRACTF128(Imm(1), v, half)
	VCVTPS2PD(half, out[1])
	return out
}

// add adds x, or x·y when y is given, whose product is exact.
func (s sums) add(x [2]reg.VecVirtual, y *[2]reg.VecVirtual) {
	for h := range x {
		if y != nil {
			VFMADD231PD(x[h], y[h], s.value[h])
		} else {
			VADDPD(x[h], s.value[h], s.value[h])
		}
	}
}

func moments(s isa) {
	s.text("moments", "func(sum, square []float64, x []float32)",
		"\tfor i, v := range x {",
		"\t\tsum[i%len(sum)] += float64(v)",
		"\t\tsquare[i%len(sum)] += float64(v) * float64(v)",
		"\t}",
		"",
		"for len(x) a multiple of len(sum), and both ≥ 1.")
	channelLoops(s, "sum", func(c channelLoop) {
		sum, square := c.sums("sum"), c.sums("square")
		c.places([]string{"x"}, func(value map[string]Mem) {
			x := wide(c.read(value["x"]))
			sum.add(x, nil)
			square.add(x, &x)
		})
		sum.store()
		square.store()
	})
}

func normalize(s isa) {
	s.text("normalize", "func(y, x, mean, inv, w, b []float32)",
		"\tfor i, v := range x {",
		"\t\tk := i % len(mean)",
		"\t\ty[i] = (v-mean[k])*inv[k]*w[k] + b[k]",
		"\t}",
		"",
		"with every operation rounded, for len(x) a multiple of len(mean), and both ≥ 1.")
	channelLoops(s, "mean", func(c channelLoop) {
		k := c.coefs("mean", "inv", "w", "b")
		c.places([]string{"y", "x"}, func(value map[string]Mem) {
			v := c.read(value["x"])
			VSUBPS(k[0], v, v)
			VMULPS(k[1], v, v)
			VMULPS(k[2], v, v)
			VADDPS(k[3], v, v)
			c.write(v, value["y"])
		})
	})
}

func errorMoments(s isa) {
	s.text("errorMoments", "func(sum, hat []float64, dy, x, mean, inv []float32)",
		"\tfor i, v := range x {",
		"\t\tk := i % len(mean)",
		"\t\tsum[k] += float64(dy[i])",
		"\t\that[k] += float64(dy[i]) * float64((v-mean[k])*inv[k])",
		"\t}",
		"",
		"for len(x) a multiple of len(mean), and both ≥ 1.")
	channelLoops(s, "mean", func(c channelLoop) {
		k := c.coefs("mean", "inv")
		sum, hat := c.sums("sum"), c.sums("hat")
		c.places([]string{"dy", "x"}, func(value map[string]Mem) {
			v := c.read(value["x"])
			VSUBPS(k[0], v, v)
			VMULPS(k[1], v, v)
			x, e := wide(v), wide(c.read(value["dy"]))
			sum.add(e, nil)
			hat.add(e, &x)
		})
		sum.store()
		hat.store()
	})
}

func normalizeGrad(s isa) {
	s.text("normalizeGrad", "func(dx, dy, x, mean, inv, w, shift, slope []float32)",
		"\tfor i, v := range x {",
		"\t\tk := i % len(mean)",
		"\t\that := (v - mean[k]) * inv[k]",
		"\t\tdx[i] = (dy[i] - (shift[k] + hat*slope[k])) * w[k] * inv[k]",
		"\t}",
		"",
		"with every operation rounded, for len(x) a multiple of len(mean), and both ≥ 1.")
	channelLoops(s, "mean", func(c channelLoop) {
		k := c.coefs("mean", "inv", "w", "shift", "slope")
		c.places([]string{"dx", "dy", "x"}, func(value map[string]Mem) {
			hat, e := c.read(value["x"]), c.read(value["dy"])
			VSUBPS(k[0], hat, hat)
			VMULPS(k[1], hat, hat)
			VMULPS(k[4], hat, hat)
			VADDPS(k[3], hat, hat)
			VSUBPS(hat, e, e)
			VMULPS(k[2], e, e)
			VMULPS(k[1], e, e)
			c.write(e, value["dx"])
		})
	})
}
