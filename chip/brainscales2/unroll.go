package brainscales2

import "github.com/snntrain/snntrain/quant"

// unrolled lists the synapses of a convolution, of one-to-one or of sparse
// connections, each of which is a circuit of its own. Weights are a copy.
func unrolled(s *quant.Synapses, from, to []int) *quant.Sparse {
	type synapse struct{ target, weight int32 }
	lists := make([][]synapse, quant.Len(from))
	add := func(source, target int, w int32) {
		if w != 0 {
			lists[source] = append(lists[source], synapse{int32(target), w})
		}
	}
	switch {
	case s.Conv != nil:
		eachTap(s.Conv, from, to, add)
	case s.One != nil:
		for i, w := range s.One.Weight.Spread(to) {
			add(i, i, w)
		}
	default:
		for i := range lists {
			for k := s.Sparse.Start.Data[i]; k < s.Sparse.Start.Data[i+1]; k++ {
				add(i, int(s.Sparse.Target.Data[k]), s.Sparse.Weight.Data[k])
			}
		}
	}
	var start, target, weight []int32
	for _, l := range lists {
		start = append(start, int32(len(target)))
		for _, x := range l {
			target, weight = append(target, x.target), append(weight, x.weight)
		}
	}
	start = append(start, int32(len(target)))
	n := len(target)
	return &quant.Sparse{Start: quant.NewTensor(start, len(start)), Target: quant.NewTensor(target, n), Weight: quant.NewTensor(weight, n)}
}

// eachTap calls add for every weight of a convolution at every place.
func eachTap(c *quant.Conv, from, to []int, add func(source, target int, w int32)) {
	perIn, perOut := from[0]/c.Groups, to[0]/c.Groups
	kh, kw := c.Weight.Shape[2], c.Weight.Shape[3]
	for k, w := range c.Weight.Data {
		co, ci := k/(perIn*kh*kw), k/(kh*kw)%perIn
		map0 := (co/perOut*perIn + ci) * from[1]
		for o := range to[1] * to[2] {
			y := o/to[2]*c.Stride[0] - c.Padding[0] + k/kw%kh*c.Dilation[0]
			x := o%to[2]*c.Stride[1] - c.Padding[1] + k%kw*c.Dilation[1]
			if y >= 0 && y < from[1] && x >= 0 && x < from[2] {
				add((map0+y)*from[2]+x, co*to[1]*to[2]+o, w)
			}
		}
	}
}
