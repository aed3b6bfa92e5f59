// Package northpole is the target IBM NorthPole: inference of the quantized
// ReLU network itself, without spikes, with weights and activations of 8, 4
// and 2 bits. A sample is one tick.
//
//	V = Σ w·x + b                                   32 bits
//	y = clip(round(V·s), min, max)                  quant.Requantize; min = 0 behind a ReLU
//
// The chip's rounding between layers is not published. The rule here is that of
// ONNX's QuantizeLinear, and Export writes the network as an ONNX file in QDQ
// form that onnxruntime answers with the same integers (testdata, and a test
// that runs it where it is installed).
//
// Source of sizes: Modha et al. 2023, "Neural inference at the frontier of
// energy, space, and time", Science 382.
package northpole
