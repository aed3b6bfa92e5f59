package onnx

import (
	"fmt"

	"github.com/snntrain/snntrain/model"
)

// pad adds zeros: attributes before opset 11, then inputs.
func pad(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	if mode := c.text("mode", "constant"); mode != "constant" {
		return fmt.Errorf("pads by %q, expected constant", mode)
	}
	pads, value := c.intList("pads"), c.float("value", 0)
	axes := make([]int, len(v.dims))
	for i := range axes {
		axes[i] = i
	}
	if c.model.Opset >= 11 {
		if pads, err = c.intInput(1, "pads"); err != nil {
			return err
		}
		if c.given(2) {
			t, err := c.tensor(2, "the value")
			if err != nil {
				return err
			}
			if t.Len() != 1 {
				return fmt.Errorf("the value is %d numbers, expected 1", t.Len())
			}
			if t.Type.Floating() {
				value = t.Floats[0]
			} else {
				value = float32(t.Ints[0])
			}
		}
		if c.model.Opset >= 18 && c.given(3) {
			if axes, err = c.axes(3, 18, len(v.dims)); err != nil {
				return err
			}
		}
	}
	if len(pads) != 2*len(axes) {
		return fmt.Errorf("pads %v: expected %d numbers", pads, 2*len(axes))
	}
	return c.padded(v, axes, pads[:len(axes)], pads[len(axes):], value)
}

func (c *call) padded(v *value, axes, before, after []int, value float32) error {
	node, order, axis, err := c.ordered(v)
	if err != nil {
		return err
	}
	in := c.shapes[node]
	op := &model.Pad{Before: make([]int, len(in)), After: make([]int, len(in))}
	dims := append([]int{}, v.dims...)
	moves := false
	for i, a := range axes {
		if before[i] == 0 && after[i] == 0 {
			continue
		}
		if axis[a] < 0 {
			return fmt.Errorf("pads the batch axis")
		}
		if max(before[i], after[i]) > maxValues || min(before[i], after[i]) < -maxValues {
			return fmt.Errorf("pads by %d and %d, which is out of range", before[i], after[i])
		}
		to := order[axis[a]]
		op.Before[to], op.After[to] = before[i], after[i]
		dims[a] += before[i] + after[i]
		moves = true
	}
	if !moves {
		c.alias(v.reshaped(v.dims))
		c.folded("", "adds nothing")
		return nil
	}
	if value != 0 {
		return fmt.Errorf("pads with %v, expected 0", value)
	}
	if node, err = c.layer(op, node); err != nil {
		return err
	}
	c.give(c.view(node, order, dims))
	return nil
}
