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

// broadcast is the shape that two shapes combine to by ONNX's rules: aligned
// at the last axis, an extent of 1 is repeated.
func broadcast(a, b []int) ([]int, error) {
	out := make([]int, max(len(a), len(b)))
	for i := range out {
		x, y := 1, 1
		if k := i - len(out) + len(a); k >= 0 {
			x = a[k]
		}
		if k := i - len(out) + len(b); k >= 0 {
			y = b[k]
		}
		switch {
		case x == y, y == 1:
			out[i] = x
		case x == 1:
			out[i] = y
		default:
			return nil, fmt.Errorf("shapes %v and %v do not combine", a, b)
		}
	}
	return out, nil
}

// spread returns, for each value of the shape out, the value of the shape in that is repeated there.
func spread(in, out []int) []int {
	stride := make([]int, len(out))
	for i, step := len(in)-1, 1; i >= 0; i-- {
		if in[i] > 1 {
			stride[i+len(out)-len(in)] = step
		}
		step *= in[i]
	}
	return walk(out, stride, 0)
}

// walk returns start + Σ coordinate·stride for each value of a shape, in order.
func walk(dims, stride []int, start int) []int {
	index := make([]int, size(dims))
	at := make([]int, len(dims))
	place := start
	for k := range index {
		index[k] = place
		for a := len(dims) - 1; a >= 0; a-- {
			at[a]++
			place += stride[a]
			if at[a] < dims[a] {
				break
			}
			place -= stride[a] * dims[a]
			at[a] = 0
		}
	}
	return index
}

// strides are the distances of neighboring values on each axis of a shape.
func strides(dims []int) []int {
	out := make([]int, len(dims))
	for i, step := len(dims)-1, 1; i >= 0; i-- {
		out[i] = step
		step *= dims[i]
	}
	return out
}

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
