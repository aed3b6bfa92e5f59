package kernels

// Choose is the choice of a level by name, as made at start-up from SNNTRAIN_SIMD.
func Choose(name string) (Level, error) { return choose(levels, name) }

// Peak runs n iterations of the loop that measures the multiply-add peak of
// the level and returns the operations of an iteration, 0 when it has none.
func (l Level) Peak(n int) int {
	if l.t.peak == nil {
		return 0
	}
	l.t.peak(n)
	return l.t.peakFlops
}
