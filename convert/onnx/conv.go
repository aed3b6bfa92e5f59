package onnx

import (
	"fmt"
	"slices"

	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/model"
)

// conv maps a convolution over one or two axes.
func conv(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	w, err := c.floatInput(1, "the weights")
	if err != nil {
		return err
	}
	axes := len(w.Dims) - 2
	if axes != 1 && axes != 2 || len(v.dims) != len(w.Dims) {
		return fmt.Errorf("convolves %v with weights of the shape %v, expected one or two places an axis", v.dims, w.Dims)
	}
	groups := c.int("group", 1)
	if groups < 1 || groups > maxValues || w.Dims[1]*groups != v.dims[1] || w.Dims[0]%groups != 0 {
		return fmt.Errorf("%d groups: weights of the shape %v do not fit an input of %v", groups, w.Dims, v.dims)
	}
	node, shape, err := c.maps(v)
	if err != nil {
		return err
	}
	win, err := windowOf(c, axes, [2]int{shape[1], shape[2]}, w.Dims[2:])
	if err != nil {
		return err
	}
	if node, err = c.evened(&win, node); err != nil {
		return err
	}
	op := &model.Conv2d{
		In: shape[0], Out: w.Dims[0], Kernel: win.size, Stride: win.stride, Padding: win.before, Dilation: win.dilation, Groups: groups,
		Weight: &model.Tensor{Shape: []int{w.Dims[0], w.Dims[1], win.size[0], win.size[1]}, Data: slices.Clone(w.Floats)},
	}
	if err := c.convBias(op); err != nil {
		return err
	}
	if node, err = c.layer(op, node); err != nil {
		return err
	}
	c.give(c.mapped(node, axes))
	return nil
}

func (c *call) convBias(op *model.Conv2d) error {
	if !c.given(2) {
		return nil
	}
	b, err := c.floatInput(2, "the bias")
	if err != nil {
		return err
	}
	if b.Len() != op.Out {
		return fmt.Errorf("the bias has %d values, expected %d", b.Len(), op.Out)
	}
	op.HasBias, op.Bias = true, &model.Tensor{Shape: []int{op.Out}, Data: slices.Clone(b.Floats)}
	return nil
}

// evened leaves a convolution with the same padding on both sides; what one side has more becomes a layer.
func (c *call) evened(w *window, node string) (string, error) {
	op := &model.Pad{Before: make([]int, 3), After: make([]int, 3)}
	for i := range 2 {
		both := min(w.before[i], w.after[i])
		op.Before[i+1], op.After[i+1] = w.before[i]-both, w.after[i]-both
		w.before[i], w.after[i] = both, both
	}
	if slices.Max(op.Before) == 0 && slices.Max(op.After) == 0 {
		return node, nil
	}
	return c.layer(op, node)
}

// mapped views a layer of maps in the graph's shape, with one or two places an axis.
func (c *call) mapped(node string, axes int) *value {
	s := c.shapes[node]
	if axes == 1 {
		return &value{node: node, dims: []int{1, s[0], s[2]}}
	}
	return &value{node: node, dims: []int{1, s[0], s[1], s[2]}}
}

// norm maps BatchNormalization with its running statistics.
func norm(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	c.passed("momentum", "consumed_inputs")
	switch {
	case c.int("training_mode", 0) != 0 || c.int("is_test", 1) == 0:
		return fmt.Errorf("is in training mode")
	case c.int("spatial", 1) != 1:
		return fmt.Errorf("has statistics for each place (spatial 0), expected for each channel")
	case len(v.dims) < 2:
		return fmt.Errorf("has the shape %v, expected a batch and channels", v.dims)
	}
	if err := c.onlyOutput("mean"); err != nil {
		return err
	}
	var p [4]*raw.Tensor
	for i, what := range []string{"scale", "B", "the mean", "the variance"} {
		if p[i], err = c.floatInput(i+1, what); err != nil {
			return err
		}
		if p[i].Len() != v.dims[1] {
			return fmt.Errorf("%s has %d values, the input %v has %d channels on axis 1", what, p[i].Len(), v.dims, v.dims[1])
		}
	}
	eps := float64(c.float("epsilon", 1e-5))
	for _, x := range p[3].Floats {
		if !(float64(x)+eps > 0) {
			return fmt.Errorf("the variance holds %v, which with epsilon %v has no root", x, eps)
		}
	}
	channel := channels(v)
	order, ok := perChannel(inNode(v, channel), c.shapes[v.node])
	if !ok {
		return c.normAffine(v, p, eps, channel)
	}
	op := (&model.BatchNorm{Channels: len(order), Eps: eps, Momentum: 0.1, Over: "time"}).Alloc()
	for i, into := range []*model.Tensor{op.Weight, op.Bias, op.Mean, op.Var} {
		for k, from := range order {
			into.Data[k] = p[i].Floats[from]
		}
	}
	return c.elementwise(v, op)
}

// channels is the coordinate on axis 1 of each value of a view.
func channels(v *value) []int {
	stride := make([]int, len(v.dims))
	stride[1] = 1
	return walk(v.dims, stride, 0)
}

// perChannel returns the one value that each channel of a layer has, or false.
func perChannel[T comparable](values []T, shape model.Shape) ([]T, bool) {
	n := shape.Size() / shape.Channels()
	out := make([]T, shape.Channels())
	for k := range out {
		out[k] = values[k*n]
		for _, x := range values[k*n : (k+1)*n] {
			if x != out[k] {
				return nil, false
			}
		}
	}
	return out, true
}
