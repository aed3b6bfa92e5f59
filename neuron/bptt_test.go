package neuron_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
	"github.com/snntrain/snntrain/surrogate"
)

// num is a number on a tape: a value, and dL/d(value) after tape.back.
type num struct{ x, g float64 }

// tape records scalar operations in float64 and runs their adjoints backwards.
type tape struct{ undo []func() }

func (t *tape) back() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		t.undo[i]()
	}
}

func (t *tape) add(a, b *num) *num {
	c := &num{x: a.x + b.x}
	t.undo = append(t.undo, func() { a.g += c.g; b.g += c.g })
	return c
}

func (t *tape) sub(a, b *num) *num { return t.add(a, t.mul(&num{x: -1}, b)) }

func (t *tape) mul(a, b *num) *num {
	c := &num{x: a.x * b.x}
	t.undo = append(t.undo, func() { a.g += c.g * b.x; b.g += c.g * a.x })
	return c
}

func (t *tape) apply(a *num, y, dy float64) *num {
	c := &num{x: y}
	t.undo = append(t.undo, func() { a.g += c.g * dy })
	return c
}

func detach(a *num) *num { return &num{x: a.x} }

// reference runs one neuron by the definition in model.Rules, on the tape.
type reference struct {
	*tape
	rules              model.Rules
	surrogate          surrogate.Func
	a, g, c, alpha     *num
	theta, reset, vmin *num
	v, i, p            *num
	margin             float64 // how near a decision came to the other side
}

// rounding is a margin within which float32 may decide otherwise.
const rounding = 1e-5

// decide notes that a decision hangs on the sign of x.
func (r *reference) decide(x float64) { r.margin = min(r.margin, math.Abs(x)) }

// fire decides how many spikes u makes and hangs the surrogate on it.
func (r *reference) fire(u *num) *num {
	x := u.x - r.theta.x
	r.decide(x)
	s := &num{}
	if x > 0 || x == 0 && r.rules.Fire == model.FireAtLeast {
		s.x = 1
		if r.rules.MaxSpikes != 1 {
			of := u.x / r.theta.x
			r.decide(of - math.Round(of))
			s.x = max(1, math.Floor(of))
			if r.rules.MaxSpikes > 0 {
				s.x = min(s.x, float64(r.rules.MaxSpikes))
			}
		}
	}
	r.undo = append(r.undo, func() {
		d := r.surrogate.At(x, r.theta.x)
		u.g += s.g * d
		r.theta.g -= s.g * d
	})
	return s
}

// after is the potential v after the reset of spikes s.
func (r *reference) after(v, s *num) *num {
	if r.rules.DetachReset {
		s = detach(s)
	}
	switch r.rules.Reset {
	case model.ResetSubtract:
		return r.sub(v, r.mul(s, r.theta))
	case model.ResetValue:
		return r.add(r.mul(r.sub(&num{x: 1}, s), v), r.mul(s, r.reset))
	}
	return v
}

// step returns what the neuron sends and its potential after the step.
func (r *reference) step(x *num) (out, v *num) {
	j := x
	switch r.rules.Synapse {
	case model.SynapseDecayAdd:
		r.i = r.add(r.mul(r.alpha, r.i), x)
		j = r.i
	case model.SynapseAddDecay:
		r.i = r.mul(r.alpha, r.add(r.i, x))
		j = r.i
	case model.SynapseAddUse:
		j = r.add(r.i, x)
		r.i = r.mul(r.alpha, j)
	}
	w := r.v
	if r.rules.ResetAt == model.ResetAtLeak {
		w = r.after(w, r.p)
	}
	u := r.add(r.add(r.mul(r.a, w), r.mul(r.g, j)), r.c)
	if r.rules.ResetAt == model.ResetAtCharge {
		u = r.after(u, r.p)
	}
	s := r.fire(u)
	v = u
	if r.rules.ResetAt == model.ResetAtSpike {
		v = r.after(u, s)
	}
	if r.vmin != nil {
		r.decide(v.x - r.vmin.x)
		if v.x > r.vmin.x {
			v = r.apply(v, v.x, 1)
		} else {
			v = &num{x: r.vmin.x}
		}
	}
	out = s
	if r.rules.Delay == 1 {
		out = r.p
	}
	r.v, r.p = v, s
	return out, v
}

