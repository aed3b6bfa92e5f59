// Package emulator runs a network in integers tick by tick, event by event:
// the cost of a tick follows its spikes.
//
// A quant.IntNet enters and is compiled to a Program, which any number of
// Machines share; input spikes enter a Machine tick by tick and output spikes
// leave it. Every sum is exact, so the result does not depend on the order of
// events, except where a register saturates after each of them; there sources
// come in the order of the synapses, then by index.
package emulator
