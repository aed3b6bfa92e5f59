package neuron

import (
	"slices"
	"sync"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
)

// point is the state of one neuron: its membrane potential, two more values
// whose meaning is the model's, and in a recurrent layer its last spike p.
type point struct{ v, i, w, p float32 }

// body is a model outside the IF/LIF/CuBa family: one step of one neuron, and
// beside it the adjoint of that step. c are the neuron's coefficients in the
// order of its defs.
type body interface {
	// start is the state before the first step.
	start(c []float32) point
	// forward advances s by one step with input x and returns the spikes sent;
	// s.v is then the potential that the layer reports.
	forward(c []float32, s *point, x float32) (sent float32)
	// backward is the adjoint of forward with state b before the step. g is
	// dL/d(state after), and becomes dL/d(state before); ds is dL/d(sent). It adds
	// dL/d(coefficient) to d and returns dL/dx.
	backward(c []float32, b point, x, ds float32, g *point, d []float64) (dx float32)
}

// def is a coefficient of a model: a parameter p, or a function of it, with
// its derivative.
type def struct {
	param Param
	value func(p, dt float64) (v, dv float64)
}

// plain is a coefficient that is the parameter.
func plain(p Param) def { return def{p, func(p, _ float64) (float64, float64) { return p, 1 }} }

// named is a parameter of any value.
func named(name, unit string, value float64, doc string) Param {
	return Param{Name: name, Unit: unit, Default: value, Min: -inf, Max: inf, Doc: doc}
}

// fixed is a parameter that cannot be learned.
func fixed(p Param) Param {
	p.Fixed = true
	return p
}

// leakOf is the leak 1 − A per step, keepOf the decay factor A, of a parameter in the given form.
func leakOf(form model.Decay, membrane bool) def {
	p, _ := decayParam(form, membrane)
	return def{p, leakFrom(form)}
}

func keepOf(form model.Decay, membrane bool) def {
	p, _ := decayParam(form, membrane)
	return def{p, keepFrom(form)}
}

func leakFrom(form model.Decay) func(p, dt float64) (float64, float64) {
	return func(p, dt float64) (float64, float64) {
		_, k, da := decay(form, p, dt)
		return k, -da
	}
}

func keepFrom(form model.Decay) func(p, dt float64) (float64, float64) {
	return func(p, dt float64) (float64, float64) {
		a, _, da := decay(form, p, dt)
		return a, da
	}
}

// paramsOf lists the parameters of coefficients, each once.
func paramsOf(defs []def) []Param {
	var out []Param
	for _, d := range defs {
		if !slices.ContainsFunc(out, func(p Param) bool { return p.Name == d.param.Name }) {
			out = append(out, d.param)
		}
	}
	return out
}

// lanewise is the cell of a body.
type lanewise struct {
	family
	body   body
	defs   []def
	coefs  []float32 // N·len(defs)
	filled bool
	spaces sync.Pool // *laneRows
}

// laneKind fills a Kind in from the coefficients and the body of a model.
func laneKind(k Kind, defs func(r model.Rules) []def, make func(f firing) body) Kind {
	k.Params = func(r model.Rules) []Param { return paramsOf(defs(r)) }
	k.New = func(l Layer) (Cell, error) {
		g, err := surrogate.New(surrogate.Spec{Kind: l.Surrogate.Kind, Params: l.Surrogate.Params})
		if err != nil {
			return nil, err
		}
		c := &lanewise{family: newFamily(l), body: make(firing{l.Rules, g}), defs: defs(l.Rules)}
		if l.Recurrence != model.RecurrenceNone {
			return newLanewiseRecurrent(c)
		}
		return c, nil
	}
	return k
}

// laneRows are the lanes of a block.
type laneRows struct {
	now    []point
	before []point // T·L: the states before each step
	grad   []point
	s      []float32
	d      []float64 // L·len(defs)
}

func (w *laneRows) resize(steps, lanes, coefs int) {
	size := func(p []point, n int) []point { return slices.Grow(p[:0], n)[:n] }
	w.now, w.before, w.grad = size(w.now, lanes), size(w.before, steps*lanes), size(w.grad, lanes)
	w.s = grow(w.s, lanes)
	w.d = slices.Grow(w.d[:0], lanes*coefs)[:lanes*coefs]
	clear(w.d)
	clear(w.grad)
}

