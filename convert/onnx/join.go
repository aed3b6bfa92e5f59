package onnx

import (
	"fmt"
	"slices"

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
