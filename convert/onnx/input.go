package onnx

import (
	"fmt"
	"slices"
	"strings"

	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/model"
)

// start checks inputs and outputs of the graph and makes the network's input.
func (im *importer) start(o Options) error {
	if n := len(im.model.Inputs); n != 1 {
		var names []string
		for _, in := range im.model.Inputs {
			names = append(names, in.Name)
		}
		return im.fault("graph", fmt.Sprintf("has %d inputs, expected 1: %s", n, strings.Join(names, ", ")), "")
	}
	if n := len(im.model.Outputs); n != 1 {
		return im.fault("graph", fmt.Sprintf("has %d outputs, expected 1: %s", n, strings.Join(im.model.Outputs, ", ")), "")
	}
	in := im.model.Inputs[0]
	dims, err := im.extents(in, o.InputShape)
	if err != nil {
		return err
	}
	im.batch = 1
	if len(dims) > 1 {
		im.batch, dims[0] = dims[0], 1
	}
	v, layout, err := im.read(in.Name, dims, o.Sample)
	if err != nil {
		return err
	}
	im.values[in.Name] = v
	im.shapes[model.InputName] = im.net.Input
	im.input = Input{Name: in.Name, Dims: dims, Sample: im.net.Input, Layout: layout}
	return nil
}

// extents are the input's extents as the file, or the user, says; a free batch is 1.
func (im *importer) extents(in raw.Input, given []int) ([]int, error) {
	subject := fmt.Sprintf("input %q", in.Name)
	if !in.Type.Known() {
		return nil, im.fault(subject, fmt.Sprintf("holds values of %v", in.Type), "")
	}
	if given != nil && in.Dims != nil && len(given) != len(in.Dims) {
		return nil, im.fault(subject, fmt.Sprintf("is %s, --input-shape has %d numbers", show(in.Dims), len(given)), "give one number an axis, batch first")
	}
	if given == nil && len(in.Dims) == 0 {
		return nil, im.fault(subject, "has no shape in the file", "give it with --input-shape, batch first")
	}
	dims := slices.Clone(given)
	for i, d := range in.Dims {
		switch {
		case given == nil && d.Size < 0 && (i > 0 || len(in.Dims) == 1):
			return nil, im.fault(subject, fmt.Sprintf("is %s, of which more than the batch is free", show(in.Dims)), "give the shape with --input-shape, batch first")
		case given == nil:
			dims = append(dims, max(int(d.Size), 1))
		case d.Size >= 0 && given[i] != int(d.Size) && i > 0:
			return nil, im.fault(subject, fmt.Sprintf("is %s, --input-shape says %d for axis %d", show(in.Dims), given[i], i), "")
		}
	}
	n := 1
	for _, d := range dims {
		if d < 1 || d > maxValues || n > maxValues/d {
			return nil, im.fault(subject, fmt.Sprintf("has the shape %v, expected at least 1 for each axis and at most %d values", dims, maxValues), "")
		}
		n *= d
	}
	return dims, nil
}

func show(dims []raw.Dim) string {
	var parts []string
	for _, d := range dims {
		switch {
		case d.Size >= 0:
			parts = append(parts, fmt.Sprint(d.Size))
		case d.Name != "":
			parts = append(parts, d.Name)
		default:
			parts = append(parts, "?")
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// read decides how a sample becomes the graph's input.
func (im *importer) read(name string, dims []int, shape model.Shape) (*value, string, error) {
	rest := dims
	if len(dims) > 1 {
		rest = dims[1:]
	}
	if shape == nil {
		shape = im.natural(name, rest)
	}
	if shape.Size() != size(rest) {
		return nil, "", im.fault(fmt.Sprintf("input %q", name), fmt.Sprintf("takes samples of %v, %d values; the data gives %v, %d values", model.Shape(rest), size(rest), shape, shape.Size()), "")
	}
	im.net.Input = append(model.Shape{}, shape...)
	v := &value{node: model.InputName, dims: dims}
	if len(shape) != 3 || len(rest) != 3 || shape.Equal(rest) {
		return v, "in the order of the file", nil
	}
	last := &model.Permute{Axes: []int{1, 2, 0}}
	if out, err := last.Infer([]model.Shape{shape}); err != nil || !out.Equal(rest) {
		return v, "in the order of the file", nil
	}
	v.perm = identity(last.Route(shape))
	return v, "channels last", nil
}

// natural is the shape of samples for a graph's input without its batch.
func (im *importer) natural(name string, rest []int) model.Shape {
	switch len(rest) {
	case 2:
		if rest[0] == 1 || rest[1] == 1 {
			return model.Shape{rest[0] * rest[1]}
		}
		return model.Shape{rest[0], 1, rest[1]}
	case 3:
		if im.channelsLast(name, rest) {
			return model.Shape{rest[2], rest[0], rest[1]}
		}
		return append(model.Shape{}, rest...)
	}
	return model.Shape{size(rest)}
}

// channelsLast guesses where the channels of an input are: a convolution wants
// them first, a turn of the axes says that they are not; otherwise the last
// axis must look like gray or color, and the first not.
func (im *importer) channelsLast(name string, rest []int) bool {
	for i := range im.model.Nodes {
		n := &im.model.Nodes[i]
		if !slices.Contains(n.Inputs, name) {
			continue
		}
		a := attrs{list: n.Attrs}
		switch {
		case n.Op == "Conv":
			return false
		case n.Op == "Transpose" && slices.Equal(a.intList("perm"), []int{0, 3, 1, 2}):
			return true
		}
	}
	colors := func(n int) bool { return n == 1 || n == 3 }
	return colors(rest[2]) && !colors(rest[0])
}
