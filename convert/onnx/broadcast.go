package onnx

import "fmt"

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
