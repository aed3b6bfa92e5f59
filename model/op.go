package model

import (
	"fmt"
	"strings"
)

// one checks that a node has one input and returns its shape.
func one(in []Shape) (Shape, error) {
	if len(in) != 1 {
		return nil, fmt.Errorf("reads %d inputs, takes 1", len(in))
	}
	return in[0], nil
}

// maps3 checks for one input of shape (C, H, W).
func maps3(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	if len(s) != 3 {
		return nil, fmt.Errorf("input is %v, expected channels×height×width", s)
	}
	return s, nil
}

// window is the output extent of a sliding window.
func window(in, kernel, stride, padding, dilation int) int {
	span := dilation*(kernel-1) + 1
	return (in+2*padding-span)/stride + 1
}

// expect checks the shape of a tensor read from a file.
func expect(name string, t *Tensor, shape ...int) error {
	if !Shape(t.Shape).Equal(shape) {
		return fmt.Errorf("%s is %v, expected %v", name, Shape(t.Shape), Shape(shape))
	}
	return nil
}

// noParam is the answer of SetParam to a name that an op does not have.
func noParam(op Op, name string) error {
	var known []string
	for _, p := range op.Params() {
		known = append(known, p.Name)
	}
	if len(known) == 0 {
		return fmt.Errorf("%s has no parameters, got %q", op.Kind(), name)
	}
	return fmt.Errorf("%s has no parameter %q; it has %s", op.Kind(), name, strings.Join(known, ", "))
}
