// Package nir reads and writes graphs of the Neuromorphic Intermediate
// Representation (Pedersen et al. 2024, 10.1038/s41467-024-52259-9) and turns
// them into networks and back.
//
// In: an HDF5 file, or a model.Network. Out: a [Graph] with typed primitives,
// a model.Network under a [Profile], a file. NIR defines neurons in continuous
// time and stores neither the time step nor what a reset does; a profile says
// what a node means in one framework. It runs nothing.
package nir
