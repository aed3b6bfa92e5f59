// Package run shows encoded samples to an image on the emulator: it turns a
// batch of a dataset into what enters the network in each tick, and what the
// output sends into class scores.
//
// A chip.Image and signals enter, scores and rasters leave. The scores are the
// same float32 operations in the same order as those of a layers.Program, so a
// network that was trained in the chip's arithmetic has the same scores here.
package run
