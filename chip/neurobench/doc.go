// Package neurobench computes the algorithm metrics of NeuroBench 2.3 (Yik et
// al. 2025) of a network in integers, under the names that they have there; one
// file a metric.
//
// A network and what an emulator counted enter; numbers leave. A call of a
// layer, as NeuroBench has it, is a synapse group in one tick of one sample.
package neurobench
