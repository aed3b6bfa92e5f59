package neuron

import "github.com/snntrain/snntrain/internal/kernels"

// sample runs one sample with the row operations: every rule, spike counts,
// and the gradients of learned parameters.
type sample struct {
	history
	x     []float32 // input current of the step at hand
	store []float32 // of x1
	list  []uint32
	count []float32
}

// current is the input of step t with what the last spikes p bring.
func (s *sample) current(c *recurrent, r *Run, t int, k block, p []float32) []float32 {
	s.list, s.count = s.list[:0], s.count[:0]
	for i, v := range p {
		if v != 0 {
			s.list, s.count = append(s.list, uint32(i)), append(s.count, v)
		}
	}
	count := s.count
	if c.Rules.MaxSpikes == 1 {
		count = nil
	}
	copy(s.x, lanesOf(r.X, t, k))
	if c.bias != nil {
		kernels.Add(s.x, c.bias)
	}
	c.addSpikes(s.x, s.list, count)
	return s.x
}

// forward runs all steps of sample b.
func (s *sample) forward(c *recurrent, r *Run, b int) {
	k, co := block{b, 0, c.n}, &c.coef
	l := &s.lanes
	l.resize(c.n)
	s.x = grow(s.x, c.n)
	c.begin(l, r.Start, k)
	for t := range r.X.T {
		c.emitLate(r.S, t, k, l.p)
		l.j = l.current
		c.step(l, s.current(c, r, t, k, l.p), co)
		c.emit(r.S, t, k, l.s)
		if v := lanesOf(r.V, t, k); v != nil {
			copy(v, l.v)
		}
	}
	c.end(l, r.End, k)
}

// backwardRows runs the adjoint with the row operations.
func (c *recurrent) backwardRows(r *Run) {
	sums := c.newSums(r.X.B)
	r.Pool.For(r.X.B, 1, func(b, _ int) {
		s := take[sample](&c.samples)
		s.backward(c, r, b)
		c.sumInput(b, b+1)
		sums.keep(&s.d, block{b, 0, c.n}, c.n)
		c.samples.Put(s)
	})
	d := sums.reduce(r.X.B, c.n)
	c.chain(&d, r.Grads)
}

// backward runs the adjoint of sample b and leaves dL/dx_t in r.DX.
func (s *sample) backward(c *recurrent, r *Run, b int) {
	k, co, h := block{b, 0, c.n}, &c.coef, &s.history
	h.resize(r.X.T, c.n)
	s.x = grow(s.x, c.n)
	s.store = grow(s.store, r.X.T*c.n)
	h.x1 = s.store
	c.beginReplay(h, r, k)
	for t := range r.X.T {
		x := past(h.x1, h.v0, t)
		copy(x, s.current(c, r, t, k, h.p))
		c.replayStep(h, x, t, co)
	}
	c.beginAdjoint(h, r.DEnd, k)
	for t := r.X.T - 1; t >= 0; t-- {
		c.unstep(h, r, t, k, co)
		s.feedBack(c)
	}
	if c.Rules.Delay == 1 && r.DS != nil {
		add(h.gp, lanesOf(r.DS, 0, k))
	}
	c.endAdjoint(h, r.DEnd, k)
}

// feedBack: the error of the spikes before the step, gp += W·dL/dx.
func (s *sample) feedBack(c *recurrent) {
	if !c.dense {
		mulAdd(s.gp, c.weight, s.g)
		return
	}
	for pre := range s.gp {
		s.gp[pre] += kernels.Dot(c.weight[pre*c.n:(pre+1)*c.n], s.g)
	}
}
