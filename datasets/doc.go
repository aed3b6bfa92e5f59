// Package datasets turns files and generators into batches of signals.
//
// In: files, or options of a generator. Out: Batch, a signal.Signal of
// extents [T, B, …] with labels. The way of a sample:
//
//	Kind.Open → Source → Limit, SplitOff, Normalize → Encoder → Batches
//
// A Source gives random access and an Encoder is keyed by (seed, epoch,
// sample), so that a batch depends neither on threads nor on what was read
// before it. The package imports faults, registry, random streams, signals
// and parallel loops, nothing else of this module.
package datasets
