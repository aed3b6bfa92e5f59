package report

import "math"

// span is the range of values on one axis. The zero span is empty.
type span struct {
	lo, hi float64
	log    bool
	used   bool // holds a value
	parts  bool // some value is not a whole number
}

// extreme bounds what is drawn: beyond it, differences of values overflow.
const extreme = 1e300

// holds reports whether v has a place on the axis: finite, and positive on a logarithmic one.
func (s span) holds(v float64) bool {
	return math.Abs(v) <= extreme && (!s.log || v >= 1/extreme)
}

// add widens the span to the values that have a place.
func (s *span) add(values ...float64) {
	for _, v := range values {
		if !s.holds(v) {
			continue
		}
		if !s.used {
			s.lo, s.hi, s.used = v, v, true
		}
		s.lo, s.hi = min(s.lo, v), max(s.hi, v)
		s.parts = s.parts || v != math.Trunc(v)
	}
}

// open returns the span with room between its ends: 0 to 1 when it holds nothing or 0 (1 to 10
// on a logarithmic axis), a tenth to both sides of another lone value.
func (s span) open() span {
	switch {
	case !s.used && s.log:
		s.lo, s.hi = 1, 10
	case !s.used || s.lo == 0 && s.hi == 0:
		s.lo, s.hi = 0, 1
	case s.log && s.hi/s.lo < 1+1e-9:
		s.lo, s.hi = max(s.lo/2, 1/extreme), s.hi*2
	case !s.log && s.hi-s.lo <= 1e-9*max(math.Abs(s.lo), math.Abs(s.hi), 1e-280):
		pad := math.Abs(s.hi) / 10
		if pad < 1e-280 || !s.parts && pad < 1 {
			pad = 1
		}
		s.lo, s.hi = s.lo-pad, s.hi+pad
	}
	return s
}

// padded widens an open linear span by a share of its length at both ends.
func (s span) padded(share float64) span {
	pad := (s.hi - s.lo) * share
	s.lo, s.hi, s.parts = s.lo-pad, s.hi+pad, true
	return s
}

// rounded widens an open span to the ticks around it.
func (s span) rounded(n int) span {
	if s.log {
		s.lo, s.hi = logBelow(s.lo), 1/logBelow(1/s.hi)
		return s
	}
	step := s.step(n)
	s.lo, s.hi = math.Floor(s.lo/step+1e-9)*step, math.Ceil(s.hi/step-1e-9)*step
	return s
}

// logBelow is the greatest of 1, 2, 5 times a power of ten that is at most v.
func logBelow(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)+1e-9))
	for _, m := range []float64{5, 2} {
		if v >= m*decade*(1-1e-9) {
			return m * decade
		}
	}
	return decade
}

// step is the distance of about n ticks: 1, 2 or 5 times a power of ten, and whole if all values are.
func (s span) step(n int) float64 {
	raw := (s.hi - s.lo) / float64(n)
	decade := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * decade
	for _, m := range []float64{5, 2, 1} {
		if raw <= m*decade*(1+1e-9) {
			step = m * decade
		}
	}
	if !s.parts && step < 1 {
		return 1
	}
	return step
}

// frac is the place of v on an open span: 0 at lo, 1 at hi.
func (s span) frac(v float64) float64 {
	if s.log {
		return (math.Log(v) - math.Log(s.lo)) / (math.Log(s.hi) - math.Log(s.lo))
	}
	return (v - s.lo) / (s.hi - s.lo)
}

// tick is a labeled place on an axis.
type tick struct {
	value float64
	label string
}

// ticks returns about n ticks of an open span.
func (s span) ticks(n int) []tick {
	if s.log {
		return s.logTicks(n)
	}
	step := s.step(n)
	var ticks []tick
	for k := math.Ceil(s.lo/step - 1e-9); k*step <= s.hi+1e-9*step && len(ticks) <= 2*n; k++ {
		ticks = append(ticks, tick{k * step, fixed(k*step, step)})
	}
	return ticks
}

// logTicks marks powers of ten, with 2 and 5 between them when there are few.
func (s span) logTicks(n int) []tick {
	first, last := math.Floor(math.Log10(s.lo)), math.Ceil(math.Log10(s.hi))
	every := max(math.Ceil((last-first)/float64(n)), 1)
	marks := []float64{1}
	if last-first <= 3 {
		marks = []float64{1, 2, 5}
	}
	var ticks []tick
	for e := first; e <= last; e += every {
		for _, m := range marks {
			if v := m * math.Pow(10, e); v >= s.lo*(1-1e-9) && v <= s.hi*(1+1e-9) {
				ticks = append(ticks, tick{v, number(v)})
			}
		}
	}
	return ticks
}
