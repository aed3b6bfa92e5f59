package chip

import (
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Rectified is a target without spikes that trained ReLU networks are rounded for.
type Rectified interface {
	Inference
	// Widths are the bits that a network can be rounded to, the widest first.
	Widths() []int
	// TakesNorm says that Quantize reads batch-norm; else it is to be folded into the weights.
	TakesNorm() bool
	// Quantize rounds a network to weights and activations of so many bits.
	Quantize(n *model.Network, bits int, c Calibration) (*quant.IntNet, error)
}

// Calibration is what was seen on samples of the float network.
type Calibration struct {
	Input    float64              // greatest magnitude of the input
	Negative bool                 // whether it was ever negative
	Layers   map[string]float64   // greatest magnitude of each activation, and of the output, by layer name
	Values   map[string][]float64 // of each activation: evenly spread ones of its values
}
