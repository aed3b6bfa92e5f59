package ttfs

import (
	"math"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// normalize is a batch norm as a·x + b by place.
func normalize(op *model.BatchNorm, shape model.Shape) (a, b []float64) {
	weight, bias, mean, variance := spread(op.Weight, shape), spread(op.Bias, shape), spread(op.Mean, shape), spread(op.Var, shape)
	a = each(shape.Size(), func(i int) float64 { return weight[i] / math.Sqrt(variance[i]+op.Eps) })
	b = each(shape.Size(), func(i int) float64 { return bias[i] - mean[i]*a[i] })
	return a, b
}

// flattened returns, for each place of the output, that of the input.
func flattened(in model.Shape) []int32 { return signal.ChannelLast(in) }

// routed returns, for each place of the input, that of the output, −1 for
// none, both channel-last.
func routed(op model.Router, in, out model.Shape) []int32 {
	from, to := signal.ChannelLast(in), signal.ChannelLast(out)
	sources := make([]int32, out.Size())
	for i, source := range op.Route(in) {
		if source >= 0 {
			source = from[source]
		}
		sources[to[i]] = source
	}
	return inverse(sources, in.Size())
}

// inverse turns a table of the place that each output is into one of the
// output of each of n places.
func inverse(sources []int32, n int) []int32 {
	to := make([]int32, n)
	for i := range to {
		to[i] = -1
	}
	for i, source := range sources {
		if source >= 0 {
			to[source] = int32(i)
		}
	}
	return to
}

// concatenated returns, for each input, where its places go, channel-last.
func concatenated(axis int, in []wire, out model.Shape) [][]int32 {
	last := signal.ChannelLast(out)
	tables := make([][]int32, len(in))
	inner := 1
	for _, d := range out[axis+1:] {
		inner *= d
	}
	before := 0
	for k, w := range in {
		tables[k] = make([]int32, w.shape.Size())
		block := w.shape[axis] * inner // values of one place of the axes before
		for chw, place := range signal.ChannelLast(w.shape) {
			tables[k][place] = last[chw/block*out[axis]*inner+before*inner+chw%block]
		}
		before += w.shape[axis]
	}
	return tables
}
