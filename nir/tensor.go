package nir

import (
	"reflect"
	"slices"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// Tensor is an array of a file; the type of its elements is kept. Shape nil
// is a scalar. Data is a slice of integers or floats of any width, or of
// strings or bools in metadata.
type Tensor struct {
	Shape []int
	Data  any
}

// Float32 makes a tensor of float32.
func Float32(data []float32, shape ...int) Tensor { return Tensor{shape, data} }

// Float64 makes a tensor of float64.
func Float64(data []float64, shape ...int) Tensor { return Tensor{shape, data} }

// IsZero says that there is no array.
func (t Tensor) IsZero() bool { return t.Data == nil }

// Len is the number of elements.
func (t Tensor) Len() int {
	if t.Data == nil {
		return 0
	}
	return reflect.ValueOf(t.Data).Len()
}

// Type names the type of the elements as NumPy does.
func (t Tensor) Type() string {
	if t.Data == nil {
		return "nothing"
	}
	return reflect.TypeOf(t.Data).Elem().String()
}

// Floats returns numbers of any type as float64, a copy.
func (t Tensor) Floats() ([]float64, error) {
	a := hdf5.Array{Shape: t.Shape, Data: t.Data}
	return a.Floats()
}

// floats are the numbers of a tensor that was checked to hold some.
func (t Tensor) floats() []float64 {
	f, _ := t.Floats()
	return f
}

// Float32s returns numbers of any type, rounded to the nearest float32, a copy.
func (t Tensor) Float32s() ([]float32, error) {
	a := hdf5.Array{Shape: t.Shape, Data: t.Data}
	v, err := a.Float32s()
	return slices.Clone(v), err
}

// float32s are the numbers of a tensor that was checked to hold some.
func (t Tensor) float32s() []float32 {
	f, _ := t.Float32s()
	return f
}

// Equal compares shape, type and elements.
func (t Tensor) Equal(o Tensor) bool {
	return slices.Equal(t.Shape, o.Shape) && reflect.DeepEqual(t.Data, o.Data)
}

// size is the number of values of a shape.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// full makes a tensor of one value.
func full(v float64, shape []int) Tensor {
	data := make([]float64, size(shape))
	for i := range data {
		data[i] = v
	}
	return Float64(data, shape...)
}

// as gives a tensor of float64 another type of elements, as a file had it.
func (t Tensor) as(kind string) Tensor {
	v, err := t.Floats()
	if err != nil {
		return t
	}
	switch kind {
	case "float32":
		return Tensor{t.Shape, converted[float32](v)}
	case "float64":
		return Tensor{t.Shape, v}
	case "int8":
		return Tensor{t.Shape, converted[int8](v)}
	case "int16":
		return Tensor{t.Shape, converted[int16](v)}
	case "int32":
		return Tensor{t.Shape, converted[int32](v)}
	case "int64":
		return Tensor{t.Shape, converted[int64](v)}
	}
	return t
}

func converted[T int8 | int16 | int32 | int64 | float32](v []float64) []T {
	out := make([]T, len(v))
	for i, x := range v {
		out[i] = T(x)
	}
	return out
}
