// Package autograd is the one adapter to Gorgonia.
//
// An Op here is a whole layer over all time steps: its shape rule, forward
// and adjoint are written without knowing Gorgonia. Apply puts it on a
// Gorgonia graph, Gorgonia differentiates the graph symbolically, and Machine
// runs it. What an author never meets that way: dual values that add up
// between runs, registers that are used again, merged nodes, and shared
// globals while graphs are built.
//
// In: ops and the parameters' arrays. Out: a Machine that computes the
// outputs, the loss and the gradients of a batch. Shapes of graph nodes are
// those of one sample at one step; the number of steps and of samples comes
// with the data, so a batch of another size needs no new graph.
package autograd
