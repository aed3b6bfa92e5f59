// Package lava is the target Loihi 1 and 2 as Lava's fixed-point models define
// it, and the netx form of its networks (network.net of lava-dl).
//
// Equations and traps were verified against the emulator spike for spike and
// state for state (testdata/golden_chips). Sources: Davies et al. 2018 (Loihi),
// lava-nc 0.9 lif and dense models, lava-dl netx.
package lava
