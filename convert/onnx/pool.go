package onnx

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/model"
)

// pool maps MaxPool and AveragePool.
func pool(mode model.PoolMode) operator {
	return func(c *call) error {
		v, err := c.signal(0)
		if err != nil {
			return err
		}
		axes := len(v.dims) - 2
		if axes != 1 && axes != 2 {
			return fmt.Errorf("pools %v, expected one or two places an axis", v.dims)
		}
		c.passed("storage_order")
		if err := c.onlyOutput("list of places"); err != nil {
			return err
		}
		node, shape, err := c.maps(v)
		if err != nil {
			return err
		}
		w, err := windowOf(c, axes, [2]int{shape[1], shape[2]}, nil)
		if err != nil {
			return err
		}
		w.ceil = c.int("ceil_mode", 0) != 0
		counted := c.int("count_include_pad", 0) != 0
		op := &model.Pool2d{Mode: mode, Size: w.size, Stride: w.stride, Padding: w.before}
		for i := range 2 {
			n := w.out(i, shape[i+1])
			if n < 1 {
				return fmt.Errorf("a window of %v does not fit %v", w.size, shape)
			}
			op.Extra[i] = w.extra(i, shape[i+1], n)
		}
		if w.dilation != [2]int{1, 1} {
			op.Dilation = w.dilation
		}
		if mode == model.PoolAvg {
			return c.average(node, op, w, axes, counted)
		}
		if node, err = c.layer(op, node); err != nil {
			return err
		}
		c.give(c.mapped(node, axes))
		return nil
	}
}

// extra is how much more padding the end of an axis of n places gets than its start, for out windows.
func (w *window) extra(i, n, out int) int {
	room := n + 2*w.before[i] - w.span(i)
	if room >= 0 && room/w.stride[i]+1 == out {
		return 0
	}
	return max((out-1)*w.stride[i]-room, -w.before[i])
}

// average adds an average pool. Where windows differ in how many values they
// average, it is a sum and one factor a place.
func (c *call) average(node string, op *model.Pool2d, w window, axes int, counted bool) error {
	in := c.shapes[node]
	out, err := op.Infer([]model.Shape{in})
	if err != nil {
		return err
	}
	rows, columns := w.counts(0, out[1], in[1], counted), w.counts(1, out[2], in[2], counted)
	area, factor, same := w.size[0]*w.size[1], make([]float64, 0, out.Size()), true
	for range out[0] {
		for _, r := range rows {
			for _, n := range columns {
				if n *= r; n == 0 {
					return fmt.Errorf("a window holds padding only")
				}
				same = same && n == area
				factor = append(factor, 1/float64(n))
			}
		}
	}
	if !same {
		op.Mode = model.PoolSum
	}
	if node, err = c.layer(op, node); err != nil {
		return err
	}
	if !same {
		sum := node
		if node, err = c.layer(&model.Affine{Weight: smallest(factor, out), Bias: model.Scalar(0)}, sum); err != nil {
			return err
		}
	}
	c.give(c.mapped(node, axes))
	return nil
}

// counts is how many values each of out windows counts on an axis of n places:
// those of the input, and those of the padding where it is counted.
func (w *window) counts(axis, out, n int, counted bool) []int {
	lo, hi := 0, n
	if counted {
		lo, hi = -w.before[axis], n+w.after[axis]
	}
	d, list := w.dilation[axis], make([]int, out)
	for k := range list {
		first := k*w.stride[axis] - w.before[axis]
		from := max(0, (lo-first+d-1)/d) // the first value at lo or behind it
		list[k] = max(0, min(w.size[axis], (hi-first+d-1)/d)-from)
	}
	return list
}

// globalAverage averages all places of a channel.
func globalAverage(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	if len(v.dims) != 3 && len(v.dims) != 4 {
		return fmt.Errorf("pools %v, expected one or two places an axis", v.dims)
	}
	var axes []int
	for i := 2; i < len(v.dims); i++ {
		axes = append(axes, i)
	}
	return c.mean(v, axes, true)
}

// reduceMean averages places, not channels: axes are an attribute before opset 18, then an input.
func reduceMean(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	axes, err := c.axes(1, 18, len(v.dims))
	if err != nil {
		return err
	}
	keep := c.int("keepdims", 1) != 0
	if noop := c.int("noop_with_empty_axes", 0) != 0; axes == nil && noop {
		return same("names no axis")(c)
	}
	if axes == nil {
		return fmt.Errorf("averages over all axes, channels and batch too")
	}
	return c.mean(v, axes, keep)
}

// mean averages over axes of the graph that are places of maps.
func (c *call) mean(v *value, axes []int, keep bool) error {
	node, order, axis, err := c.ordered(v)
	if err != nil {
		return err
	}
	in := c.shapes[node]
	size := [2]int{1, 1}
	dims, left := []int{}, []int{}
	for i, d := range v.dims {
		if !slices.Contains(axes, i) {
			dims, left = append(dims, d), append(left, d)
			continue
		}
		dims = append(dims, 1)
		if axis[i] < 0 || order[axis[i]] == 0 {
			return fmt.Errorf("averages over axis %d of %v, expected places only, not channels", i, v.dims)
		}
		size[order[axis[i]]-1] = d
	}
	if len(in) == 3 {
		if node, err = c.layer(&model.Pool2d{Mode: model.PoolAvg, Size: size, Stride: size}, node); err != nil {
			return err
		}
	}
	out := c.view(node, order, dims)
	if !keep {
		out.dims = left
	}
	c.give(out)
	return nil
}