// draw picks a combination of rules.
func draw(t *rapid.T) model.Rules {
	r := model.Rules{
		Fire:        rapid.SampledFrom([]model.Compare{model.FireAbove, model.FireAtLeast}).Draw(t, "fire"),
		MaxSpikes:   rapid.SampledFrom([]int{1, 1, 2, 0}).Draw(t, "max spikes"),
		Reset:       rapid.SampledFrom([]model.Reset{model.ResetNone, model.ResetSubtract, model.ResetValue}).Draw(t, "reset"),
		ResetAt:     rapid.SampledFrom([]model.ResetAt{model.ResetAtSpike, model.ResetAtLeak, model.ResetAtCharge}).Draw(t, "reset at"),
		DetachReset: rapid.Bool().Draw(t, "detach"),
		Delay:       rapid.IntRange(0, 1).Draw(t, "delay"),
		Synapse:     rapid.SampledFrom([]model.Synapse{model.SynapseNone, model.SynapseDecayAdd, model.SynapseAddDecay, model.SynapseAddUse}).Draw(t, "synapse"),
		MemDecay:    model.DecayBeta, Gain: rapid.SampledFrom([]model.Gain{model.GainUnit, model.GainLeak}).Draw(t, "gain"),
	}
	if r.Reset == model.ResetValue {
		r.MaxSpikes = 1
	}
	if r.Synapse != model.SynapseNone {
		r.SynDecay = model.DecayBeta
	}
	return r
}

// TestBackwardIsHandUnrolledBPTT compares the adjoint of every combination of
// rules with a scalar float64 tape of the definition.
func TestBackwardIsHandUnrolledBPTT(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := draw(t)
		kind := "lif"
		if rules.Synapse != model.SynapseNone {
			kind = "cuba-lif"
		}
		const steps, batch, n = 7, 2, 3
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		constant := rapid.Bool().Draw(t, "constant input")
		values := map[string][]float32{
			"beta": {0.8, 0.9, 0.7}, "threshold": {1.0}, "r": {0.9, 1.1, 1.3}, "bias": {0.05}, "v_leak": {0.1}, "v_init": {0.2},
		}
		if rules.Synapse != model.SynapseNone {
			values["alpha"] = []float32{0.6, 0.5, 0.7}
		}
		if rules.Reset == model.ResetValue {
			values["v_reset"] = []float32{-0.3}
		}
		if rapid.Bool().Draw(t, "clamp") {
			values["v_min"] = []float32{-0.4}
		}
		learn := map[string]bool{}
		for name := range values {
			if name != "v_min" && name != "v_init" {
				learn[name] = true
			}
		}
		x := signal.NewAnalog(steps, batch, []int{n}, constant)
		for i := range x.F {
			x.F[i] = float32(r.NormFloat64()*0.8 + 0.3)
		}
		k, err := neuron.Builtin().Get(kind)
		if err != nil {
			t.Fatal(err)
		}
		spec := model.SurrogateSpec{Kind: "atan"}
		cell, err := k.New(neuron.Layer{Rules: rules, Surrogate: spec, Shape: model.Shape{n}, Dt: 1, Values: values, Learn: learn})
		if err != nil {
			t.Fatal(err)
		}
		ds, dv := noise(r, steps, batch, n), noise(r, steps, batch, n)
		got := runCell(cell, rules, x, ds, dv, values)
		want := runReference(rules, spec, x, ds, dv, values)
		if want.margin < rounding {
			t.Skip("a decision within rounding")
		}
		if d := testkit.MaxError(got.s.Dense(nil), want.s); d != 0 {
			t.Fatalf("spikes differ by %v", d)
		}
		if d := testkit.RelError(got.v.F, want.v); d > 1e-5 {
			t.Fatalf("potentials differ by %v", d)
		}
		if d := testkit.RelError(got.dx.F, want.dx); d > 2e-5 {
			t.Fatalf("dL/dx differs by %v", d)
		}
		for name := range learn {
			if d := testkit.RelError(got.grads[name], want.grads[name]); d > 5e-5 && testkit.MaxError(got.grads[name], want.grads[name]) > 5e-5 {
				t.Fatalf("dL/d %s differs by %v: %v, %v", name, d, got.grads[name], want.grads[name])
			}
		}
	})
}

func noise(r *rand.Rand, t, b, n int) *signal.Signal {
	s := signal.NewAnalog(t, b, []int{n}, false)
	for i := range s.F {
		s.F[i] = float32(r.NormFloat64())
	}
	return s
}

