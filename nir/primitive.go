package nir

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/registry"
)

// Primitive is what a node computes.
type Primitive interface {
	// Type is the name in files.
	Type() string
	// fields lists what a file holds of it, bound to the struct: reader and writer use the same list.
	fields() []field
	// check says which fields do not fit each other.
	check() []fact
	// infer is the shape of the output for that of the input, or says what was expected.
	infer(in []int) ([]int, error)
}

// fact is something wrong with a field.
type fact struct{ field, text string }

// Primitives lists every primitive of NIR but graphs.
func Primitives() *registry.Registry[func() Primitive] {
	return registry.New[func() Primitive]("NIR node type").
		Add("Input", func() Primitive { return &Input{} }).
		Add("Output", func() Primitive { return &Output{} }).
		Add("Affine", func() Primitive { return &Affine{} }).
		Add("Linear", func() Primitive { return &Linear{} }).
		Add("Scale", func() Primitive { return &Scale{} }).
		Add("Conv1d", func() Primitive { return &Conv1d{} }).
		Add("Conv2d", func() Primitive { return &Conv2d{} }).
		Add("SumPool2d", func() Primitive { return &SumPool2d{} }).
		Add("AvgPool2d", func() Primitive { return &AvgPool2d{} }).
		Add("Flatten", func() Primitive { return &Flatten{} }).
		Add("Delay", func() Primitive { return &Delay{} }).
		Add("Threshold", func() Primitive { return &Threshold{} }).
		Add("I", func() Primitive { return &I{} }).
		Add("IF", func() Primitive { return &IF{} }).
		Add("LI", func() Primitive { return &LI{} }).
		Add("LIF", func() Primitive { return &LIF{} }).
		Add("CubaLI", func() Primitive { return &CubaLI{} }).
		Add("CubaLIF", func() Primitive { return &CubaLIF{} })
}

// sameShapes says which arrays have another shape than the first.
func sameShapes(fields []field) []fact {
	var out []fact
	first := fields[0].put()
	for _, f := range fields[1:] {
		if t := f.put(); !slices.Equal(t.Shape, first.Shape) {
			out = append(out, fact{f.name, fmt.Sprintf("is %s, %s is %s: one shape is expected", shape(t.Shape), fields[0].name, shape(first.Shape))})
		}
	}
	return out
}

// wants compares the shape of an input with the one expected.
func wants(in, want []int) error {
	if !slices.Equal(in, want) {
		return fmt.Errorf("reads %s, expected %s", shape(in), shape(want))
	}
	return nil
}

// elementwise is the rule of a node whose arrays have the shape of its input;
// an array of rank 0 fits every input.
func elementwise(in, arrays []int) ([]int, error) {
	if len(arrays) == 0 {
		return in, nil
	}
	return in, wants(in, arrays)
}

// shape is a shape as text: 2×34×34.
func shape(s []int) string {
	if len(s) == 0 {
		return "a scalar"
	}
	text := ""
	for i, d := range s {
		if i > 0 {
			text += "×"
		}
		text += fmt.Sprint(d)
	}
	return text
}
