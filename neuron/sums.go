package neuron

// sums collects the coefficient gradients of every (sample, neuron), each
// written by one block, and adds them up in the order of the samples: the same
// bits whatever the number of threads.
type sums struct{ lane dcoef }

// wants says which coefficient gradients the learnable parameters need.
type wants struct{ a, g, c, alpha, theta, reset bool }

func (c *scan) newSums(batch int) *sums {
	row := func(want bool) []float32 {
		if !want {
			return nil
		}
		return make([]float32, batch*c.n)
	}
	w := c.want
	return &sums{dcoef{row(w.a), row(w.g), row(w.c), row(w.alpha), row(w.theta), row(w.reset)}}
}

func (s *sums) keep(d *dcoef, k block, n int) {
	at := k.b * n
	to, from := s.lane.rows(), d.rows()
	for i, row := range to {
		if *row != nil {
			copy((*row)[at+k.lo:at+k.hi], *from[i])
		}
	}
}

func (s *sums) reduce(batch, n int) dcoef {
	var out dcoef
	to, from := out.rows(), s.lane.rows()
	for i, lane := range from {
		if *lane == nil {
			continue
		}
		*to[i] = make([]float32, n)
		for b := range batch {
			add(*to[i], (*lane)[b*n:(b+1)*n])
		}
	}
	return out
}

func (d *dcoef) rows() [6]*[]float32 {
	return [6]*[]float32{&d.a, &d.g, &d.c, &d.alpha, &d.theta, &d.reset}
}

// mulAddTheta, mulSubTheta and mulAddReset add to the gradient by threshold or
// reset value where it is wanted.
func (c *scan) mulAddTheta(h *history, x, y []float32) {
	if c.want.theta {
		mulAdd(h.d.theta, x, y)
	}
}

func (c *scan) mulSubTheta(h *history, x, y []float32) {
	if c.want.theta {
		mulSub(h.d.theta, x, y)
	}
}

func (c *scan) mulAddReset(h *history, x, y []float32) {
	if c.want.reset {
		mulAdd(h.d.reset, x, y)
	}
}
