package ttfs

import "math"

// extent is what values a layer had.
type extent struct {
	low, high       float64
	lowest, highest int // how often the extremes were met
	any             bool
}

func (e *extent) add(v float64) {
	if !e.any {
		*e = extent{v, v, 0, 0, true}
	}
	switch {
	case v < e.low:
		e.low, e.lowest = v, 1
	case v == e.low:
		e.lowest++
	}
	switch {
	case v > e.high:
		e.high, e.highest = v, 1
	case v == e.high:
		e.highest++
	}
}

// join adds the values of another.
func (e *extent) join(o extent) {
	if !o.any {
		return
	}
	if !e.any {
		*e = o
		return
	}
	switch {
	case o.low < e.low:
		e.low, e.lowest = o.low, o.lowest
	case o.low == e.low:
		e.lowest += o.lowest
	}
	switch {
	case o.high > e.high:
		e.high, e.highest = o.high, o.highest
	case o.high == e.high:
		e.highest += o.highest
	}
}

// margins returns limits that leave room beyond the values seen: (margin − 1)
// times their range on either side, none where an extreme was met more
// than once, which is then the limit of the values and not their tail.
func (e *extent) margins(margin float64) (low, high float64) {
	room := (margin - 1) * (e.high - e.low)
	low, high = e.low, e.high
	if e.lowest < 2 {
		low -= room
	}
	if e.highest < 2 {
		high += room
	}
	return low, high
}

// windowOf rounds the length of a window that begins at start up to a number
// of few bits, so that sums of windows are exact. It is no shorter than what
// rounding errors of times would be a part of.
func windowOf(length, start float64) float64 {
	if !(length > 0) {
		length = 1 // never active in the samples seen
	}
	length = max(length, math.Ldexp(1+start, -16))
	unit := math.Exp2(math.Floor(math.Log2(length)) - 5)
	return math.Ceil(length/unit) * unit
}
