package quant

import (
	"math"
	"slices"

	"github.com/snntrain/snntrain/model"
)

// sampled is how many values of an array decide its range by mse: evenly
// spread ones, so that the range can be found anew in every training step.
const sampled = 4096

// spread returns at most n of the values, evenly spread; all when there are no more.
func spread(w []float64, n int) []float64 {
	if len(w) <= n {
		return w
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = w[i*len(w)/n]
	}
	return out
}

// ScaleOf is the factor that brings values onto the integers of a grid with the
// least sum of squared differences, of factors from that which clips nothing to 13 times as much.
func ScaleOf(values []float64, g Grid) float64 {
	return scaleOf(values, g, model.Quantization{Range: "mse"}, sampled)
}

// scaleOf is the factor that brings values onto the integers of a grid:
// k = round(w·scale), held in Min..Max. Values that are all 0 have the scale 1.
func scaleOf(w []float64, g Grid, o model.Quantization, n int) float64 {
	most := 0.0 // the least scale that holds the greatest value is 1/most
	for _, x := range w {
		if x > 0 && g.Max > 0 {
			most = max(most, x/float64(g.Max))
		} else {
			most = max(most, math.Abs(x)/float64(-min(g.Min, -g.Max)))
		}
	}
	if most == 0 {
		return 1
	}
	switch o.Range {
	case "percentile":
		return 1 / percentile(w, g, o.Percentile, most)
	case "mse":
		return leastError(spread(w, n), g, 1/most)
	}
	return 1 / most
}

// percentile is the step at which so many percent of the magnitudes lie within the grid.
func percentile(w []float64, g Grid, percent, most float64) float64 {
	sorted := make([]float64, len(w))
	for i, x := range w {
		sorted[i] = math.Abs(x)
	}
	slices.Sort(sorted)
	at := int(math.Ceil(percent/100*float64(len(sorted)))) - 1
	step := sorted[max(at, 0)] / float64(max(g.Max, 1))
	if step == 0 {
		return most
	}
	return min(step, most)
}

// leastError is the scale, from that which clips nothing upward, with the
// least sum of squared differences between values and grid.
func leastError(w []float64, g Grid, scale float64) float64 {
	best, least := scale, math.Inf(1)
	for i := range 31 {
		s := scale * math.Pow(2, float64(i)/8) // clips down to 1/13 of the range
		if e := squaredError(w, g, s, least); e < least {
			best, least = s, e
		}
	}
	return best
}

// squaredError stops where it exceeds limit.
func squaredError(w []float64, g Grid, scale, limit float64) float64 {
	lo, hi, sum, step := float64(g.Min), float64(g.Max), 0.0, 1/scale
	for i, x := range w {
		d := x - min(max(math.Round(x*scale), lo), hi)*step
		if sum += d * d; i&255 == 255 && sum > limit {
			return sum
		}
	}
	return sum
}
