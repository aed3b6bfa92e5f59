// Package akida is the target BrainChip Akida 1: integer layers without state,
// weights of 1, 2, 4 and 8 bits, activations of 1, 2 and 4.
//
// Equations were verified against the vendor's software backend 2.19, value
// for value (testdata/golden_chips).
package akida
