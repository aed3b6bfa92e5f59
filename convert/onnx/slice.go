package onnx

import (
	"fmt"

	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/model"
)

// cut is a slice: on each axis size places start, start + step, ….
type cut struct{ start, step, size []int }

// cutOf reads starts, ends, axes and steps: attributes before opset 10, then inputs.
func cutOf(c *call, dims []int) (cut, error) {
	starts, ends := c.intList("starts"), c.intList("ends")
	var steps []int
	var err error
	if c.model.Opset >= 10 {
		if starts, err = c.intInput(1, "starts"); err != nil {
			return cut{}, err
		}
		if ends, err = c.intInput(2, "ends"); err != nil {
			return cut{}, err
		}
		if c.given(4) {
			if steps, err = c.intInput(4, "steps"); err != nil {
				return cut{}, err
			}
		}
	}
	axes, err := c.axes(3, 10, len(dims))
	if err != nil {
		return cut{}, err
	}
	if axes == nil {
		for i := range starts {
			axes = append(axes, i)
		}
	}
	if len(ends) != len(starts) || len(axes) != len(starts) || len(starts) > len(dims) || steps != nil && len(steps) != len(starts) {
		return cut{}, fmt.Errorf("starts %v, ends %v, axes %v and steps %v do not fit %v", starts, ends, axes, steps, dims)
	}
	out := everything(dims)
	for i, a := range axes {
		step := 1
		if steps != nil {
			step = steps[i]
		}
		if step == 0 || step < -maxValues || step > maxValues {
			return cut{}, fmt.Errorf("step %d is out of range", step)
		}
		out.start[a], out.step[a] = bounds(starts[i], dims[a], step), step
		out.size[a] = count(out.start[a], bounds(ends[i], dims[a], step), step)
	}
	return out, nil
}

// everything keeps everything.
func everything(dims []int) cut {
	c := cut{make([]int, len(dims)), make([]int, len(dims)), append([]int{}, dims...)}
	for i := range dims {
		c.step[i] = 1
	}
	return c
}

// bounds brings a start or an end into the range that ONNX gives it: 0..n
// upwards, −1..n−1 downwards.
func bounds(i, n, step int) int {
	if i < 0 {
		i = max(i, -n-1) + n
	}
	if step > 0 {
		return max(0, min(i, n))
	}
	return max(-1, min(i, n-1))
}

// count is the number of places from start on before end.
func count(start, end, step int) int {
	if step > 0 {
		return max(0, (end-start+step-1)/step)
	}
	return max(0, (start-end-step-1)/-step)
}

func sliceConstant(c *call) (*raw.Tensor, error) {
	t, err := c.tensor(0, "its input")
	if err != nil {
		return nil, err
	}
	s, err := cutOf(c, t.Dims)
	if err != nil {
		return nil, err
	}
	stride, start := strides(t.Dims), 0
	for a := range stride {
		start += s.start[a] * stride[a]
		stride[a] *= s.step[a]
	}
	return picked(t, s.size, walk(s.size, stride, start)), nil
}

func slice(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	s, err := cutOf(c, v.dims)
	if err != nil {
		return err
	}
	return c.sliced(0, v, s)
}

// sliced stores a cut of v as output k.
func (c *call) sliced(k int, v *value, s cut) error {
	node, order, axis, err := c.ordered(v)
	if err != nil {
		return err
	}
	in := c.shapes[node]
	kept := everything(in)
	moves := false
	for a := range v.dims {
		trivial := s.start[a] == 0 && s.step[a] == 1 && s.size[a] == v.dims[a]
		if trivial {
			continue
		}
		if axis[a] < 0 {
			return fmt.Errorf("cuts the batch axis")
		}
		if s.size[a] == 0 {
			return fmt.Errorf("keeps nothing of axis %d", a)
		}
		to := order[axis[a]]
		kept.start[to], kept.step[to], kept.size[to] = s.start[a], s.step[a], s.size[a]
		moves = true
	}
	if !moves {
		c.set(k, v.reshaped(v.dims))
		c.folded("", "keeps everything")
		return nil
	}
	if earlier, ok := c.op(node).(*model.Slice); ok && v.sole && len(c.n.Outputs) == 1 {
		for a := range kept.start {
			earlier.Start[a] += kept.start[a] * earlier.Step[a]
			earlier.Step[a] *= kept.step[a]
			earlier.Size[a] = kept.size[a]
		}
		c.shapes[node] = append(model.Shape{}, earlier.Size...)
		c.folded(node, "two slices in one")
	} else if node, err = c.layer(&model.Slice{Start: kept.start, Step: kept.step, Size: kept.size}, node); err != nil {
		return err
	}
	c.set(k, c.view(node, order, s.size))
	return nil
}

// ordered returns a layer that holds v in some order of its axes: axis i of
// the sample is axis order[i] of the layer; axis tells which axis of the
// sample an axis of the graph is, −1 for the batch.
func (c *call) ordered(v *value) (node string, order, axis []int, err error) {
	shape, axis, err := sample(v.dims)
	if err != nil {
		return "", nil, nil, fmt.Errorf("its input %w", err)
	}
	if order, _, ok := c.order(v); ok {
		return v.node, order, axis, nil
	}
	node, err = c.arranged(v, shape)
	if len(shape) == 1 {
		return node, []int{0}, axis, err
	}
	return node, []int{0, 1, 2}, axis, err
}

// view shows a layer with its axes in the given order.
func (im *importer) view(node string, order, dims []int) *value {
	v := &value{node: node, dims: append([]int{}, dims...)}
	if len(order) == 3 {
		v.perm = identity((&model.Permute{Axes: order}).Route(im.shapes[node]))
	}
	return v
}
