package onnx

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/snntrain/snntrain/model"
)

// maxValues bounds the values of one sample behind a layer.
const maxValues = 1 << 24

// layer adds a layer and returns its name. The node is mapped to the last layer added for it.
func (c *call) layer(op model.Op, inputs ...string) (string, error) {
	in := make([]model.Shape, len(inputs))
	for i, name := range inputs {
		in[i] = c.shapes[name]
	}
	out, err := op.Infer(in)
	if err != nil {
		return "", err
	}
	size := 1
	for _, d := range out {
		if size *= d; size > maxValues {
			return "", fmt.Errorf("gives %v, the limit is %d values a sample", out, maxValues)
		}
	}
	name := c.layerName(op)
	c.net.Nodes = append(c.net.Nodes, model.Node{Name: name, Op: op, Inputs: inputs, Pos: fmt.Sprintf("%s: node %q", c.file, c.entry.Node)})
	c.shapes[name] = out
	c.entry.Outcome, c.entry.Layer, c.entry.Reason = Mapped, name, ""
	return name, nil
}

// layerName is the node's name in a form that is fit for files; a layer that
// only arranges values for it is named after its kind.
func (c *call) layerName(op model.Op) string {
	base := strings.Map(printable, strings.ReplaceAll(strings.Trim(c.n.Name, "/"), "/", "."))
	if base == "" {
		base = strings.ToLower(c.n.Op)
	}
	switch op.(type) {
	case *model.Flatten, *model.Reshape, *model.Permute, *model.Pad:
		if c.n.Op != "Pad" && c.n.Op != "Flatten" {
			base += "." + op.Kind()
		}
	}
	name := base
	for i := 2; c.shapes[name] != nil || name == model.InputName; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	return name
}

// printable replaces what has no place in a name: control characters, and bytes that are no text.
func printable(r rune) rune {
	if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
		return '_'
	}
	return r
}

// elementwise adds a layer that keeps the place of every value of v.
func (c *call) elementwise(v *value, op model.Op) error {
	name, err := c.layer(op, v.node)
	if err != nil {
		return err
	}
	c.give(&value{node: name, dims: v.dims, perm: v.perm})
	return nil
}

// op is the layer of that name.
func (im *importer) op(name string) model.Op {
	if n := im.net.Node(name); n != nil {
		return n.Op
	}
	return nil
}