type ran struct {
	s, v, dx *signal.Signal
	grads    map[string][]float32
}

func runCell(cell neuron.Cell, rules model.Rules, x, ds, dv *signal.Signal, values map[string][]float32) ran {
	out := ran{v: signal.NewAnalog(x.T, x.B, x.Shape, false), dx: signal.NewAnalog(x.T, x.B, x.Shape, x.Const), grads: map[string][]float32{}}
	out.s = signal.NewAnalog(x.T, x.B, x.Shape, false)
	if rules.MaxSpikes == 1 {
		out.s = signal.NewSpikes(x.T, x.B, x.Shape, false)
	}
	for name, v := range values {
		out.grads[name] = make([]float32, len(v))
	}
	run := neuron.Run{Pool: par.New(2), X: x, S: out.s, V: out.v, DS: ds, DV: dv, DX: out.dx, Grads: out.grads}
	cell.Forward(&run)
	cell.Backward(&run)
	return out
}

type expected struct {
	s, v, dx []float64
	grads    map[string][]float64
	margin   float64
}

func runReference(rules model.Rules, spec model.SurrogateSpec, x, ds, dv *signal.Signal, values map[string][]float32) expected {
	n := x.N()
	out := expected{s: make([]float64, x.T*x.B*n), v: make([]float64, x.T*x.B*n), dx: make([]float64, len(x.F)), grads: map[string][]float64{}, margin: 1}
	for name, v := range values {
		out.grads[name] = make([]float64, len(v))
	}
	for b := range x.B {
		for i := range n {
			runLane(rules, spec, x, ds, dv, values, b, i, &out)
		}
	}
	return out
}

func runLane(rules model.Rules, spec model.SurrogateSpec, x, ds, dv *signal.Signal, values map[string][]float32, b, i int, out *expected) {
	tp := &tape{}
	params := map[string]*num{}
	at := func(name string) *num {
		v := values[name]
		if len(v) == 0 {
			return &num{}
		}
		if params[name] == nil {
			params[name] = &num{x: float64(v[i%len(v)])}
		}
		return params[name]
	}
	f, err := surrogate.New(surrogate.Spec{Kind: spec.Kind, Params: spec.Params})
	if err != nil {
		panic(err)
	}
	beta := at("beta")
	leak := tp.sub(&num{x: 1}, beta)
	gain := at("r")
	if rules.Gain == model.GainLeak {
		gain = tp.mul(gain, leak)
	}
	r := &reference{
		tape: tp, rules: rules, surrogate: f, a: beta, g: gain, c: tp.add(tp.mul(leak, at("v_leak")), at("bias")),
		alpha: at("alpha"), theta: at("threshold"), reset: at("v_reset"), v: &num{x: at("v_init").x}, i: &num{}, p: &num{}, margin: 1,
	}
	if values["v_min"] != nil {
		r.vmin = at("v_min")
	}
	in := make([]*num, x.Steps())
	for t := range in {
		in[t] = &num{x: float64(x.Row(t*x.B + b)[i])}
	}
	type sent struct{ s, v *num }
	var outs []sent
	for t := range x.T {
		s, v := r.step(in[t%len(in)])
		outs = append(outs, sent{s, v})
		out.s[(t*x.B+b)*x.N()+i], out.v[(t*x.B+b)*x.N()+i] = s.x, v.x
	}
	out.margin = min(out.margin, r.margin)
	for t, o := range outs {
		o.s.g += float64(ds.Row(t*x.B + b)[i])
		o.v.g += float64(dv.Row(t*x.B + b)[i])
	}
	tp.back()
	for t, v := range in {
		out.dx[(t*x.B+b)*x.N()+i] = v.g
	}
	for name, v := range params {
		out.grads[name][i%len(values[name])] += v.g
	}
}

