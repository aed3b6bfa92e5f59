// Package neuron holds the neuron models: what a layer of them does over all
// time steps (the forward scan) and how an error goes back through it (the
// adjoint), side by side.
//
// In: a model.Neuron (rules and parameters) and the input current as a
// signal. Out: spikes, membrane potentials, gradients. It knows no graph.
//
// A dimension legend for the whole package: T time steps, B batch, N neurons
// of the layer, L lanes of a block (neurons lo..hi of one sample, which run
// through all T steps together while their state stays in the cache).
package neuron
