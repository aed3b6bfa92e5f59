package model

// Tensor is an array of float32 in C order. Weights keep PyTorch's axes:
// (out, in) for linear, (out, in/groups, height, width) for conv2d.
type Tensor struct {
	Shape []int
	Data  []float32
}

// NewTensor returns a tensor of zeros.
func NewTensor(shape ...int) *Tensor {
	return &Tensor{Shape: shape, Data: make([]float32, Shape(shape).Size())}
}

// Scalar returns a tensor of one value.
func Scalar(v float64) *Tensor { return &Tensor{Shape: []int{1}, Data: []float32{float32(v)}} }

// Fill sets every value and returns the tensor.
func (t *Tensor) Fill(v float32) *Tensor {
	for i := range t.Data {
		t.Data[i] = v
	}
	return t
}

// Clone returns a copy.
func (t *Tensor) Clone() *Tensor {
	if t == nil {
		return nil
	}
	return &Tensor{Shape: append([]int(nil), t.Shape...), Data: append([]float32(nil), t.Data...)}
}
