// Package xylo is the target SynSense Xylo (digital SNN core): 8-bit weights,
// 16-bit state, shift decays, several spikes a step.
//
// Equations were verified against xylosim of rockpool 3 spike for spike and
// state for state (testdata/golden_chips).
package xylo
