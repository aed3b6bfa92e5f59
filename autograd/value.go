package autograd

import (
	"fmt"
	"unsafe"

	"gorgonia.org/tensor"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron"
)

// Value is what flows along an edge: a signal, a parameter array, or a
// number. A gradient has the form of what it belongs to; that of a constant
// signal is summed over time, and one marked constant of a varying signal
// holds in every step.
type Value struct {
	Signal *signal.Signal
	Param  []float32
	Scalar float64

	// Product is a gradient that is computed where it is read: Signal has its
	// extents then, and no values.
	Product neuron.Product

	// Fill computes steps t0 to t1 of samples b0 to b1 of a Signal whose values
	// are not there yet; nil = they are. Parts are filled at the same time.
	Fill func(t0, t1, b0, b1 int)

	// Synapse makes strips of a Signal, and takes the gradient by them: neither
	// lies in memory as a whole. nil = the values are there, or Fill computes them.
	Synapse *Linear

	parts []*Value // the input gradients of one adjoint call
}

// Shape implements gorgonia.Value.
func (v *Value) Shape() tensor.Shape {
	switch {
	case v.Signal != nil:
		return append(tensor.Shape{v.Signal.T, v.Signal.B}, v.Signal.Shape...)
	case v.Param != nil:
		return tensor.Shape{len(v.Param)}
	}
	return tensor.ScalarShape()
}

// Size implements gorgonia.Value.
func (v *Value) Size() int { return v.Shape().TotalSize() }

// Data implements gorgonia.Value.
func (v *Value) Data() any {
	switch {
	case v.Signal != nil:
		return v.Signal
	case v.Param != nil:
		return v.Param
	}
	return v.Scalar
}

// Dtype implements gorgonia.Value.
func (v *Value) Dtype() tensor.Dtype { return tensor.Float32 }

// Uintptr implements tensor.Memory.
func (v *Value) Uintptr() uintptr { return uintptr(unsafe.Pointer(v)) }

// MemSize implements tensor.Memory.
func (v *Value) MemSize() uintptr { return unsafe.Sizeof(*v) }

// Format implements fmt.Formatter.
func (v *Value) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "%v", v.Shape()) }
