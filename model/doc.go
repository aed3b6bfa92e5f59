// Package model holds a network as plain data: nodes with their shapes,
// parameters and neuron rules, and the file that stores them.
//
// It is the one type that a config, the trainer, a converter and an importer
// all speak: everything else in the project is a function of a Network. It
// knows no graph, no training and no chip.
package model
