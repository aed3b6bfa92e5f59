package report

import (
	"iter"
	"math"
	"slices"
)

// long is the number of points from which a run is thinned.
const long = 4 * figureWidth

// columns cuts a run where it enters another half pixel.
func columns(run []point) iter.Seq[[]point] {
	return func(yield func([]point) bool) {
		for len(run) > 0 {
			n := 1
			for n < len(run) && math.Floor(2*run[n].x) == math.Floor(2*run[0].x) {
				n++
			}
			if !yield(run[:n]) {
				return
			}
			run = run[n:]
		}
	}
}

// thin keeps of a long run the first, lowest, highest and last point of every
// half pixel, which draws the same curve.
func thin(run []point) []point {
	if len(run) <= long {
		return run
	}
	var kept []point
	for column := range columns(run) {
		lowest, highest := 0, 0
		for i, q := range column {
			if q.y < column[lowest].y {
				lowest = i
			}
			if q.y > column[highest].y {
				highest = i
			}
		}
		picks := []int{0, min(lowest, highest), max(lowest, highest), len(column) - 1}
		for _, i := range slices.Compact(picks) {
			kept = append(kept, column[i])
		}
	}
	return kept
}

// edge keeps of a long run the least point of every half pixel: the edge of a band.
func edge(run []point, order func(a, b point) int) []point {
	if len(run) <= long {
		return run
	}
	var kept []point
	for column := range columns(run) {
		kept = append(kept, slices.MinFunc(column, order))
	}
	return kept
}
