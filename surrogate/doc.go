// Package surrogate holds the surrogate derivatives of the spike function: what
// the backward pass uses in place of the derivative of S = [v ≥ θ], which is
// zero everywhere but at the threshold.
//
// In: a Spec (a kind with its parameters, as config and model files hold it,
// or ForFramework's reading of another framework's name). Out: a Func, called
// on rows of x = v − θ by the adjoint of a neuron. It knows no neuron and no
// graph.
//
// One kind a file, listed in builtin.go. Kinds that frameworks write with their
// peak have a height; kinds that are densities have a scale, which is their
// area or a fixed multiple of it. The scale matters more than the shape (Zenke
// and Vogels 2021, 10.1162/neco_a_01367): a ported network needs both. A kind
// with a bounded Support makes the backward pass sparse.
//
// Where a kind divides by θ, a threshold below 1e-6 counts as 1e-6.
package surrogate
