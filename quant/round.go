package quant

import (
	"fmt"
	"math"
)

// Rounding says where a quotient that is no integer goes.
type Rounding string

// The roundings.
const (
	RoundTowardZero  Rounding = "toward-zero"  // the magnitude is floored: -7/4 → -1 (Lava, Loihi)
	RoundFloor       Rounding = "floor"        // toward minus infinity, an arithmetic shift: -7/4 → -2 (Xylo)
	RoundNearestAway Rounding = "nearest-away" // to the nearest, halves away from zero: -6/4 → -2
	RoundNearestUp   Rounding = "nearest-up"   // to the nearest, halves toward plus infinity: -6/4 → -1 (Akida 2)
	RoundNearestEven Rounding = "nearest-even" // to the nearest, halves to the even neighbor: 6/4 → 2, 10/4 → 2
)

// Roundings lists the known roundings.
func Roundings() []Rounding {
	return []Rounding{RoundTowardZero, RoundFloor, RoundNearestAway, RoundNearestUp, RoundNearestEven}
}

// ShiftRight is x / 2^n, rounded. n is 0..62, |x| < 2^62.
func ShiftRight(x int64, n uint, r Rounding) int64 {
	if n == 0 {
		return x
	}
	floor := x >> n
	rest := x - floor<<n // 0 ≤ rest < 2^n
	half := int64(1) << (n - 1)
	switch r {
	case RoundTowardZero:
		if x < 0 && rest != 0 {
			return floor + 1
		}
	case RoundNearestAway:
		if rest > half || rest == half && x >= 0 {
			return floor + 1
		}
	case RoundNearestUp:
		if rest >= half {
			return floor + 1
		}
	case RoundNearestEven:
		if rest > half || rest == half && floor&1 != 0 {
			return floor + 1
		}
	}
	return floor
}

// CeilDiv is ⌈x / d⌉ for d > 0.
func CeilDiv(x, d int64) int64 {
	q := x / d
	if x%d > 0 {
		q++
	}
	return q
}

// Shift is x·2^n: an exact shift left for n ≥ 0, an arithmetic shift right
// (toward minus infinity) for n < 0. It is how a weight exponent acts.
func Shift(x int64, n int) int64 {
	if n < 0 {
		return x >> min(uint(-n), 63)
	}
	return x << uint(n)
}

// Quantize is the integer nearest to x/scale, halves away from zero, held in
// the range. scale > 0; x is finite.
func Quantize(x, scale float64, r Range) int32 {
	q := math.Round(x / scale)
	return int32(min(max(q, float64(r.Min)), float64(r.Max)))
}

// validRounding reports an unknown rounding; none is right where nothing is rounded.
func validRounding(r Rounding) error {
	for _, known := range Roundings() {
		if r == known {
			return nil
		}
	}
	return fmt.Errorf("rounding %q is unknown; known: %v", r, Roundings())
}
