// Package chip holds what all chips have in common: the image (a network in
// integers with everything needed to run it, as one file), targets and their
// limits, placement onto cores, and energy from counted events.
//
// A quant.IntNet enters; images and figures leave. The emulator is in
// chip/emulator, each target in a folder of its own, all of them in chip/all.
package chip
