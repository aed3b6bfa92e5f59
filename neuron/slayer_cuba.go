package neuron

import (
	"math"
	"sync"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
)

// slayerScale is the fixed point of SLAYER: 12 fractional bits.
const slayerScale = 1 << 12

// the parameters of the SLAYER model, in units of 1/4096 of a step's decay
var (
	pCurrentDecay = Param{Name: "current_decay", Unit: "1/4096", Default: 1024, Min: 0, Max: slayerScale, Doc: "12-bit decay of the current: it keeps (4096 − p)/4096 a step"}
	pVoltageDecay = Param{Name: "voltage_decay", Unit: "1/4096", Default: 128, Min: 0, Max: slayerScale, Doc: "12-bit decay of the potential"}
)

// slayerCubaKind is lava-dl's CUBA neuron.
func slayerCubaKind() Kind {
	rules := defaultRules()
	rules.Fire, rules.Reset, rules.MemDecay = model.FireAtLeast, model.ResetValue, model.DecayNone
	return Kind{
		Name: "slayer-cuba", Spiking: true,
		Doc:      "current-based LIF in the 12-bit fixed point of lava-dl (SLAYER); its backward pass ignores the reset",
		Equation: "i = trunc(i·(4096−round d_i)/4096) + trunc(4096·x); v = trunc(v·(4096−round d_v)/4096) + i; s = [v ≥ 4096·θ + 0.01]; v = 0 where s",
		Rules:    rules,
		Adjust:   func(r *model.Rules) { *r = rules },
		Params: func(model.Rules) []Param {
			fixed := pThreshold
			fixed.Fixed = true
			return []Param{pCurrentDecay, pVoltageDecay, fixed}
		},
		New: newSlayerCuba,
	}
}

type slayerCuba struct {
	family
	surrogate surrogate.Func
	spaces    sync.Pool // *slayerRows
}

func newSlayerCuba(l Layer) (Cell, error) {
	g, err := surrogate.New(surrogate.Spec{Kind: l.Surrogate.Kind, Params: l.Surrogate.Params})
	return &slayerCuba{family: newFamily(l), surrogate: g}, err
}

// slayerRows are the lanes of a block: ci, vi integers of 12 fractional
// bits, c1 and u1 the current and the potential before reset of every step.
type slayerRows struct {
	ci, vi             []int64
	c1, u1, c0, u0     []float32
	gc, gu, g, ds      []float32
	theta, dcd, dvd, x []float32
	s                  []float32
}

func (s *slayerRows) resize(steps, n int) {
	s.ci, s.vi = make([]int64, n), make([]int64, n)
	s.c1, s.u1 = grow(s.c1, steps*n), grow(s.u1, steps*n)
	for _, row := range []*[]float32{&s.c0, &s.u0, &s.gc, &s.gu, &s.g, &s.ds, &s.theta, &s.dcd, &s.dvd, &s.x, &s.s} {
		*row = grow(*row, n)
		clear(*row)
	}
}

// Forward implements Cell. State: V and I are the fixed-point values over
// 4096, P the potential of the last step before its reset.
func (c *slayerCuba) Forward(r *Run) {
	each(r, &c.spaces, c.n, 512, func(k block, w *slayerRows) {
		w.resize(1, k.lanes())
		c.begin(w, r.Start, k)
		for t := range r.X.T {
			c.step(w, lanesOf(r.X, t, k), k, 0)
			if r.S != nil {
				write(r.S, t, k, w.s)
			}
			if v := lanesOf(r.V, t, k); v != nil {
				copy(v, w.u1)
			}
		}
		c.end(w, r.End, k)
	})
}

func (c *slayerCuba) begin(w *slayerRows, start *State, k block) {
	for i := range k.lanes() {
		w.theta[i] = float32((slayerScale*c.at(pThreshold, k.lo+i) + 0.01) / slayerScale)
		if start != nil {
			at := k.b*c.n + k.lo + i
			w.vi[i], w.ci[i] = int64(slayerScale*start.V[at]), int64(slayerScale*start.I[at])
			w.c0[i], w.u0[i] = start.I[at], start.P[at]
		}
	}
}

func (c *slayerCuba) end(w *slayerRows, end *State, k block) {
	if end == nil {
		return
	}
	for i := range k.lanes() {
		at := k.b*c.n + k.lo + i
		end.V[at], end.I[at], end.P[at] = float32(w.vi[i])/slayerScale, float32(w.ci[i])/slayerScale, w.u1[i]
	}
}

