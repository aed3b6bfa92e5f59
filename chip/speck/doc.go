// Package speck is the target SynSense Speck / DYNAP-CNN: nine cores of
// convolution, integrate-and-fire neurons and sum pooling, 8-bit weights and
// 16-bit potentials, one scale for weights, bias and threshold.
//
// The chip works on events as they come; here, as in sinabs, all events of a
// tick act together. Limits: sinabs 3.1 and the DYNAP-CNN data sheet.
package speck
