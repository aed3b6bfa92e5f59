// Package layers turns a list of layers in a config into a model.Network, and
// a model.Network into a Program: a graph with one fused op a layer that
// computes all time steps, its loss and its gradients.
//
// In: config sections, or a Network; batches as signals. Out: scores, loss,
// gradients, firing rates, and the trained arrays back in the Network. It
// knows nothing of data sets, epochs and optimizers.
package layers

import "github.com/snntrain/snntrain/model"

// Network is the type that Compile takes.
type Network = model.Network
