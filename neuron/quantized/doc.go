// Package quantized is the neuron.Cell of training in a chip's integers: its
// forward pass is the integer step that the emulator runs (neuron/integer), on
// currents that are whole numbers, its backward pass the adjoint of the
// equations without rounding, with the layer's surrogate derivative.
//
// Currents come as float32 that hold integers, exact below 2^24; potentials
// and synaptic currents are int32.
package quantized
