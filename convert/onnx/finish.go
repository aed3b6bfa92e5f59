package onnx

import (
	"fmt"

	"github.com/snntrain/snntrain/model"
)

// afterFinal handles nodes behind an operator that is left out at the end: it
// must be the end, apart from nodes that only pass scores or the class on.
func (c *call) afterFinal() (done bool, err error) {
	for i, v := range c.in {
		if v == nil || v.final == "" {
			continue
		}
		switch c.n.Op {
		case "Identity", "Cast", "Squeeze", "Unsqueeze", "Reshape", "Flatten":
			if v.argmax && i == 0 {
				c.passed("to", "axes", "axis", "allowzero", "saturate", "round_mode")
				c.folded("", "passes the class on")
				c.give(v)
				return true, c.attrs.finish()
			}
			continue
		case "ArgMax", "Dropout":
			continue
		}
		for k := range c.entries { // the one at fault is the operator that is not at the end
			if e := &c.entries[k]; e.Node == v.final && e.Outcome == Folded {
				e.Outcome, e.Reason = Refused, fmt.Sprintf("is left out at the end only; node %q reads it", c.entry.Node)
			}
		}
		plain := *v
		plain.final, plain.argmax = "", false
		c.in[i] = &plain
	}
	return false, nil
}

// finalOperators are left out at the end of a graph: the largest score stays the largest.
func softmax(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	missing := 1
	if c.model.Opset >= 13 {
		missing = -1
	}
	axis, err := axisOf(c.int("axis", missing), len(v.dims))
	if err != nil {
		return err
	}
	over := v.dims[axis : axis+1]
	if c.model.Opset < 13 {
		over = v.dims[axis:]
	}
	if size(over) != size(v.dims) {
		return fmt.Errorf("runs over %v of the shape %v, expected all classes", over, v.dims)
	}
	out := v.reshaped(v.dims)
	out.final = c.entry.Node
	c.alias(out)
	c.folded("", "left out at the end: the largest score stays the largest; scores are what it reads")
	return nil
}

func argmax(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	axis, err := axisOf(c.int("axis", 0), len(v.dims))
	if err != nil {
		return err
	}
	c.passed("keepdims")
	switch {
	case c.int("select_last_index", 0) != 0:
		return fmt.Errorf("takes the last of equal scores, evaluation the first")
	case v.dims[axis] != size(v.dims):
		return fmt.Errorf("runs over axis %d of the shape %v, expected all classes", axis, v.dims)
	}
	out := v.reshaped(v.dims)
	out.final, out.argmax = c.entry.Node, true
	c.alias(out)
	c.folded("", "left out at the end: scores are what it reads")
	return nil
}

// finish makes the output the last layer and drops layers that nothing reads.
func (im *importer) finish() {
	for _, e := range im.entries {
		if e.Outcome == Refused {
			return
		}
	}
	name := im.model.Outputs[0]
	v := im.values[name]
	if t := im.model.Constants[name]; t != nil || v == nil || v.constant != nil {
		im.outcome = im.fault(fmt.Sprintf("output %q", name), "does not depend on the input", "")
		return
	}
	c := &call{importer: im, entry: &Operator{Node: name}}
	c.n = &im.model.Nodes[len(im.model.Nodes)-1]
	last, err := c.arranged(v, model.Shape{size(v.dims)})
	if err != nil {
		im.outcome = im.fault(fmt.Sprintf("output %q", name), err.Error(), "")
		return
	}
	if last == model.InputName {
		im.outcome = im.fault(fmt.Sprintf("output %q", name), "is the input: there is no layer", "")
		return
	}
	im.keep(last)
}

// keep drops the layers that last does not depend on.
func (im *importer) keep(last string) {
	wanted := map[string]bool{last: true}
	for i := len(im.net.Nodes) - 1; i >= 0; i-- {
		if n := im.net.Nodes[i]; wanted[n.Name] {
			for _, in := range n.Inputs {
				wanted[in] = true
			}
		}
	}
	var kept []model.Node
	for _, n := range im.net.Nodes {
		if wanted[n.Name] {
			kept = append(kept, n)
		}
	}
	im.net.Nodes = kept
	for i := range im.entries {
		if e := &im.entries[i]; e.Outcome == Mapped && !wanted[e.Layer] {
			e.Outcome, e.Layer, e.Reason = Folded, "", "nothing reads its result"
		}
	}
}

// axisOf turns an axis that may count from the end into an index below n.
func axisOf(axis, n int) (int, error) {
	if axis < -n || axis >= n {
		return 0, fmt.Errorf("axis %d is outside %d axes", axis, n)
	}
	if axis < 0 {
		axis += n
	}
	return axis, nil
}
