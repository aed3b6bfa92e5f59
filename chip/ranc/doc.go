// Package ranc is the target RANC, a TrueNorth-class architecture: cores of a
// binary crossbar, axon types that select one of a neuron's weights, and
// packets that act some ticks later.
//
// A chain of layers, dense, convolutional (unrolled) or sparse, is mapped onto
// cores. A fan-in above the 256 axons of a core is split over stages of cores
// whose sums are exact; the layer then acts two ticks later (Mapping.Extra), its
// spikes are the same. Weights of up to 9 bits are made of axon types.
//
// TrueNorth is the same with the chip's narrower parameters. Memories of the
// RANC hardware are read by Hardware.
//
// Equations were verified against ranc_sim spike for spike and state for state
// (testdata/golden_chips). Sources: Mack et al. 2020 (RANC), Merolla et al.
// 2014 (TrueNorth).
package ranc
