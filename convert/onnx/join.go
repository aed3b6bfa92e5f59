package onnx

import (
	"fmt"
	"slices"

	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/model"
)

// sum adds signals of one shape: the join of a residual connection.
func (c *call) sum(in []*value) error {
	first := in[0]
	names := make([]string, len(in))
	for i, v := range in {
		if !slices.Equal(v.dims, first.dims) {
			return fmt.Errorf("adds signals of %v and %v, expected one shape", first.dims, v.dims)
		}
		names[i] = v.node
	}
	alike := true
	for _, v := range in[1:] {
		alike = alike && c.shapes[v.node].Equal(c.shapes[first.node]) && slices.Equal(v.perm, first.perm)
	}
	out := &value{dims: first.dims, perm: first.perm}
	if !alike {
		shape, _, err := sample(first.dims)
		if err != nil {
			return fmt.Errorf("its input %w", err)
		}
		for i, v := range in {
			if names[i], err = c.arranged(v, shape); err != nil {
				return err
			}
		}
		out.perm = nil
	}
	var err error
	if out.node, err = c.layer(&model.Add{}, names...); err != nil {
		return err
	}
	c.give(out)
	return nil
}

// sumAll maps the operator Sum of any number of signals.
func sumAll(c *call) error {
	for i := range c.in {
		if _, err := c.signal(i); err != nil {
			return err
		}
	}
	if len(c.in) == 1 {
		return same("one value only")(c)
	}
	return c.sum(c.in)
}

// concat puts signals side by side.
func concat(c *call) error {
	for i := range c.in {
		if _, err := c.signal(i); err != nil {
			return err
		}
	}
	if len(c.in) == 1 {
		c.passed("axis")
		return same("one value only")(c)
	}
	first := c.in[0]
	along, err := axisOf(c.int("axis", 1), len(first.dims))
	if err != nil {
		return err
	}
	dims := slices.Clone(first.dims)
	for _, v := range c.in[1:] {
		if len(v.dims) != len(dims) {
			return fmt.Errorf("joins %v and %v", first.dims, v.dims)
		}
		dims[along] += v.dims[along]
	}
	names, order, axis, err := c.alike(c.in)
	if err != nil {
		return err
	}
	if axis[along] < 0 {
		return fmt.Errorf("joins along the batch axis")
	}
	node, err := c.layer(&model.Concat{Axis: order[axis[along]]}, names...)
	if err != nil {
		return err
	}
	c.give(c.view(node, order, dims))
	return nil
}

// alike returns layers that hold the signals with their axes in one order.
func (c *call) alike(in []*value) (names []string, order, axis []int, err error) {
	for i, v := range in {
		name, o, a, err := c.ordered(v)
		if err != nil {
			return nil, nil, nil, err
		}
		if i == 0 {
			order, axis = o, a
		}
		if !slices.Equal(o, order) {
			return c.plain(in)
		}
		names = append(names, name)
	}
	return names, order, axis, nil
}

// plain returns layers that hold the signals in the order of the graph.
func (c *call) plain(in []*value) (names []string, order, axis []int, err error) {
	for _, v := range in {
		shape, a, err := sample(v.dims)
		if err != nil {
			return nil, nil, nil, err
		}
		name, err := c.arranged(v, shape)
		if err != nil {
			return nil, nil, nil, err
		}
		names, axis = append(names, name), a
		order = []int{0, 1, 2}[:len(shape)]
	}
	return names, order, axis, nil
}

func concatConstants(c *call) (*raw.Tensor, error) {
	first, err := c.tensor(0, "its first input")
	if err != nil {
		return nil, err
	}
	along, err := axisOf(c.int("axis", 1), len(first.Dims))
	if err != nil {
		return nil, err
	}
	dims := slices.Clone(first.Dims)
	for i := 1; i < len(c.in); i++ {
		t, err := c.tensor(i, "an input")
		if err != nil {
			return nil, err
		}
		if t.Type != first.Type || len(t.Dims) != len(dims) || size(t.Dims[:along]) != size(dims[:along]) || size(t.Dims[along+1:]) != size(dims[along+1:]) {
			return nil, fmt.Errorf("joins %v of the shape %v and %v of the shape %v", first.Type, first.Dims, t.Type, t.Dims)
		}
		dims[along] += t.Dims[along]
	}
	out, err := allocate(first.Type, dims)
	if err != nil {
		return nil, err
	}
	at, inner := 0, size(dims[along:])
	for _, v := range c.in {
		n := size(v.constant.Dims[along:])
		for o := range size(dims[:along]) {
			if first.Type.Floating() {
				copy(out.Floats[o*inner+at:], v.constant.Floats[o*n:(o+1)*n])
			} else {
				copy(out.Ints[o*inner+at:], v.constant.Ints[o*n:(o+1)*n])
			}
		}
		at += n
	}
	return out, nil
}

// gather picks from a constant by constant places on one axis.
func gather(c *call) (*raw.Tensor, error) {
	t, err := c.tensor(0, "its input")
	if err != nil {
		return nil, err
	}
	places, err := c.intInput(1, "the places")
	if err != nil {
		return nil, err
	}
	axis, err := axisOf(c.int("axis", 0), len(t.Dims))
	if err != nil {
		return nil, err
	}
	n := t.Dims[axis]
	dims := slices.Concat(t.Dims[:axis], c.in[1].constant.Dims, t.Dims[axis+1:])
	if _, err := allocate(raw.Int64, dims); err != nil {
		return nil, err
	}
	inner := size(t.Dims[axis+1:])
	var index []int
	for o := range size(t.Dims[:axis]) {
		for _, p := range places {
			at, err := axisOf(p, n)
			if err != nil {
				return nil, fmt.Errorf("place %d of %d", p, n)
			}
			for i := range inner {
				index = append(index, (o*n+at)*inner+i)
			}
		}
	}
	return picked(t, dims, index), nil
}

// split cuts a signal along an axis; sizes are an attribute before opset 13, then an input.
func split(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	along, err := axisOf(c.int("axis", 0), len(v.dims))
	if err != nil {
		return err
	}
	sizes := c.intList("split")
	if c.model.Opset >= 13 && c.given(1) {
		if sizes, err = c.intInput(1, "the sizes"); err != nil {
			return err
		}
	}
	parts := c.int("num_outputs", len(c.n.Outputs))
	if sizes == nil && parts > 0 && parts <= v.dims[along] {
		each := (v.dims[along] + parts - 1) / parts
		for at := 0; at < v.dims[along]; at += each {
			sizes = append(sizes, min(each, v.dims[along]-at))
		}
	}
	if len(sizes) != len(c.n.Outputs) {
		return fmt.Errorf("sizes %v for %d outputs", sizes, len(c.n.Outputs))
	}
	at := 0
	for k, n := range sizes {
		if n < 1 || n > v.dims[along]-at {
			return fmt.Errorf("sizes %v do not add up to %d", sizes, v.dims[along])
		}
		s := everything(v.dims)
		s.start[along], s.size[along] = at, n
		at += n
		if c.n.Outputs[k] == "" || c.uses[c.n.Outputs[k]] == 0 {
			continue
		}
		if err := c.sliced(k, v, s); err != nil {
			return err
		}
	}
	if at != v.dims[along] {
		return fmt.Errorf("sizes %v do not add up to %d", sizes, v.dims[along])
	}
	return nil
}
