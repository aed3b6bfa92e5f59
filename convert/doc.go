// Package convert turns trained networks without spikes into spiking ones.
//
// In: a model.Network of rectifiers, as convert/onnx imports it. Canonical
// brings it to the form that conversions read: constants folded into synapses,
// every activation a ReLU or a clip at zero. Stages then lists each
// activation with the linear layers before it. Out: a model.Network whose
// activations are spiking neurons, and an account of what it costs.
package convert
