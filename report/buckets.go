package report

import (
	"math"
	"slices"
)

// histogram is TensorFlow's HistogramProto: counts[i] values lie in
// [limits[i-1], limits[i]).
type histogram struct {
	min, max, num, sum, sumSquares float64
	limits, counts                 []float64
	nonfinite                      int
}

// bucketLimits returns the upper ends of TensorFlow's default buckets: 0,
// ±1e-12·1.1^k up to ±1e20, and ±the greatest float64.
func bucketLimits() []float64 {
	var up []float64
	for v := 1e-12; v < 1e20; v *= 1.1 {
		up = append(up, v)
	}
	up = append(up, math.MaxFloat64)
	limits := make([]float64, 0, 2*len(up)+1)
	for _, v := range slices.Backward(up) {
		limits = append(limits, -v)
	}
	return append(append(limits, 0), up...)
}

// countBuckets sorts the finite values into buckets. As in TensorFlow a run of
// empty buckets is joined to one; empty buckets at the ends are left out, since
// TensorBoard would draw them between the outermost limit and min or max.
func countBuckets(limits []float64, values []float32) histogram {
	h := histogram{min: math.Inf(1), max: math.Inf(-1)}
	counts := make([]float64, len(limits))
	for _, v32 := range values {
		v := float64(v32)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			h.nonfinite++
			continue
		}
		h.min, h.max = min(h.min, v), max(h.max, v)
		h.num++
		h.sum += v
		h.sumSquares += v * v
		counts[firstAbove(limits, v)]++
	}
	if h.num == 0 { // one empty bucket
		h.min, h.max, h.limits, h.counts = 0, 0, limits[len(limits)-1:], []float64{0}
		return h
	}
	h.joinEmpty(limits, counts)
	return h
}

func (h *histogram) joinEmpty(limits, counts []float64) {
	gap := 0 // empty buckets since the last filled one
	for i, n := range counts {
		if n == 0 {
			gap++
			continue
		}
		if gap > 0 && len(h.counts) > 0 {
			h.limits, h.counts = append(h.limits, limits[i-1]), append(h.counts, 0)
		}
		h.limits, h.counts = append(h.limits, limits[i]), append(h.counts, n)
		gap = 0
	}
}

// firstAbove returns the index of the first limit greater than v.
func firstAbove(limits []float64, v float64) int {
	i, equal := slices.BinarySearch(limits, v)
	if equal {
		i++
	}
	return i
}