// step computes one step of every lane; c1 and u1 are written in row t.
func (c *slayerCuba) step(w *slayerRows, x []float32, k block, t int) {
	n := k.lanes()
	cRow, uRow := w.c1[t*n:(t+1)*n], w.u1[t*n:(t+1)*n]
	for i := range n {
		cd, vd := c.at(pCurrentDecay, k.lo+i), c.at(pVoltageDecay, k.lo+i)
		w.ci[i] = w.ci[i]*(slayerScale-int64(math.RoundToEven(cd)))/slayerScale + int64(slayerScale*x[i])
		cRow[i] = float32(w.ci[i]) / slayerScale
		w.vi[i] = w.vi[i]*(slayerScale-int64(math.RoundToEven(vd)))/slayerScale + int64(slayerScale*cRow[i])
		uRow[i] = float32(w.vi[i]) / slayerScale
		w.s[i] = 0
		if float64(w.vi[i]) >= slayerScale*c.at(pThreshold, k.lo+i)+0.01 {
			w.s[i] = 1
			w.vi[i] = 0
		}
	}
}

// Backward implements Cell: the adjoint of two linear filters, straight
// through every rounding, without the reset, as SLAYER defines it. The decay
// gradients are dL/d(filter output) times the output of the step before.
func (c *slayerCuba) Backward(r *Run) {
	if r.DX != nil && r.DX.Const && !r.Add {
		clear(r.DX.F)
	}
	dcd, dvd := make([]float32, r.X.B*c.n), make([]float32, r.X.B*c.n)
	each(r, &c.spaces, c.n, width(r.X.T), func(k block, w *slayerRows) {
		w.resize(r.X.T, k.lanes())
		c.begin(w, r.Start, k)
		for t := range r.X.T {
			c.step(w, lanesOf(r.X, t, k), k, t)
		}
		if r.DEnd != nil {
			at := k.b * c.n
			copy(w.gu, r.DEnd.V[at+k.lo:at+k.hi])
			copy(w.gc, r.DEnd.I[at+k.lo:at+k.hi])
		}
		for t := r.X.T - 1; t >= 0; t-- {
			c.unstep(w, r, t, k)
		}
		at := k.b * c.n
		copy(dcd[at+k.lo:at+k.hi], w.dcd)
		copy(dvd[at+k.lo:at+k.hi], w.dvd)
		if r.DEnd != nil {
			copy(r.DEnd.V[at+k.lo:at+k.hi], w.gu)
			copy(r.DEnd.I[at+k.lo:at+k.hi], w.gc)
		}
	})
	c.keep(r.Grads[pCurrentDecay.Name], dcd)
	c.keep(r.Grads[pVoltageDecay.Name], dvd)
}

// keep adds the sums over the lanes, in order, to the gradient of a parameter.
func (c *slayerCuba) keep(into, lanes []float32) {
	if len(into) == 0 {
		return
	}
	sums := make([]float64, len(into))
	for i, v := range lanes {
		sums[c.slot(len(into), i%c.n)] += float64(v)
	}
	for i, v := range sums {
		into[i] += float32(v)
	}
}

func (c *slayerCuba) unstep(w *slayerRows, r *Run, t int, k block) {
	n := k.lanes()
	u, uBefore, cBefore := past(w.u1, w.u0, t), past(w.u1, w.u0, t-1), past(w.c1, w.c0, t-1)
	if dv := lanesOf(r.DV, t, k); dv != nil {
		add(w.gu, dv)
	}
	if ds := lanesOf(r.DS, t, k); ds != nil {
		for i := range n {
			w.x[i] = u[i] - w.theta[i]
		}
		c.surrogate.Grad(w.g, w.x, w.theta)
		mulAdd(w.gu, ds, w.g)
	}
	dx := lanesOf(r.DX, t, k)
	for i := range n {
		cd, vd := c.at(pCurrentDecay, k.lo+i), c.at(pVoltageDecay, k.lo+i)
		w.gc[i] += w.gu[i]
		w.dvd[i] += w.gu[i] * uBefore[i]
		w.dcd[i] += w.gc[i] * cBefore[i]
		if dx != nil && r.DX.Const {
			dx[i] += w.gc[i]
		} else if dx != nil {
			dx[i] = w.gc[i]
		}
		w.gu[i] *= float32(1 - math.RoundToEven(vd)/slayerScale)
		w.gc[i] *= float32(1 - math.RoundToEven(cd)/slayerScale)
	}
}
