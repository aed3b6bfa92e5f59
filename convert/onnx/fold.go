package onnx

import (
	"fmt"
	"math"

	raw "github.com/snntrain/snntrain/internal/onnx"
)

// maxFold bounds the values of a constant that is computed.
const maxFold = 1 << 24

// folders are the operators that are computed when all their inputs are constant.
func folders() map[string]folder {
	m := map[string]folder{
		"Constant": constant, "ConstantOfShape": constantOfShape, "Identity": first, "Cast": cast, "Shape": shapeOf,
		"Gather": gather, "Concat": concatConstants, "Slice": sliceConstant, "Transpose": transposeConstant,
		"Reshape": reshapeConstant, "Flatten": flattenConstant, "Squeeze": squeezeConstant, "Unsqueeze": unsqueezeConstant,
		"Expand": expand, "Range": rangeOf, "Where": where,
	}
	for op, f := range binaries() {
		m[op] = f.fold
	}
	for op, f := range unaries() {
		m[op] = f.fold
	}
	return m
}

func first(c *call) (*raw.Tensor, error) { return c.tensor(0, "its input") }

// constant reads the value of a Constant node.
func constant(c *call) (*raw.Tensor, error) {
	if a := c.find("value", raw.AttrTensor); a != nil {
		return a.Tensor, nil
	}
	if a := c.find("value_float", raw.AttrFloat); a != nil {
		return &raw.Tensor{Type: raw.Float32, Dims: []int{}, Floats: []float32{a.Float}}, nil
	}
	if a := c.find("value_int", raw.AttrInt); a != nil {
		return &raw.Tensor{Type: raw.Int64, Dims: []int{}, Ints: []int64{a.Int}}, nil
	}
	if a := c.find("value_floats", raw.AttrFloats); a != nil {
		return &raw.Tensor{Type: raw.Float32, Dims: []int{len(a.Floats)}, Floats: a.Floats}, nil
	}
	if a := c.find("value_ints", raw.AttrInts); a != nil {
		return &raw.Tensor{Type: raw.Int64, Dims: []int{len(a.Ints)}, Ints: a.Ints}, nil
	}
	return nil, fmt.Errorf("holds no tensor, number or list of numbers")
}

// allocate makes a constant of zeros.
func allocate(t raw.Type, dims []int) (*raw.Tensor, error) {
	n := 1
	for _, d := range dims {
		if d < 0 || d > maxFold || n > maxFold/max(d, 1) {
			return nil, fmt.Errorf("makes a constant of the shape %v, the limit is %d values", dims, maxFold)
		}
		n *= max(d, 1)
	}
	for _, d := range dims {
		if d == 0 {
			n = 0
		}
	}
	out := &raw.Tensor{Type: t, Dims: append([]int{}, dims...)}
	if t.Floating() {
		out.Floats = make([]float32, n)
	} else {
		out.Ints = make([]int64, n)
	}
	return out, nil
}

// picked is the constant whose value k is value index[k] of t.
func picked(t *raw.Tensor, dims, index []int) *raw.Tensor {
	out := &raw.Tensor{Type: t.Type, Dims: dims}
	if t.Type.Floating() {
		out.Floats = make([]float32, len(index))
		for k, i := range index {
			out.Floats[k] = t.Floats[i]
		}
		return out
	}
	out.Ints = make([]int64, len(index))
	for k, i := range index {
		out.Ints[k] = t.Ints[i]
	}
	return out
}

func constantOfShape(c *call) (*raw.Tensor, error) {
	dims, err := c.intInput(0, "the shape")
	if err != nil {
		return nil, err
	}
	value := &raw.Tensor{Type: raw.Float32, Floats: []float32{0}}
	if a := c.find("value", raw.AttrTensor); a != nil {
		value = a.Tensor
	}
	if value.Len() != 1 {
		return nil, fmt.Errorf("attribute \"value\" holds %d values, expected 1", value.Len())
	}
	out, err := allocate(value.Type, dims)
	if err != nil {
		return nil, err
	}
	for i := range out.Floats {
		out.Floats[i] = value.Floats[0]
	}
	for i := range out.Ints {
		out.Ints[i] = value.Ints[0]
	}
	return out, nil
}

func cast(c *call) (*raw.Tensor, error) {
	t, err := c.tensor(0, "its input")
	if err != nil {
		return nil, err
	}
	c.passed("saturate", "round_mode")
	to := raw.Type(c.int("to", 0))
	if !to.Known() {
		return nil, fmt.Errorf("turns values into %v, which is not supported", to)
	}
	return converted(t, to), nil
}

// converted casts a constant; fractions are cut off towards zero.
func converted(t *raw.Tensor, to raw.Type) *raw.Tensor {
	out := &raw.Tensor{Type: to, Dims: t.Dims}
	switch {
	case to == raw.Bool:
		out.Ints = make([]int64, t.Len())
		for i := range out.Ints {
			if t.Type.Floating() && t.Floats[i] != 0 || !t.Type.Floating() && t.Ints[i] != 0 {
				out.Ints[i] = 1
			}
		}
	case to.Floating() == t.Type.Floating():
		out.Floats, out.Ints = t.Floats, t.Ints
	case to.Floating():
		out.Floats = make([]float32, len(t.Ints))
		for i, v := range t.Ints {
			out.Floats[i] = float32(v)
		}
	default:
		out.Ints = make([]int64, len(t.Floats))
		for i, v := range t.Floats {
			out.Ints[i] = truncated(v)
		}
	}
	return out
}

// truncated cuts off the fraction; numbers out of range become the nearest end, NaN zero.
func truncated(v float32) int64 {
	switch {
	case v >= math.MaxInt64:
		return math.MaxInt64
	case v <= math.MinInt64:
		return math.MinInt64
	case v != v:
		return 0
	}
	return int64(v)
}

// shapeOf gives the extents of a value; it looks at no values.
func shapeOf(c *call) (*raw.Tensor, error) {
	if !c.given(0) {
		return nil, fmt.Errorf("its input is missing")
	}
	dims := c.in[0].dims
	if c.in[0].constant != nil {
		dims = c.in[0].constant.Dims
	}
	lo, hi := between(c.int("start", 0), len(dims)), between(c.int("end", math.MaxInt64), len(dims))
	out := &raw.Tensor{Type: raw.Int64, Dims: []int{max(hi-lo, 0)}, Ints: []int64{}}
	for _, d := range dims[lo:max(hi, lo)] {
		out.Ints = append(out.Ints, int64(d))
	}
	return out, nil
}

// between brings an index that may count from the end into 0..n.
func between(i, n int) int {
	if i < 0 {
		i += n
	}
	return max(0, min(i, n))
}
