package onnx

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/model"
)

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
