// Package brainscales2 is the target BrainScaleS-2: analog neurons and synapses
// in 65 nm, a thousand times faster than biology. Weights have 6 bits and their
// sign belongs to a pair of synapse rows, inputs have 5 bits.
//
// No two chips compute the same, and one chip not twice: a network is judged
// on a sample of chips. LIF is the neuron that all of them are meant to be;
// Variation.Sample draws one chip's weights, thresholds, time constants and
// noise, by seed; Judge reports mean and spread over chips.
//
//	i ← i·α + Σ w·x        v ← v·β + i + noise        s = v > θ;  v ← 0 where s
//
// The model steps in ticks; the chip runs in continuous time. The figures of
// Typical are assumptions of the size that calibrated chips show, not
// measurements: set your own.
//
// Sources: Pehle et al. 2022, "The BrainScaleS-2 accelerated neuromorphic
// system with hybrid plasticity"; Schemmel et al. 2020.
package brainscales2
