package onnx

import (
	"fmt"
	"slices"

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

// orders are the orders of three axes, the usual ones first.
func orders() [][]int {
	return [][]int{{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}, {1, 0, 2}, {2, 1, 0}}
}

// order finds the order of the layer's axes that v shows: axis i of the
// graph's sample shape is axis order[i] of the layer. It fails for views that are no such order.
func (im *importer) order(v *value) (order []int, shape model.Shape, ok bool) {
	shape, _, err := sample(v.dims)
	in := im.shapes[v.node]
	if err != nil || len(shape) != len(in) {
		return nil, nil, false
	}
	if len(in) == 1 {
		return []int{0}, shape, v.perm == nil
	}
	for _, o := range orders() {
		p := &model.Permute{Axes: o}
		if out, err := p.Infer([]model.Shape{in}); err != nil || !out.Equal(shape) {
			continue
		}
		if identical(p.Route(in), v.perm) {
			return o, shape, true
		}
	}
	return nil, nil, false
}

// identical compares two permutations; nil is the identity.
func identical(a, b []int32) bool {
	if b == nil {
		return identity(a) == nil
	}
	return slices.Equal(a, b)
}

// arranged returns a layer whose output is v in the graph's order, in the
// given shape. It adds layers where the view is not that already.
func (c *call) arranged(v *value, shape model.Shape) (string, error) {
	key := shape.String()
	if name, ok := v.made[key]; ok {
		return name, nil
	}
	name, err := c.arrange(v, shape)
	if err == nil {
		if v.made == nil {
			v.made = map[string]string{}
		}
		v.made[key] = name
	}
	return name, err
}

func (c *call) arrange(v *value, shape model.Shape) (string, error) {
	name := v.node
	if v.perm != nil {
		base, order, ok := c.turn(v)
		if !ok {
			return "", fmt.Errorf("reads values in an order that no layer gives")
		}
		var err error
		if name, err = c.reshape(name, base); err == nil {
			name, err = c.layer(&model.Permute{Axes: order}, name)
		}
		if err != nil {
			return "", err
		}
	}
	return c.reshape(name, shape)
}

// reshape returns a layer that gives the values of another one in a shape.
func (c *call) reshape(name string, shape model.Shape) (string, error) {
	switch {
	case c.shapes[name].Equal(shape):
		return name, nil
	case len(shape) == 1:
		return c.layer(&model.Flatten{}, name)
	}
	return c.layer(&model.Reshape{Shape: shape}, name)
}

// turn finds a shape of three axes for the layer's values, and the order of these axes in which v shows them.
func (c *call) turn(v *value) (base model.Shape, order []int, ok bool) {
	in := c.shapes[v.node]
	for _, o := range orders() {
		if len(in) == 3 && slices.Equal((&model.Permute{Axes: o}).Route(in), v.perm) {
			return in, o, true
		}
	}
	dims, stride := axesOf(v.perm)
	if len(dims) > 3 || !slices.Equal(walk(dims, stride, 0), ints(v.perm)) {
		return nil, nil, false
	}
	for len(dims) < 3 {
		dims, stride = append(dims, 1), append(stride, 0)
	}
	sorted := []int{0, 1, 2} // by stride, the longest first
	slices.SortStableFunc(sorted, func(a, b int) int { return stride[b] - stride[a] })
	order = make([]int, 3)
	for k, a := range sorted {
		base, order[a] = append(base, dims[a]), k
	}
	return base, order, slices.Equal((&model.Permute{Axes: order}).Route(base), v.perm)
}

// axesOf takes a permutation apart into axes with a stride each, the last axis
// changing fastest. It is that permutation only if walking the axes gives it.
func axesOf(perm []int32) (dims, stride []int) {
	for inner := 1; inner < len(perm) && len(dims) < 4; {
		step, n := int(perm[inner])-int(perm[0]), 2
		for n*inner < len(perm) && int(perm[n*inner]) == n*step {
			n++
		}
		dims, stride = append(dims, n), append(stride, step)
		inner *= n
	}
	slices.Reverse(dims)
	slices.Reverse(stride)
	return dims, stride
}

func ints(v []int32) []int {
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = int(x)
	}
	return out
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
