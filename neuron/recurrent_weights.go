package neuron

import "github.com/snntrain/snntrain/internal/kernels"

// weightGradients adds the gradients by the connections; DX is dL/dx_t:
//
//	dL/dW[pre, post] = Σ_{t,b} s_{t−1}[pre]·dL/dx_t[post]    (one-to-one: pre = post)
//	dL/db[post] = Σ_{t,b} dL/dx_t[post]
//
// over the spikes, in the order in which Signal.ByInput lists them; b falls as t does.
func (c *recurrent) weightGradients(r *Run) {
	if r.Grads[RecurrentBias] != nil {
		r.Pool.For(c.n, 64, c.work.bias)
	}
	dx, grad := r.DX, r.Grads[RecurrentWeight]
	if grad == nil {
		return
	}
	shift := 0 // rows between a spike and the errors that it meets
	if c.Rules.Delay == 0 {
		shift = dx.B
		defer c.startGradient(r, grad)
	}
	rows := dx.Rows() - shift
	if c.dense {
		chunk, width := kernels.ListTile(1-r.S.Zeros(), c.n)
		events := r.S.ByInput(r.Pool, chunk)
		c.lists = kernels.Lists{Start: events.Start, Index: events.Index, Value: events.Value, Many: c.n, Chunk: chunk}
		kernels.SumLists(r.Pool, grad, c.n, dx.F[shift*c.n:], rows, width, &c.lists)
		return
	}
	events := r.S.ByInput(r.Pool, r.S.Rows())
	for i := range grad {
		counts := events.Values(i)
		for k, row := range events.Group(i) {
			if int(row) < rows {
				grad[i] += countOf(counts, k) * dx.F[(int(row)+shift)*c.n+i]
			}
		}
	}
}

func countOf(counts []float32, k int) float32 {
	if counts == nil {
		return 1
	}
	return counts[k]
}

// startGradient adds what the spikes before the first step bring. Where they
// are sent late they are part of the output, and not missing.
func (c *recurrent) startGradient(r *Run, grad []float32) {
	if r.Start == nil {
		return
	}
	dx := r.DX
	for b := dx.B - 1; b >= 0; b-- {
		for i, p := range r.Start.P[b*c.n : (b+1)*c.n] {
			switch {
			case p == 0:
			case c.dense:
				kernels.Axpy(grad[i*c.n:(i+1)*c.n], p, dx.Row(b))
			default:
				grad[i] += p * dx.Row(b)[i]
			}
		}
	}
}

// biasColumns adds the gradient by the biases of neurons lo..hi.
func (c *recurrent) biasColumns(lo, hi int) {
	dx, grad := c.run.DX, c.run.Grads[RecurrentBias]
	for row := dx.Rows() - 1; row >= 0; row-- {
		kernels.Add(grad[lo:hi], dx.Row(row)[lo:hi])
	}
}