// prepare computes the coefficients; once when no parameter is learned.
func (c *lanewise) prepare() {
	if c.filled && len(c.Learn) == 0 {
		return
	}
	c.filled = true
	c.coefs = grow(c.coefs, c.n*len(c.defs))
	for i := range c.n {
		for k, d := range c.defs {
			v, _ := d.value(c.at(d.param, i), c.Dt)
			c.coefs[i*len(c.defs)+k] = float32(v)
		}
	}
}

// of are the coefficients of neuron i.
func (c *lanewise) of(i int) []float32 { return c.coefs[i*len(c.defs) : (i+1)*len(c.defs)] }

// Forward implements Cell.
func (c *lanewise) Forward(r *Run) {
	c.prepare()
	each(r, &c.spaces, c.n, 512, func(k block, w *laneRows) {
		w.resize(0, k.lanes(), 0)
		c.begin(w, r.Start, k)
		for t := range r.X.T {
			x := lanesOf(r.X, t, k)
			for i := range w.now {
				w.s[i] = c.body.forward(c.of(k.lo+i), &w.now[i], x[i])
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
	})
}

func (c *lanewise) begin(w *laneRows, start *State, k block) {
	for i := range w.now {
		if start == nil {
			w.now[i] = c.body.start(c.of(k.lo + i))
		}
	}
	c.get(start, k, w.now)
}

// get and put copy the state of a block; nil = none.
func (c *lanewise) get(s *State, k block, to []point) {
	if s == nil {
		return
	}
	for i := range to {
		at := k.b*c.n + k.lo + i
		to[i] = point{s.V[at], s.I[at], s.W[at], s.P[at]}
	}
}

func (c *lanewise) put(s *State, k block, from []point) {
	if s == nil {
		return
	}
	for i, q := range from {
		at := k.b*c.n + k.lo + i
		s.V[at], s.I[at], s.W[at], s.P[at] = q.v, q.i, q.w, q.p
	}
}

// Backward implements Cell.
func (c *lanewise) Backward(r *Run) {
	c.prepare()
	if r.DX != nil && r.DX.Const && !r.Add {
		clear(r.DX.F)
	}
	lanes := make([]float64, r.X.B*c.n*len(c.defs))
	each(r, &c.spaces, c.n, width(4*r.X.T), func(k block, w *laneRows) {
		w.resize(r.X.T, k.lanes(), len(c.defs))
		c.begin(w, r.Start, k)
		for t := range r.X.T {
			copy(w.before[t*k.lanes():], w.now)
			for i, x := range lanesOf(r.X, t, k) {
				c.body.forward(c.of(k.lo+i), &w.now[i], x)
			}
		}
		c.get(r.DEnd, k, w.grad)
		for t := r.X.T - 1; t >= 0; t-- {
			c.unstep(w, r, t, k)
		}
		c.put(r.DEnd, k, w.grad)
		copy(lanes[(k.b*c.n+k.lo)*len(c.defs):], w.d)
	})
	c.chainLanes(lanes, r)
}

// unstep is the adjoint of step t of a block.
func (c *lanewise) unstep(w *laneRows, r *Run, t int, k block) {
	x, dv, ds, dx := lanesOf(r.X, t, k), lanesOf(r.DV, t, k), lanesOf(r.DS, t, k), lanesOf(r.DX, t, k)
	coefs := len(c.defs)
	for i := range w.grad {
		if dv != nil {
			w.grad[i].v += dv[i]
		}
		out := float32(0)
		if ds != nil {
			out = ds[i]
		}
		in := c.body.backward(c.of(k.lo+i), w.before[t*k.lanes()+i], x[i], out, &w.grad[i], w.d[i*coefs:(i+1)*coefs])
		switch {
		case dx == nil:
		case r.DX.Const:
			dx[i] += in
		default:
			dx[i] = in
		}
	}
}

// chainLanes adds the gradients by the parameters: sums over the samples in
// their order, then the derivative of each coefficient by its parameter.
func (c *lanewise) chainLanes(lanes []float64, r *Run) {
	coefs := len(c.defs)
	for name := range c.Learn {
		into := r.Grads[name]
		if len(into) == 0 {
			continue
		}
		sums := make([]float64, len(into))
		for k, d := range c.defs {
			if d.param.Name != name {
				continue
			}
			for i := range c.n {
				total := 0.0
				for b := range r.X.B {
					total += lanes[(b*c.n+i)*coefs+k]
				}
				_, dv := d.value(c.at(d.param, i), c.Dt)
				sums[c.slot(len(into), i)] += dv * total
			}
		}
		for i, v := range sums {
			into[i] += float32(v)
		}
	}
}
