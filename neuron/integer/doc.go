// Package integer steps populations of an IntNet: the integer twin of package
// neuron, one tick at a time.
//
// A rule of package quant and what arrives enter, spikes leave. The same step
// runs in training on a target's arithmetic and in the emulator.
package integer
