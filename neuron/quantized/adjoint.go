package quantized

import (
	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/pages"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron"
	"github.com/snntrain/snntrain/quant"
)

// Backward implements neuron.Cell: the adjoint of
//
//	i ← α·i + a,  u = β·v + i + b,  s of u, v ← u after its reset
//
// in units of the chip, at the potentials and spikes of the integer run.
// Rounding and saturation pass errors on; where the floor held v, none pass.
func (c *Cell) Backward(r *neuron.Run) {
	bias, kept := r.Grads[BiasName], c.trail.is(r)
	sums := make([]float32, r.X.B*len(bias))
	r.Pool.For(r.X.B, 1, func(lo, hi int) {
		w := c.open()
		for b := lo; b < hi; b++ {
			if kept {
				c.trail.lend(w, b)
			} else {
				c.replay(w, r, b)
			}
			own := sums[b*len(bias) : (b+1)*len(bias)]
			c.unstep(w, r, b, own)
		}
		c.spaces.Put(w)
	})
	for b := range r.X.B {
		for i, g := range sums[b*len(bias) : (b+1)*len(bias)] {
			bias[i] += g
		}
	}
}

// replay runs the sample again and keeps what the adjoint reads.
func (c *Cell) replay(w *space, r *neuron.Run, b int) {
	size := r.X.T * c.N
	for i := range w.own {
		w.own[i] = grow(w.own[i], size)
	}
	w.u, w.s, w.low = w.own[0], w.own[1], w.own[2]
	c.begin(w, r.Start, b)
	for t := range r.X.T {
		c.step(w, row(r.X, t, b))
		c.note(w, t)
	}
}

// note keeps what the adjoint reads of the tick that ran.
func (c *Cell) note(w *space, t int) {
	lo, hi := t*c.N, (t+1)*c.N
	low := w.low[lo:hi]
	if c.now.Rule.Floor != nil {
		for i, v := range w.state.V {
			low[i] = boolFloat(v > w.state.U[i])
		}
	} else {
		clear(low)
	}
	if !c.Fires {
		return
	}
	s, u := w.s[lo:hi], w.u[lo:hi]
	clear(s)
	for k, i := range w.out.Index {
		s[i], low[i] = float32(w.out.Value[k]), 0
	}
	for i, x := range w.state.U {
		u[i] = float32(c.level(x, w.threshold[i])) / c.now.Unit[i]
	}
}

// level is how far a potential is above the threshold; of several spikes a
// step, above the nearest multiple of it, unless the surrogate knows of them.
func (c *Cell) level(u, theta int32) int32 {
	most := c.now.Rule.MaxSpikes
	if most == 1 || c.levels || u < theta {
		return u - theta
	}
	k := (u + theta/2) / theta
	if most > 0 {
		k = min(k, int32(most))
	}
	return u - max(k, 1)*theta
}

// unstep runs the adjoint of the sample, from the last step to the first.
func (c *Cell) unstep(w *space, r *neuron.Run, b int, bias []float32) {
	n := c.N
	for _, g := range []*[]float32{&w.gv, &w.gi, &w.gp, &w.x, &w.d, &w.theta} {
		*g = grow(*g, n)
	}
	c.beginAdjoint(w, r.DEnd, b)
	if r.DX != nil && r.DX.Const && !r.Add {
		clear(row(r.DX, 0, b))
	}
	shift := float32(1)
	if cur := c.now.Rule.Currents; len(cur) > 0 {
		shift = float32(int(1) << cur[0].Shift)
	}
	if e := c.now.Exponent; e > 0 {
		shift *= float32(int(1) << e)
	}
	shift *= float32(c.Worth)
	for t := r.X.T - 1; t >= 0; t-- {
		c.unfire(w, r, t, b)
		for i, g := range w.d {
			if len(bias) > 0 {
				bias[i%len(bias)] += g
			}
			w.gv[i] = c.keep.beta[i] * g
		}
		c.uncurrent(w)
		if dx := row(r.DX, t, b); dx != nil {
			toInput(dx, w.d, shift, r.DX.Const)
		}
	}
	if c.Late && r.DS != nil {
		kernels.Add(w.gp, row(r.DS, 0, b))
	}
	c.endAdjoint(w, r.DEnd, b)
}

// unfire leaves dL/du of step t in w.d.
func (c *Cell) unfire(w *space, r *neuron.Run, t, b int) {
	n := c.N
	low := w.low[t*n : (t+1)*n]
	if !c.Fires {
		copy(w.d, w.gv)
		if dv := row(r.DV, t, b); dv != nil {
			for i, g := range dv {
				w.d[i] += g / c.now.Unit[i]
			}
		}
		mask(w.d, low)
		return
	}
	u, s := w.u[t*n:(t+1)*n], w.s[t*n:(t+1)*n]
	c.surrogate.Grad(w.x, u, c.now.Theta)
	ds := c.errorOfSpikes(w, r.DS, t, b)
	value := c.now.Rule.Reset.Data[0] == quant.ResetValue
	for i, g := range w.gv {
		if low[i] != 0 {
			g = 0
		}
		e := ds[i]
		if !c.Detach {
			back := c.now.Theta[i] * c.now.Unit[i] // θ, in the chip's unit
			if value {
				back += u[i] * c.now.Unit[i] // u
			}
			e -= back * g
		}
		if value {
			g *= 1 - s[i]
		}
		w.d[i] = g + e*w.x[i]/c.now.Unit[i]
	}
}

// errorOfSpikes is dL/ds: of the step itself, or of the next when spikes are sent late.
func (c *Cell) errorOfSpikes(w *space, out *signal.Signal, t, b int) []float32 {
	copy(w.theta, w.gp)
	clear(w.gp)
	if c.Late {
		t++
	}
	if out != nil && t < out.T {
		kernels.Add(w.theta, row(out, t, b))
	}
	return w.theta
}

// uncurrent turns dL/du into dL/d(what arrives), in w.d.
func (c *Cell) uncurrent(w *space) {
	if c.keep.alpha == nil {
		return
	}
	after := c.now.Rule.Currents[0].Order == quant.AddDecay
	for i, g := range w.d {
		g += w.gi[i]
		if after {
			g *= c.keep.alpha[i]
			w.d[i], w.gi[i] = g, g
			continue
		}
		w.d[i], w.gi[i] = g, c.keep.alpha[i]*g
	}
}

// toInput writes dL/dx, or adds it where x is the same in every step.
func toInput(dx, g []float32, shift float32, constant bool) {
	for i, v := range g {
		if constant {
			dx[i] += v * shift
		} else {
			dx[i] = v * shift
		}
	}
}

func (c *Cell) beginAdjoint(w *space, end *neuron.State, b int) {
	clear(w.gv)
	clear(w.gi)
	clear(w.gp)
	if end != nil {
		at := b * c.N
		copy(w.gv, end.V[at:at+c.N])
		copy(w.gi, end.I[at:at+c.N])
		copy(w.gp, end.P[at:at+c.N])
	}
}

func (c *Cell) endAdjoint(w *space, end *neuron.State, b int) {
	if end == nil {
		return
	}
	at := b * c.N
	copy(end.V[at:at+c.N], w.gv)
	copy(end.I[at:at+c.N], w.gi)
	copy(end.P[at:at+c.N], w.gp)
}

func mask(d, low []float32) {
	for i := range d {
		if low[i] != 0 {
			d[i] = 0
		}
	}
}

func boolFloat(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

func grow(s []float32, n int) []float32 { return pages.Grow(s, n) }
