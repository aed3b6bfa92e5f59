package neuron

import (
	"fmt"
	"sync"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// lanewiseRecurrent is a lanewise layer whose spikes come back to it one step
// late, as in recurrent: x_t = input_t + b + W·s_{t−1}. State.P holds s.
type lanewiseRecurrent struct {
	*lanewise
	dense        bool
	weight, bias []float32
	samples      sync.Pool     // *lanesOfSample
	errors       signal.Signal // dL/dx_t of all steps
	spikes       signal.Signal // s_{t−1} of all steps
}

// lanesOfSample is the scratch space of one sample.
type lanesOfSample struct {
	laneRows
	x []float32 // T·N
}

func newLanewiseRecurrent(c *lanewise) (Cell, error) {
	weight, bias := c.Values[RecurrentWeight], c.Values[RecurrentBias]
	dense := c.Recurrence == model.RecurrenceDense
	want := c.n
	if dense {
		want = c.n * c.n
	}
	if len(weight) != want || bias != nil && len(bias) != c.n {
		return nil, fmt.Errorf("neuron: %s recurrence of %d neurons: %d weights and %d biases, expected %d and %d", c.Recurrence, c.n, len(weight), len(bias), want, c.n)
	}
	return &lanewiseRecurrent{lanewise: c, dense: dense, weight: weight, bias: bias}, nil
}

// current writes the input of step t with what the last spikes bring.
func (c *lanewiseRecurrent) current(x, input []float32, now []point) {
	copy(x, input)
	if c.bias != nil {
		kernels.Add(x, c.bias)
	}
	for pre, q := range now {
		switch {
		case q.p == 0:
		case c.dense:
			for post, w := range c.weight[pre*c.n : (pre+1)*c.n] {
				x[post] += float32(q.p * w)
			}
		default:
			x[pre] += float32(q.p * c.weight[pre])
		}
	}
}

// Forward implements Cell.
func (c *lanewiseRecurrent) Forward(r *Run) {
	c.prepare()
	r.Pool.For(r.X.B, 1, func(b, _ int) {
		w, k := take[lanesOfSample](&c.samples), block{b, 0, c.n}
		w.resize(0, c.n, 0)
		w.x = grow(w.x, c.n)
		c.begin(&w.laneRows, r.Start, k)
		for t := range r.X.T {
			c.current(w.x, lanesOf(r.X, t, k), w.now)
			for i := range w.now {
				w.s[i] = c.body.forward(c.of(i), &w.now[i], w.x[i])
				w.now[i].p = w.s[i]
			}
			if r.S != nil {
				write(r.S, t, k, w.s)
			}
			if v := lanesOf(r.V, t, k); v != nil {
				for i := range v {
					v[i] = w.now[i].v
				}
			}
		}
		c.put(r.End, k, w.now)
		c.samples.Put(w)
	})
}

// Backward implements Cell.
func (c *lanewiseRecurrent) Backward(r *Run) {
	c.prepare()
	c.errors.ResetAnalog(r.X.T, r.X.B, r.X.Shape, false)
	c.spikes.ResetAnalog(r.X.T, r.X.B, r.X.Shape, false)
	lanes := make([]float64, r.X.B*c.n*len(c.defs))
	r.Pool.For(r.X.B, 1, func(b, _ int) {
		w := take[lanesOfSample](&c.samples)
		c.backward(w, r, b)
		copy(lanes[b*c.n*len(c.defs):], w.d)
		c.samples.Put(w)
	})
	if r.DX != nil {
		if r.DX.Const && !r.Add {
			clear(r.DX.F)
		}
		for t := range r.X.T {
			for b := range r.X.B {
				if row := c.errors.Row(t*r.X.B + b); r.DX.Const {
					kernels.Add(r.DX.Row(b), row)
				} else {
					copy(r.DX.Row(t*r.X.B+b), row)
				}
			}
		}
	}
	c.chainLanes(lanes, r)
	c.weightGradients(r)
}

// backward is the adjoint of sample b: dL/dx_t goes to errors.
func (c *lanewiseRecurrent) backward(w *lanesOfSample, r *Run, b int) {
	k := block{b, 0, c.n}
	w.resize(r.X.T, c.n, len(c.defs))
	w.x = grow(w.x, r.X.T*c.n)
	c.begin(&w.laneRows, r.Start, k)
	for t := range r.X.T {
		copy(w.before[t*c.n:], w.now)
		x, last := w.x[t*c.n:(t+1)*c.n], lanesOf(&c.spikes, t, k)
		c.current(x, lanesOf(r.X, t, k), w.now)
		for i := range w.now {
			last[i] = w.now[i].p
			w.now[i].p = c.body.forward(c.of(i), &w.now[i], x[i])
		}
	}
	c.get(r.DEnd, k, w.grad)
	for t := r.X.T - 1; t >= 0; t-- {
		c.unstepSample(w, r, t, k)
	}
	c.put(r.DEnd, k, w.grad)
}

// unstepSample is the adjoint of step t, with the error of the spikes before it.
func (c *lanewiseRecurrent) unstepSample(w *lanesOfSample, r *Run, t int, k block) {
	dv, ds, dx, coefs := lanesOf(r.DV, t, k), lanesOf(r.DS, t, k), lanesOf(&c.errors, t, k), len(c.defs)
	for i := range w.grad {
		g := &w.grad[i]
		out := g.p
		g.p = 0
		if ds != nil {
			out += ds[i]
		}
		if dv != nil {
			g.v += dv[i]
		}
		dx[i] = c.body.backward(c.of(i), w.before[t*c.n+i], w.x[t*c.n+i], out, g, w.d[i*coefs:(i+1)*coefs])
	}
	for pre := range w.grad {
		if c.dense {
			w.grad[pre].p = kernels.Dot(c.weight[pre*c.n:(pre+1)*c.n], dx)
		} else {
			w.grad[pre].p = c.weight[pre] * dx[pre]
		}
	}
}

// weightGradients adds Σ s_{t−1}·dL/dx_t and Σ dL/dx_t, each row in the order of steps and samples.
func (c *lanewiseRecurrent) weightGradients(r *Run) {
	dw, db := r.Grads[RecurrentWeight], r.Grads[RecurrentBias]
	rows := r.X.T * r.X.B
	r.Pool.For(c.n, 8, func(lo, hi int) {
		for row := range rows {
			dx, last := c.errors.Row(row), c.spikes.Row(row)
			for pre := lo; pre < hi; pre++ {
				if len(db) > 0 {
					db[pre] += dx[pre]
				}
				switch s := last[pre]; {
				case s == 0 || len(dw) == 0:
				case c.dense:
					into := dw[pre*c.n : (pre+1)*c.n]
					for post, e := range dx {
						into[post] += float32(s * e)
					}
				default:
					dw[pre] += float32(s * dx[pre])
				}
			}
		}
	})
}