// TestChunksEqualTheWhole: running in pieces with carried state, and the
// adjoint of the pieces from last to first, gives the bits of one run.
func TestChunksEqualTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := draw(t)
		kind, values := "lif", map[string][]float32{"beta": {0.85}, "threshold": {1}}
		if rules.Synapse != model.SynapseNone {
			kind, values["alpha"] = "cuba-lif", []float32{0.6}
		}
		if rules.Reset == model.ResetValue {
			values["v_reset"] = []float32{-0.3}
		}
		const batch, n = 2, 5
		steps, cut := 9, rapid.IntRange(1, 8).Draw(t, "cut")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		k, _ := neuron.Builtin().Get(kind)
		cell, err := k.New(neuron.Layer{Rules: rules, Surrogate: model.SurrogateSpec{Kind: "triangle"}, Shape: model.Shape{n}, Dt: 1, Values: values, Learn: map[string]bool{"beta": true}})
		if err != nil {
			t.Fatal(err)
		}
		x, ds, dv := noise(r, steps, batch, n), noise(r, steps, batch, n), noise(r, steps, batch, n)
		whole := runCell(cell, rules, x, ds, dv, values)

		middle, end := neuron.NewState(batch, n), neuron.NewState(batch, n)
		parts := [2][2]int{{0, cut}, {cut, steps}}
		starts := []*neuron.State{nil, middle}
		ends := []*neuron.State{middle, end}
		got := ran{dx: signal.NewAnalog(steps, batch, x.Shape, false), grads: map[string][]float32{"beta": make([]float32, 1)}}
		run := func(i int) *neuron.Run {
			part := func(s *signal.Signal) *signal.Signal { return slice(s, parts[i][0], parts[i][1]) }
			s := signal.NewAnalog(parts[i][1]-parts[i][0], batch, x.Shape, false)
			if rules.MaxSpikes == 1 {
				s = signal.NewSpikes(parts[i][1]-parts[i][0], batch, x.Shape, false)
			}
			return &neuron.Run{X: part(x), S: s, V: part(noise(r, steps, batch, n)), Start: starts[i], End: ends[i], DS: part(ds), DV: part(dv), DX: part(got.dx), Grads: got.grads}
		}
		var v []float32
		for i := range parts {
			piece := run(i)
			cell.Forward(piece)
			v = append(v, piece.V.F...)
		}
		adjoint := neuron.NewState(batch, n)
		for i := 1; i >= 0; i-- {
			piece := run(i)
			piece.DEnd = adjoint
			cell.Backward(piece)
		}
		same(t, "potentials", v, whole.v.F)
		same(t, "dL/dx", got.dx.F, whole.dx.F)
		if d := math.Abs(float64(got.grads["beta"][0] - whole.grads["beta"][0])); d > 1e-4 {
			t.Fatalf("dL/d beta differs by %v", d)
		}
	})
}

// slice is steps lo..hi of an analog signal, sharing its storage.
func slice(s *signal.Signal, lo, hi int) *signal.Signal {
	p := signal.NewAnalog(hi-lo, s.B, s.Shape, false)
	p.F = s.F[lo*s.B*s.N() : hi*s.B*s.N()]
	return p
}

func same(t *rapid.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: value %d is %v, %v in one run", what, i, got[i], want[i])
		}
	}
}

func TestOneThreadEqualsMany(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	const steps, batch, n = 12, 5, 700
	x, ds, dv := noise(r, steps, batch, n), noise(r, steps, batch, n), noise(r, steps, batch, n)
	for _, name := range neuron.Builtin().Names() {
		t.Run(name, func(t *testing.T) {
			k, _ := neuron.Builtin().Get(name)
			values, learn := map[string][]float32{}, map[string]bool{}
			for _, p := range k.Params(k.Rules) {
				if !p.Fixed {
					values[p.Name], learn[p.Name] = []float32{float32(p.Default)}, true
				}
			}
			var first *neuron.Run
			for threads := 1; threads <= 4; threads++ {
				cell, err := k.New(neuron.Layer{Rules: k.Rules, Surrogate: model.SurrogateSpec{Kind: "atan"}, Shape: model.Shape{n}, Dt: 1, Values: values, Learn: learn})
				if err != nil {
					t.Fatal(err)
				}
				run := &neuron.Run{Pool: par.New(threads), X: x, V: signal.NewAnalog(steps, batch, x.Shape, false), DX: signal.NewAnalog(steps, batch, x.Shape, false), DV: dv, Grads: map[string][]float32{}}
				if k.Spiking {
					run.S, run.DS = signal.NewSpikes(steps, batch, x.Shape, false), ds
				}
				for p := range values {
					run.Grads[p] = []float32{0}
				}
				cell.Forward(run)
				cell.Backward(run)
				if first == nil {
					first = run
					continue
				}
				if fmt.Sprint(run.V.F, run.DX.F, run.Grads) != fmt.Sprint(first.V.F, first.DX.F, first.Grads) {
					t.Errorf("%d threads give other bits than one", threads)
				}
			}
		})
	}
}
