// Package train runs the training loop: batches in, a trained network out,
// with everything about the run kept in its directory.
//
// In: a compiled layers.Program, the parts of a data set, a Config. Out: the
// network that was best on the validation part, judged once on the test part;
// checkpoints from which a run goes on with the same bits; metrics. It does
// not know how configs are merged or what a terminal is.
package train
