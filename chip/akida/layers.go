package akida

import "github.com/snntrain/snntrain/quant"

// Model is a chain of layers, as the vendor's Python API takes them. Maps are
// (H, W, C) there; networks here hold (C, H, W).
type Model struct{ Layers []Layer }

// Layer is one layer.
type Layer struct {
	Type         string
	Shape        [3]int       // of the input, H, W, C; of input layers
	Bits         int          // of the input, for InputData
	Weights      quant.Tensor // convolutions: [k_h, k_w, in, out]; FullyConnected: [in, out]
	WeightsBits  int
	ActBits      int
	Threshold    quant.Tensor // [out]
	ActStep      []float32    // [out]
	NoActivation bool         // the sum is the output; threshold and step are not used
	Padding      string       // same, or valid
	PaddingValue int32        // InputConvolutional with same
	Stride       [2]int       // 0 = 1
	Pool         string       // max, average, or empty
	PoolSize     [2]int
	PoolStride   [2]int
}

// The layers.
const (
	InputData          = "InputData"
	InputConvolutional = "InputConvolutional"
	Convolutional      = "Convolutional"
	FullyConnected     = "FullyConnected"
)

// Words of the vendor's API.
const (
	paddingSame  = "same"
	paddingValid = "valid"
	poolMax      = "max"
	poolAverage  = "average"
)

const sumBits = 20 // a sum saturates to as many, signed

func register() quant.Range { return quant.Signed(sumBits, quant.Saturate) }
