package onnx

import (
	"fmt"

	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/model"
)

// value is what an edge of the graph carries: a constant, or a view of the
// output of a layer for one sample.
type value struct {
	constant *raw.Tensor

	node string  // layer
	dims []int   // shape in the graph; the batch counts as 1
	perm []int32 // value k in the graph's order is value perm[k] of the layer in (C, H, W) order; nil = k
	sole bool    // nothing else reads the layer

	final  string // the operator at the end that was left out, and its node
	argmax bool   // what the graph has here is the class, not the scores
	bad    bool   // comes from a refused node

	made map[string]string // layers that hold this view, by shape
}

func size(dims []int) int { return model.Shape(dims).Size() }

// identity drops a permutation that moves nothing.
func identity(perm []int32) []int32 {
	for i, p := range perm {
		if int(p) != i {
			return perm
		}
	}
	return nil
}

// at is the place in the layer of value k.
func (v *value) at(k int) int {
	if v.perm == nil {
		return k
	}
	return int(v.perm[k])
}

// reordered is a view of v with other extents, whose value k is value index[k] of v.
func (v *value) reordered(dims []int, index []int) *value {
	perm := make([]int32, len(index))
	for k, i := range index {
		perm[k] = int32(v.at(i))
	}
	return &value{node: v.node, dims: dims, perm: identity(perm), final: v.final}
}

// reshaped is a view of v with other extents.
func (v *value) reshaped(dims []int) *value {
	return &value{node: v.node, dims: dims, perm: v.perm, final: v.final}
}

// inNode reorders values of the graph's order to the layer's.
func inNode[T any](v *value, values []T) []T {
	if v.perm == nil {
		return values
	}
	out := make([]T, len(values))
	for k, x := range values {
		out[v.at(k)] = x
	}
	return out
}

// sample is the shape of a view as a layer has it: without the batch, one axis
// or three; (C, L) is a map of height 1. axis says for each axis of the graph which of the
// layer it is, −1 for the batch.
func sample(dims []int) (shape model.Shape, axis []int, err error) {
	rest, first := dims, 0
	if len(dims) > 1 {
		if dims[0] != 1 {
			return nil, nil, fmt.Errorf("has the shape %v, whose first axis is not the batch", dims)
		}
		rest, first = dims[1:], 1
	}
	axis = make([]int, len(dims))
	for i := range axis {
		axis[i] = i - first
	}
	switch len(rest) {
	case 0:
		return model.Shape{1}, axis, nil
	case 1, 3:
		return append(model.Shape{}, rest...), axis, nil
	case 2:
		axis[len(axis)-1] = 2
		return model.Shape{rest[0], 1, rest[1]}, axis, nil
	}
	return nil, nil, fmt.Errorf("has the shape %v, more than three axes a sample", dims)
}

// maps returns a layer that gives v as (C, H, W) maps, and that shape.
func (c *call) maps(v *value) (string, model.Shape, error) {
	shape, _, err := sample(v.dims)
	if err == nil && len(shape) != 3 {
		err = fmt.Errorf("has the shape %v, expected channels and one or two places", v.dims)
	}
	if err != nil {
		return "", nil, fmt.Errorf("its input %w", err)
	}
	name, err := c.arranged(v, shape)
	return name, shape, err
}

// signal returns input i, which must be there and no constant.
func (c *call) signal(i int) (*value, error) {
	switch {
	case i >= len(c.in) || c.in[i] == nil:
		return nil, fmt.Errorf("input %d is missing", i)
	case c.in[i].constant != nil:
		return nil, fmt.Errorf("input %d is constant, expected a value that depends on the sample", i)
	}
	return c.in[i], nil
}

// given reports whether input i is there.
func (c *call) given(i int) bool { return i < len(c.in) && c.in[i] != nil }

// tensor returns input i, which must be constant.
func (c *call) tensor(i int, what string) (*raw.Tensor, error) {
	if !c.given(i) {
		return nil, fmt.Errorf("%s: missing", what)
	}
	if c.in[i].constant == nil {
		return nil, fmt.Errorf("%s: must be constant, depends on the sample", what)
	}
	return c.in[i].constant, nil
}

// ints returns input i as whole numbers.
func (c *call) intInput(i int, what string) ([]int, error) {
	t, err := c.tensor(i, what)
	if err != nil {
		return nil, err
	}
	if t.Type.Floating() {
		return nil, fmt.Errorf("%s: holds %v, expected whole numbers", what, t.Type)
	}
	return toInts(t.Ints), nil
}

// floatInput returns input i as finite numbers.
func (c *call) floatInput(i int, what string) (*raw.Tensor, error) {
	t, err := c.tensor(i, what)
	if err != nil {
		return nil, err
	}
	if !t.Type.Floating() {
		return nil, fmt.Errorf("%s: holds %v, expected floating-point numbers", what, t.Type)
	}
	for _, x := range t.Floats {
		if x-x != 0 {
			return nil, fmt.Errorf("%s: holds %v", what, x)
		}
	}
	return t, nil
}

func toInts(v []int64) []int {
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = int(x)
	}
	return out
}
