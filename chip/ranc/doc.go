// Package ranc is the target RANC, a TrueNorth-class architecture: cores of a
// binary crossbar, axon types that select one of a neuron's weights, and
// packets that act some ticks later.
//
// Equations were verified against ranc_sim spike for spike and state for state
// (testdata/golden_chips). Sources: Mack et al. 2020 (RANC), Merolla et al.
// 2014 (TrueNorth).
package ranc
