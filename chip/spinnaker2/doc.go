// Package spinnaker2 is the target SpiNNaker 2: 152 ARM Cortex-M4F cores that
// run neurons in software, with weights of −127 to 127 and potentials in
// float32 or in s16.15, ARM's fixed point of 32 bits with 15 behind the point.
//
//	u = v·α + Σ w·2^k + bias          α = exp(−dt/τ), exponential Euler
//	s = u > θ;  v ← u − θ or 0 where s
//
// Integers here are in units of 2^−15 in both forms. In s16.15 a product is
// shifted right by 15 bits toward minus infinity and sums wrap; in float32
// every operation is rounded, none is fused. k is the layer's own scale, the
// exponent of its synapses.
//
// The software's order of rounding is not published bit by bit: what is exact
// here is that training, image and emulator agree. Weights, resets and their
// names: the NIR importer of py-spinnaker2 (Pedersen et al. 2024); cores and
// memories: Mayr et al. 2019.
package spinnaker2
