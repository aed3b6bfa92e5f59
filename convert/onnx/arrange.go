package onnx

import (
	"fmt"
	"slices"

	raw "github.com/snntrain/snntrain/internal/onnx"
)

// reshaper is an operator that gives the values other extents and keeps their order.
type reshaper func(c *call, dims []int) ([]int, error)

// fold applies it to a constant.
func (f reshaper) fold(c *call) (*raw.Tensor, error) {
	t, err := c.tensor(0, "its input")
	if err != nil {
		return nil, err
	}
	dims, err := f(c, t.Dims)
	if err != nil {
		return nil, err
	}
	return &raw.Tensor{Type: t.Type, Dims: dims, Floats: t.Floats, Ints: t.Ints}, nil
}

// signal applies it to a signal: a view, no layer.
func (f reshaper) signal(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	dims, err := f(c, v.dims)
	if err != nil {
		return err
	}
	c.alias(v.reshaped(dims))
	c.folded("", "the order of the values stays")
	return nil
}

func reshapeConstant(c *call) (*raw.Tensor, error)   { return reshaper(reshape).fold(c) }
func flattenConstant(c *call) (*raw.Tensor, error)   { return reshaper(flatten).fold(c) }
func squeezeConstant(c *call) (*raw.Tensor, error)   { return reshaper(squeeze).fold(c) }
func unsqueezeConstant(c *call) (*raw.Tensor, error) { return reshaper(unsqueeze).fold(c) }

func reshape(c *call, dims []int) ([]int, error) {
	out, err := c.intInput(1, "the shape")
	if err != nil {
		return nil, err
	}
	out = slices.Clone(out)
	keep := c.int("allowzero", 0) == 0
	signal := c.in[0].constant == nil
	if signal && len(out) > 0 && out[0] == c.batch && c.batch > 1 {
		out[0] = 1 // a batch written out in the file
	}
	free, n := -1, 1
	for i, d := range out {
		switch {
		case d == 0 && keep && i < len(dims):
			out[i] = dims[i]
		case d == -1 && free < 0:
			free, out[i] = i, 1
		case d < 0 || d > maxValues:
			return nil, fmt.Errorf("shape %v is out of range", out)
		}
		if n *= out[i]; n > maxValues {
			return nil, fmt.Errorf("shape %v is out of range", out)
		}
	}
	total := size(dims)
	if free >= 0 {
		if n == 0 || total%n != 0 {
			return nil, fmt.Errorf("%v does not divide into the shape %v", dims, out)
		}
		out[free] = total / n
		n = total
	}
	if n != total {
		return nil, fmt.Errorf("%v holds %d values, the shape %v %d", dims, total, out, n)
	}
	return out, nil
}

func flatten(c *call, dims []int) ([]int, error) {
	axis := c.int("axis", 1)
	if axis < 0 {
		axis += len(dims)
	}
	if axis < 0 || axis > len(dims) {
		return nil, fmt.Errorf("axis %d is outside %d axes", axis, len(dims))
	}
	return []int{size(dims[:axis]), size(dims[axis:])}, nil
}

// axes reads the axes of an operator that takes them as an attribute, or as
// an input from an opset on; nil when they are left out. They count from the
// end of n axes where negative.
func (c *call) axes(input int, from int64, n int) ([]int, error) {
	list := c.intList("axes")
	if c.model.Opset >= from && c.given(input) {
		var err error
		if list, err = c.intInput(input, "axes"); err != nil {
			return nil, err
		}
	}
	var out []int
	for _, a := range list {
		axis, err := axisOf(a, n)
		if err != nil {
			return nil, err
		}
		if slices.Contains(out, axis) {
			return nil, fmt.Errorf("names axis %d twice", axis)
		}
		out = append(out, axis)
	}
	return out, nil
}

func squeeze(c *call, dims []int) ([]int, error) {
	axes, err := c.axes(1, 13, len(dims))
	if err != nil {
		return nil, err
	}
	out := []int{}
	for i, d := range dims {
		drop := slices.Contains(axes, i)
		if drop && d != 1 {
			return nil, fmt.Errorf("axis %d of %v is not 1", i, dims)
		}
		if !drop && (axes != nil || d != 1) {
			out = append(out, d)
		}
	}
	return out, nil
}

func unsqueeze(c *call, dims []int) ([]int, error) {
	n := len(dims) + len(c.intList("axes"))
	if c.model.Opset >= 13 {
		list, err := c.intInput(1, "axes")
		if err != nil {
			return nil, err
		}
		n = len(dims) + len(list)
	}
	axes, err := c.axes(1, 13, n)
	if err != nil {
		return nil, err
	}
	out, k := make([]int, n), 0
	for i := range out {
		if slices.Contains(axes, i) {
			out[i] = 1
		} else {
			out[i] = dims[k]
			k++
		}
	}
	return out, nil
}

// transposed returns the new extents and, for each new value, the old one.
func transposed(c *call, dims []int) (out, index []int, err error) {
	perm := c.intList("perm")
	if perm == nil {
		for i := range dims {
			perm = append(perm, len(dims)-1-i)
		}
	}
	sorted := slices.Sorted(slices.Values(perm))
	for i, a := range sorted {
		if a != i || len(sorted) != len(dims) {
			return nil, nil, fmt.Errorf("perm %v is no order of the axes of %v", perm, dims)
		}
	}
	if len(sorted) != len(dims) {
		return nil, nil, fmt.Errorf("perm %v is no order of the axes of %v", perm, dims)
	}
	old := strides(dims)
	stride := make([]int, len(dims))
	out = make([]int, len(dims))
	for i, a := range perm {
		out[i], stride[i] = dims[a], old[a]
	}
	return out, walk(out, stride, 0), nil
}

func transposeConstant(c *call) (*raw.Tensor, error) {
	t, err := c.tensor(0, "its input")
	if err != nil {
		return nil, err
	}
	dims, index, err := transposed(c, t.Dims)
	if err != nil {
		return nil, err
	}
	return picked(t, dims, index), nil
}

// transpose is a view, no layer.
func transpose(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	dims, index, err := transposed(c, v.dims)
	if err != nil {
		return err
	}
	c.alias(v.reordered(dims, index))
	c.folded("", "the order of the values is folded into what reads them")
	return nil
}

// same passes its input on.
func same(reason string) operator {
	return func(c *call) error {
		v, err := c.signal(0)
		if err != nil {
			return err
		}
		out := *v
		c.alias(&out)
		c.folded("", reason)
		return nil
	}
}

// dropout does nothing outside training.
func dropout(c *call) error {
	c.passed("ratio", "seed")
	if c.given(2) {
		t, err := c.tensor(2, "training_mode")
		if err != nil {
			return err
		}
		if len(t.Ints) != 1 || t.Ints[0] != 0 {
			return fmt.Errorf("is in training mode")
		}
	}
	if err := c.onlyOutput("mask"); err != nil {
		return err
	}
	return same("does nothing outside training")(c)
}

// castSignal keeps floating-point signals.
func castSignal(c *call) error {
	c.passed("saturate", "round_mode")
	if to := raw.Type(c.int("to", 0)); !to.Floating() {
		return fmt.Errorf("turns a signal into %v", to)
	}
	return same("signals are float32")(c)
}
