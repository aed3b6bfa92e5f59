package emulator

import (
	"math"

	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// connection adds the weights of spikes to the sums of their targets.
type connection interface {
	// add adds weight × value of every spike to sum.
	add(sum []int32, s *integer.Spikes)
	// row is what one source is joined to: targets (nil: 0, 1, 2, …) and their
	// weights. They hold until the next call with the same buffer.
	row(source int32, buf *row) (targets, weights []int32)
	// fanout is the number of synapses with a weight other than 0 of each source.
	fanout() []int32
}

// row is scratch space for one source's synapses.
type row struct{ targets, weights []int32 }

func newConnection(s *quant.Synapses, from, to []int) connection {
	switch {
	case s.Dense != nil:
		return newDense(s.Dense.Weight, quant.Len(from), quant.Len(to))
	case s.Conv != nil:
		return newConv(s.Conv, from, to)
	case s.Sparse != nil:
		return &sparse{start: s.Sparse.Start.Data, target: s.Sparse.Target.Data, weight: s.Sparse.Weight.Data}
	}
	return &one{weight: s.One.Weight.Spread(to)}
}

// sparse is a list of targets a source.
type sparse struct{ start, target, weight []int32 }

func (c *sparse) add(sum []int32, s *integer.Spikes) {
	for k, src := range s.Index {
		lo, hi := c.start[src], c.start[src+1]
		target, weight, value := c.target[lo:hi], c.weight[lo:hi], s.Value[k]
		weight = weight[:len(target)]
		for j, t := range target {
			sum[t] += weight[j] * value
		}
	}
}

func (c *sparse) row(source int32, _ *row) (targets, weights []int32) {
	lo, hi := c.start[source], c.start[source+1]
	if lo == hi {
		return []int32{}, nil
	}
	return c.target[lo:hi], c.weight[lo:hi]
}

func (c *sparse) fanout() []int32 {
	out := make([]int32, len(c.start)-1)
	for i := range out {
		for _, w := range c.weight[c.start[i]:c.start[i+1]] {
			if w != 0 {
				out[i]++
			}
		}
	}
	return out
}

// one joins neuron i to neuron i.
type one struct{ weight []int32 }

func (c *one) add(sum []int32, s *integer.Spikes) {
	for k, i := range s.Index {
		sum[i] += c.weight[i] * s.Value[k]
	}
}

func (c *one) row(source int32, buf *row) (targets, weights []int32) {
	buf.targets = append(buf.targets[:0], source)
	return buf.targets, c.weight[source : source+1]
}

func (c *one) fanout() []int32 {
	out := make([]int32, len(c.weight))
	for i, w := range c.weight {
		if w != 0 {
			out[i] = 1
		}
	}
	return out
}

// fits is the number of bytes that hold every weight.
func fits(w []int32) int {
	var lo, hi int32
	for _, v := range w {
		lo, hi = min(lo, v), max(hi, v)
	}
	switch {
	case lo >= math.MinInt8 && hi <= math.MaxInt8:
		return 1
	case lo >= math.MinInt16 && hi <= math.MaxInt16:
		return 2
	}
	return 4
}
