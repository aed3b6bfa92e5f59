package onnx

import (
	"errors"
	"fmt"
	"math"

	raw "github.com/snntrain/snntrain/internal/onnx"
)

// binary is an operator on two constants.
type binary struct {
	float func(a, b float64) float64
	int   func(a, b int64) (int64, error)
	truth bool // the result is a truth value
}

var errZero = errors.New("divides a whole number by zero")

func binaries() map[string]binary {
	yes := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	return map[string]binary{
		"Add": {float: func(a, b float64) float64 { return a + b }, int: func(a, b int64) (int64, error) { return a + b, nil }},
		"Sub": {float: func(a, b float64) float64 { return a - b }, int: func(a, b int64) (int64, error) { return a - b, nil }},
		"Mul": {float: func(a, b float64) float64 { return a * b }, int: func(a, b int64) (int64, error) { return a * b, nil }},
		"Div": {float: func(a, b float64) float64 { return a / b }, int: func(a, b int64) (int64, error) {
			if b == 0 {
				return 0, errZero
			}
			return a / b, nil
		}},
		"Pow":     {float: math.Pow},
		"Equal":   {float: func(a, b float64) float64 { return yes(a == b) }, int: func(a, b int64) (int64, error) { return int64(yes(a == b)), nil }, truth: true},
		"Greater": {float: func(a, b float64) float64 { return yes(a > b) }, int: func(a, b int64) (int64, error) { return int64(yes(a > b)), nil }, truth: true},
		"Less":    {float: func(a, b float64) float64 { return yes(a < b) }, int: func(a, b int64) (int64, error) { return int64(yes(a < b)), nil }, truth: true},
	}
}

// fold computes the operator in float64 or int64.
func (f binary) fold(c *call) (*raw.Tensor, error) {
	a, err := c.tensor(0, "its first input")
	if err != nil {
		return nil, err
	}
	b, err := c.tensor(1, "its second input")
	if err != nil {
		return nil, err
	}
	floating := a.Type.Floating()
	if floating != b.Type.Floating() || !floating && f.int == nil {
		return nil, fmt.Errorf("of %v and %v is not supported", a.Type, b.Type)
	}
	dims, err := broadcast(a.Dims, b.Dims)
	if err != nil {
		return nil, err
	}
	t := a.Type
	if f.truth {
		t = raw.Bool
	}
	out, err := allocate(t, dims)
	if err != nil {
		return nil, err
	}
	left, right := spread(a.Dims, dims), spread(b.Dims, dims)
	for k := range left {
		var x int64
		switch {
		case !floating:
			if x, err = f.int(a.Ints[left[k]], b.Ints[right[k]]); err != nil {
				return nil, err
			}
		case f.truth:
			x = int64(f.float(float64(a.Floats[left[k]]), float64(b.Floats[right[k]])))
		default:
			out.Floats[k] = float32(f.float(float64(a.Floats[left[k]]), float64(b.Floats[right[k]])))
			continue
		}
		out.Ints[k] = x
	}
	return out, nil
}

// unaryFold is an operator on one constant.
type unaryFold func(x float64) float64

func unaries() map[string]unaryFold {
	return map[string]unaryFold{
		"Neg": func(x float64) float64 { return -x }, "Abs": math.Abs, "Sqrt": math.Sqrt, "Floor": math.Floor,
		"Ceil": math.Ceil, "Reciprocal": func(x float64) float64 { return 1 / x },
	}
}

func (f unaryFold) fold(c *call) (*raw.Tensor, error) {
	t, err := c.tensor(0, "its input")
	if err != nil {
		return nil, err
	}
	out, err := allocate(t.Type, t.Dims)
	if err != nil {
		return nil, err
	}
	for i, x := range t.Floats {
		out.Floats[i] = float32(f(float64(x)))
	}
	for i, x := range t.Ints {
		out.Ints[i] = int64(f(float64(x)))
	}
	return out, nil
}
