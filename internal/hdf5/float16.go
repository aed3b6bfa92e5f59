package hdf5

import "math"

// Float16 holds the bits of an IEEE 754 half precision number.
type Float16 uint16

// Float32 is the value, exactly.
func (h Float16) Float32() float32 {
	sign, exp, man := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 0: // zero or subnormal: man · 2⁻²⁴
		v := math.Float32bits(float32(man) * 0x1p-24)
		return math.Float32frombits(sign | v)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | man<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | man<<13)
}

// ToFloat16 rounds to the nearest half, ties to even; beyond 65504 + 16 it is infinite.
func ToFloat16(x float32) Float16 {
	b := math.Float32bits(x)
	sign, exp, man := Float16(b>>16&0x8000), int(b>>23&255), b&0x7fffff
	switch {
	case exp == 255 && man != 0:
		return sign | 0x7e00
	case exp == 255:
		return sign | 0x7c00
	case exp < 102: // below half of the smallest subnormal
		return sign
	}
	man |= 0x800000
	drop := 13
	if exp < 113 { // subnormal
		drop += 113 - exp
		exp = 113
	}
	kept, rest, half := man>>drop, man&(1<<drop-1), uint32(1)<<(drop-1)
	if rest > half || rest == half && kept&1 == 1 {
		kept++
	}
	// the leading one of a normal number adds 1 to the exponent field
	h := kept + uint32(exp-113)<<10
	if h >= 0x7c00 {
		return sign | 0x7c00
	}
	return sign | Float16(h)
}
