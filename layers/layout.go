package layers

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// layout is how the Program stores an array of the model: index maps the
// model's index to the Program's; nil means the same order.
type layout struct {
	shape []int // as stored
	index func(i int) int
}

// plain keeps an array as it is.
func plain(t *model.Tensor) layout { return layout{shape: t.Shape} }

// transposed stores a linear weight (out, in) as (in, out).
func transposed(t *model.Tensor) layout {
	out, in := t.Shape[0], t.Shape[1]
	return layout{shape: []int{in, out}, index: func(i int) int { return i%in*out + i/in }}
}

// recurrentDense stores recurrent weights (post, pre) as (pre, post), both
// channel-last when the layer is one of maps.
func recurrentDense(shape model.Shape) layout {
	n := shape.Size()
	to := make([]int, n)
	for i := range to {
		to[i] = i
	}
	if len(shape) == 3 {
		signal.ChannelOrder(shape, func(chw, hwc int) { to[chw] = hwc })
	}
	return layout{shape: []int{n, n}, index: func(i int) int { return to[i%n]*n + to[i/n] }}
}

// kernelLast stores a conv2d weight (out, in, kh, kw) as (kh, kw, in, out).
func kernelLast(t *model.Tensor) layout {
	out, in, area := t.Shape[0], t.Shape[1], t.Shape[2]*t.Shape[3]
	return layout{shape: []int{t.Shape[2], t.Shape[3], in, out}, index: func(i int) int {
		o, c, k := i/(in*area), i/area%in, i%area
		return (k*in+c)*out + o
	}}
}

// perNeuron stores an array of one value a neuron of a (C, H, W) layer
// channel-last; smaller arrays stay as they are.
func perNeuron(t *model.Tensor, shape model.Shape) layout {
	if len(shape) != 3 || len(t.Data) != shape.Size() || shape.Size() == shape.Channels() {
		return layout{shape: []int{len(t.Data)}}
	}
	to := make([]int, len(t.Data))
	signal.ChannelOrder(shape, func(chw, hwc int) { to[chw] = hwc })
	return layout{shape: []int{len(t.Data)}, index: func(i int) int { return to[i] }}
}

// load copies the model's array into the Program's.
func (l layout) load(dst, src []float32) {
	if l.index == nil {
		copy(dst, src)
		return
	}
	for i, v := range src {
		dst[l.index(i)] = v
	}
}

// store is the inverse of load.
func (l layout) store(dst, src []float32) {
	if l.index == nil {
		copy(dst, src)
		return
	}
	for i := range dst {
		dst[i] = src[l.index(i)]
	}
}
