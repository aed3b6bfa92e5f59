// Package ttfs maps a network of rectifiers to one of neurons that fire at
// most once, at a time that is the activation, and simulates it spike by spike
// in the order of time.
//
// In: a model.Network without spikes, and samples that say how large its
// activations get. Out: a model.Network in which every rectifier is a
// model.FirstSpike, all else is as it was, and an account of every layer.
// Simulator runs such a network with times in float64.
package ttfs
