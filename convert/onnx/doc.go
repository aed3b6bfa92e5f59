// Package onnx turns a trained ReLU network in an ONNX file into a
// model.Network that computes the same, and accounts for every operator: it
// is folded (into a constant, a neighbor, or nothing), mapped (to a layer), or
// refused with a reason. Nothing is left out without an entry.
//
// What enters: a file read by internal/onnx, one sample at a time (the batch
// axis is taken as 1). What leaves: a network whose layers are channel-first
// in model's sense; a graph in another layout, like TensorFlow's, needs no
// layer for it where the order can be folded into the weights.
package onnx
