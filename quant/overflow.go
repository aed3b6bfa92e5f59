package quant

import (
	"fmt"
	"math"
)

// Overflow says what becomes of a value outside its range.
type Overflow string

// The overflows. With R = Max − Min + 1:
const (
	Saturate Overflow = "saturate"  // the nearer end of the range
	Wrap     Overflow = "wrap"      // the value in the range that differs by a multiple of R (two's complement)
	WrapOnce Overflow = "wrap-once" // R is added or taken off a single time (Lava's current)
)

// Range is what a register holds, both ends included.
type Range struct {
	Min      int32    `json:"min"`
	Max      int32    `json:"max"`
	Overflow Overflow `json:"overflow"`
}

// Signed is the range of an n-bit two's complement register, n in 1..32.
func Signed(n int, o Overflow) Range {
	return Range{Min: int32(-1 << (n - 1)), Max: int32(1<<(n-1) - 1), Overflow: o}
}

// Unsigned is the range of an n-bit unsigned register, n in 0..31.
func Unsigned(n int, o Overflow) Range { return Range{Max: int32(1<<n - 1), Overflow: o} }

// Apply brings x into the range. |x| < 2^62.
func (r Range) Apply(x int64) int32 {
	lo, hi := int64(r.Min), int64(r.Max)
	if x >= lo && x <= hi {
		return int32(x)
	}
	span := hi - lo + 1
	switch r.Overflow {
	case Wrap:
		x = (x - lo) % span
		if x < 0 {
			x += span
		}
		return int32(x + lo)
	case WrapOnce:
		if x > hi {
			return int32(x - span)
		}
		return int32(x + span)
	}
	return int32(min(max(x, lo), hi))
}

// Has reports whether x is in the range.
func (r Range) Has(x int64) bool { return x >= int64(r.Min) && x <= int64(r.Max) }

// Bits is the number of bits of the smallest two's complement register that holds the range.
func (r Range) Bits() int {
	for n := 1; n < 32; n++ {
		if s := Signed(n, r.Overflow); r.Min >= s.Min && r.Max <= s.Max {
			return n
		}
	}
	return 32
}

// Full is the range of int32 itself.
func Full() Range { return Range{Min: math.MinInt32, Max: math.MaxInt32, Overflow: Wrap} }

func (r Range) validate() error {
	if r.Min > r.Max {
		return fmt.Errorf("range %d..%d is empty", r.Min, r.Max)
	}
	switch r.Overflow {
	case Saturate, Wrap, WrapOnce:
		return nil
	}
	return fmt.Errorf("overflow %q is unknown; known: %s, %s, %s", r.Overflow, Saturate, Wrap, WrapOnce)
}
