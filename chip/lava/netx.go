package lava

import "github.com/snntrain/snntrain/quant"

// Netx is the content of a network.net file: layers in a chain.
type Netx struct {
	Layers []Layer
}

// Layer is one layer as the file holds it.
type Layer struct {
	Type      string       // input, flatten, dense, dense_rec, conv
	Shape     []int        // C, H, W, or a number of neurons
	Neuron    *Neuron      // nil in flatten, and in an input that only sets the shape
	Weight    quant.Tensor // dense: [out, in]; conv: [C_out, C_in/groups, k_h, k_w]
	WeightRec quant.Tensor // dense_rec: [out, out]
	Bias      quant.Tensor // [out] or [C_out], in units of 2^6 of v
	Delay     quant.Tensor // ticks: one, [in], [out] or [out, in]; beyond 62 it is 62
	Stride    [2]int       // conv: h, w
	Padding   [2]int
	Dilation  [2]int
	Groups    int
}

// Neuron is the neuron group of a layer.
type Neuron struct {
	Type    string // CUBA or LOIHI
	IDecay  int32  // 0..4096
	VDecay  int32  // 0..4096
	VThMant int32  // in units of 2^6 of v
}

// The types of layers.
const (
	Input     = "input"
	Flatten   = "flatten"
	Dense     = "dense"
	DenseRec  = "dense_rec"
	Conv      = "conv"
	mapAxes   = 3 // C, H, W
	layerName = "layer%d"
)
