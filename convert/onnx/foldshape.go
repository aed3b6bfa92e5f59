package onnx

import (
	"fmt"
	"slices"

	raw "github.com/snntrain/snntrain/internal/onnx"
)

func where(c *call) (*raw.Tensor, error) {
	cond, err := c.tensor(0, "the condition")
	if err != nil {
		return nil, err
	}
	a, err := c.tensor(1, "its second input")
	if err != nil {
		return nil, err
	}
	b, err := c.tensor(2, "its third input")
	if err != nil {
		return nil, err
	}
	if a.Type != b.Type || cond.Type != raw.Bool {
		return nil, fmt.Errorf("of %v, %v and %v is not supported", cond.Type, a.Type, b.Type)
	}
	dims, err := broadcast(a.Dims, b.Dims)
	if err == nil {
		dims, err = broadcast(dims, cond.Dims)
	}
	if err != nil {
		return nil, err
	}
	out, err := allocate(a.Type, dims)
	if err != nil {
		return nil, err
	}
	which, left, right := spread(cond.Dims, dims), spread(a.Dims, dims), spread(b.Dims, dims)
	for k := range which {
		from, at := b, right[k]
		if cond.Ints[which[k]] != 0 {
			from, at = a, left[k]
		}
		if a.Type.Floating() {
			out.Floats[k] = from.Floats[at]
		} else {
			out.Ints[k] = from.Ints[at]
		}
	}
	return out, nil
}

func expand(c *call) (*raw.Tensor, error) {
	t, err := c.tensor(0, "its input")
	if err != nil {
		return nil, err
	}
	dims, err := c.intInput(1, "the shape")
	if err != nil {
		return nil, err
	}
	if dims, err = broadcast(t.Dims, dims); err != nil {
		return nil, err
	}
	if _, err := allocate(raw.Int64, dims); err != nil {
		return nil, err
	}
	return picked(t, dims, spread(t.Dims, dims)), nil
}

// maxRange bounds the numbers of a Range.
const maxRange = 1 << 40

func rangeOf(c *call) (*raw.Tensor, error) {
	var ends [3]int64
	for i := range ends {
		t, err := c.tensor(i, fmt.Sprintf("input %d", i))
		if err != nil {
			return nil, err
		}
		if len(t.Ints) != 1 {
			return nil, fmt.Errorf("is supported for single whole numbers only")
		}
		if ends[i] = t.Ints[0]; ends[i] < -maxRange || ends[i] > maxRange {
			return nil, fmt.Errorf("of %d is out of range", ends[i])
		}
	}
	start, limit, delta := ends[0], ends[1], ends[2]
	span, step := limit-start, delta
	if delta < 0 {
		span, step = start-limit, -delta
	}
	if step == 0 || span/step > maxFold {
		return nil, fmt.Errorf("from %d to %d in steps of %d is out of range", start, limit, delta)
	}
	out := &raw.Tensor{Type: raw.Int64, Ints: []int64{}}
	for i := int64(0); i*step < span; i++ {
		out.Ints = append(out.Ints, start+i*delta)
	}
	out.Dims = []int{len(out.Ints)}
	return out, nil
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
