package quant

import "fmt"

// Tensor is an array of integers in C order.
type Tensor struct {
	Shape []int   `json:"shape"`
	Data  []int32 `json:"-"` // stored beside the text, as an array of the file
}

// NewTensor is an array of the given shape; data is not copied.
func NewTensor(data []int32, shape ...int) Tensor { return Tensor{Shape: shape, Data: data} }

// Scalar is a parameter that all neurons share.
func Scalar(v int32) Tensor { return Tensor{Shape: []int{1}, Data: []int32{v}} }

// Vector is an array of one dimension.
func Vector(v ...int32) Tensor { return Tensor{Shape: []int{len(v)}, Data: v} }

// IsZero reports whether the tensor is not there.
func (t Tensor) IsZero() bool { return t.Shape == nil }

// Len is the number of values that the shape asks for, or -1 when it is negative or beyond 2^31.
func (t Tensor) Len() int { return Len(t.Shape) }

// Len is the number of values of a shape, or -1 when an extent is negative or the number is beyond 2^31.
func Len(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 || d > 1<<31 {
			return -1
		}
		if n *= d; n > 1<<31 {
			return -1
		}
	}
	return n
}

// Spread gives every neuron of a population its value: t holds one, one a
// channel (the first extent of shape), or one a neuron. A tensor that is not
// there gives zeros.
func (t Tensor) Spread(shape []int) []int32 {
	out := make([]int32, Len(shape))
	if t.IsZero() || len(out) == 0 {
		return out
	}
	run := len(out) / len(t.Data) // neurons that share a value
	for i := range out {
		out[i] = t.Data[i/run]
	}
	return out
}

// spreads checks that t can be spread over a population.
func (t Tensor) spreads(what string, shape []int) error {
	if t.IsZero() {
		return nil
	}
	n := t.Len()
	if len(t.Data) != n {
		return fmt.Errorf("%s: %d values for shape %v", what, len(t.Data), t.Shape)
	}
	if n != 1 && n != Len(shape) && (len(shape) == 0 || n != shape[0]) {
		return fmt.Errorf("%s has %d values; expected 1, one a channel, or one a neuron of %v", what, n, shape)
	}
	return nil
}

// within names the first value outside the range.
func (t Tensor) within(what string, r Range) error {
	if t.IsZero() {
		return fmt.Errorf("%s is missing", what)
	}
	for _, v := range t.Data {
		if v < r.Min || v > r.Max {
			return fmt.Errorf("%s %d is outside %d..%d", what, v, r.Min, r.Max)
		}
	}
	return nil
}

// MaxAbs is the greatest magnitude.
func (t Tensor) MaxAbs() int64 {
	var m int64
	for _, v := range t.Data {
		m = max(m, int64(v), -int64(v))
	}
	return m
}
