package neuron_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
	"github.com/snntrain/snntrain/surrogate"
)

// twin runs one neuron of a model in float64 on a tape, by its equation.
type twin struct {
	*tape
	rules     model.Rules
	surrogate surrogate.Func
	p         map[string]*num
	v, i, w   *num
	margin    float64 // how near a decision came to the other side
	largest   float64 // potential, by magnitude
}

func (r *twin) one() *num           { return &num{x: 1} }
func (r *twin) exp(a *num) *num     { e := math.Exp(a.x); return r.apply(a, e, e) }
func (r *twin) over(a, b *num) *num { return r.mul(a, r.apply(b, 1/b.x, -1/(b.x*b.x))) }

// sum adds any number of terms.
func (r *twin) sum(terms ...*num) *num {
	out := terms[0]
	for _, t := range terms[1:] {
		out = r.add(out, t)
	}
	return out
}

func (r *twin) prod(factors ...*num) *num {
	out := factors[0]
	for _, f := range factors[1:] {
		out = r.mul(out, f)
	}
	return out
}

// fire decides spikes of u; hooked says whether the threshold gets a gradient.
func (r *twin) fire(u, theta *num, hooked bool) *num {
	x := u.x - theta.x
	r.margin = min(r.margin, math.Abs(x))
	r.largest = max(r.largest, math.Abs(u.x))
	s := &num{}
	if x > 0 || x == 0 && r.rules.Fire == model.FireAtLeast {
		s.x = 1
		if r.rules.MaxSpikes != 1 {
			of := u.x / theta.x
			r.margin = min(r.margin, math.Abs(of-math.Round(of)))
			s.x = max(1, math.Floor(of))
		}
	}
	r.undo = append(r.undo, func() {
		d := r.surrogate.At(x, theta.x)
		u.g += s.g * d
		if hooked {
			theta.g -= s.g * d
		}
	})
	return s
}

// after is the potential after the reset.
func (r *twin) after(u, s, theta *num) *num {
	if r.rules.DetachReset {
		s = detach(s)
	}
	switch r.rules.Reset {
	case model.ResetSubtract:
		return r.sub(u, r.mul(s, theta))
	case model.ResetValue:
		return r.add(r.mul(r.sub(r.one(), s), u), r.mul(s, r.p["v_reset"]))
	}
	return u
}

// leak is dt/τ or rate·dt, dt = 1.
func (r *twin) leak(tau, rate string) *num {
	if p := r.p[rate]; p != nil {
		return p
	}
	return r.over(r.one(), r.p[tau])
}

// twins are the equations of the models, as their Kind states them.
func twins() map[string]func(r *twin, x *num) *num {
	return map[string]func(r *twin, x *num) *num{
		"qif": func(r *twin, x *num) *num {
			f := r.add(x, r.prod(r.p["a0"], r.sub(r.v, r.p["v_leak"]), r.sub(r.v, r.p["v_c"])))
			u := r.add(r.v, r.mul(r.leak("tau", "rate"), f))
			s := r.fire(u, r.p["threshold"], true)
			r.v = r.after(u, s, r.p["threshold"])
			return s
		},
		"eif": func(r *twin, x *num) *num {
			e := r.mul(r.p["delta_t"], r.exp(r.over(r.sub(r.v, r.p["v_t"]), r.p["delta_t"])))
			u := r.add(r.v, r.mul(r.leak("tau", "rate"), r.sub(r.sum(x, r.p["v_leak"], e), r.v)))
			s := r.fire(u, r.p["threshold"], true)
			r.v = r.after(u, s, r.p["threshold"])
			return s
		},
		"adaptive-qif": func(r *twin, x *num) *num {
			f := r.sub(r.add(x, r.prod(r.p["a0"], r.sub(r.v, r.p["v_leak"]), r.sub(r.v, r.p["v_c"]))), r.w)
			u := r.add(r.v, r.mul(r.leak("tau", "rate"), f))
			s := r.fire(u, r.p["threshold"], true)
			h := r.sub(r.mul(r.p["adapt_gain"], r.sub(u, r.p["v_leak"])), r.w)
			r.w = r.sum(r.w, r.mul(r.leak("tau_adapt", "rate_adapt"), h), r.mul(r.p["adapt_step"], s))
			r.v = r.after(u, s, r.p["threshold"])
			return s
		},
		"izhikevich": func(r *twin, x *num) *num {
			f := r.sub(r.sum(r.prod(&num{x: 0.04}, r.v, r.v), r.mul(&num{x: 5}, r.v), &num{x: 140}, x), r.w)
			u := r.add(r.v, r.mul(r.p["rate"], f))
			h := r.sub(r.mul(r.p["adapt_gain"], r.v), r.w)
			s := r.fire(u, r.p["threshold"], true)
			r.w = r.sum(r.w, r.prod(r.p["rate"], r.p["rate_adapt"], h), r.mul(r.p["adapt_step"], s))
			r.v = r.after(u, s, r.p["threshold"])
			return s
		},
		"klif": func(r *twin, x *num) *num {
			h := r.add(r.v, r.mul(r.leak("tau", "rate"), r.sub(x, r.sub(r.v, r.p["v_leak"]))))
			u := r.mul(r.p["k"], h)
			r.margin = min(r.margin, math.Abs(u.x))
			if u.x <= 0 {
				u = &num{}
			}
			s := r.fire(u, r.p["threshold"], true)
			r.v = r.after(u, s, r.p["threshold"])
			return s
		},
		"raf": func(r *twin, x *num) *num {
			omega := r.p["omega"]
			c, s := r.apply(omega, math.Cos(omega.x), -math.Sin(omega.x)), r.apply(omega, math.Sin(omega.x), math.Cos(omega.x))
			a := r.exp(r.p["damping"])
			u := r.mul(a, r.add(r.mul(r.i, s), r.mul(r.v, c)))
			r.i = r.add(r.mul(a, r.sub(r.mul(r.i, c), r.mul(r.v, s))), x)
			sent := r.fire(u, r.p["threshold"], true)
			r.v = r.after(u, sent, r.p["threshold"])
			return sent
		},
		"refractory-lif": func(r *twin, x *num) *num {
			j := r.add(r.i, x)
			u := r.add(r.v, r.mul(r.leak("tau", "rate"), r.add(r.sub(r.p["v_leak"], r.v), j)))
			r.i = r.sub(j, r.mul(r.leak("tau_syn", "rate_syn"), j))
			fired := r.fire(u, r.p["threshold"], true)
			free := r.after(u, fired, r.p["threshold"])
			mask, counter := &num{}, r.w
			if counter.x > 0 {
				mask.x = 1
			}
			r.undo = append(r.undo, func() { counter.g += mask.g * r.surrogate.At(counter.x, 1) })
			rest := r.sub(counter, mask)
			if rest.x <= 0 {
				rest = &num{}
			}
			open := r.sub(r.one(), mask)
			r.v = r.add(r.mul(open, free), r.mul(mask, r.v))
			s := r.mul(open, fired)
			r.w = r.add(r.mul(r.sub(r.one(), s), rest), r.mul(s, r.p["refractory"]))
			return s
		},
		"lsnn": func(r *twin, x *num) *num {
			u := r.add(r.v, r.mul(r.leak("tau", "rate"), r.add(r.sub(r.p["v_leak"], r.v), r.i)))
			r.i = r.add(r.sub(r.i, r.mul(r.leak("tau_syn", "rate_syn"), r.i)), x)
			h := r.add(r.w, r.mul(r.leak("tau_adapt", "rate_adapt"), r.sub(r.p["threshold"], r.w)))
			s := r.fire(u, h, true)
			rise := s
			if r.rules.DetachReset {
				rise = detach(s)
			}
			r.w, r.v = r.add(h, r.mul(r.p["adapt_step"], rise)), r.after(u, s, h)
			return s
		},
		"adex": func(r *twin, x *num) *num {
			j := r.add(r.i, x)
			e := r.mul(r.p["delta_t"], r.exp(r.over(r.sub(r.v, r.p["threshold"]), r.p["delta_t"])))
			f := r.sub(r.sum(r.sub(r.p["v_leak"], r.v), e, j), r.w)
			u := r.add(r.v, r.mul(r.leak("tau", "rate"), f))
			r.i = r.sub(j, r.mul(r.leak("tau_syn", "rate_syn"), j))
			h := r.sub(r.mul(r.p["adapt_gain"], r.sub(r.v, r.p["v_leak"])), r.w)
			s := r.fire(u, r.p["threshold"], true)
			r.w = r.sum(r.w, r.mul(r.leak("tau_adapt", "rate_adapt"), h), r.mul(r.p["adapt_step"], s))
			r.v = r.after(u, s, r.p["threshold"])
			return s
		},
		"alif":  alifTwin,
		"alpha": alphaTwin,
	}
}

func alifTwin(r *twin, x *num) *num {
	h := r.add(r.p["threshold"], r.mul(r.p["adapt_scale"], r.w))
	adapt := func(s *num) {
		r.w = r.add(r.mul(r.p["gamma"], r.w), r.mul(r.sub(r.one(), r.p["gamma"]), s))
	}
	if r.rules.ResetAt == model.ResetAtCharge {
		s := r.fire(r.v, h, true)
		r.v = r.after(r.add(r.mul(r.p["beta"], r.v), x), s, h)
		adapt(s)
		return s
	}
	if r.rules.Synapse != model.SynapseNone {
		x = r.mul(r.p["alpha"], r.add(r.i, x))
	}
	if r.rules.Gain == model.GainLeak {
		x = r.mul(r.sub(r.one(), r.p["beta"]), x)
	}
	r.i = x
	u := r.add(r.mul(r.p["beta"], r.v), x)
	s := r.fire(u, h, false)
	r.v = r.after(u, s, h)
	adapt(s)
	return s
}

func alphaTwin(r *twin, x *num) *num {
	theta := r.p["threshold"]
	late := &num{}
	if r.v.x > theta.x || r.v.x == theta.x && r.rules.Fire == model.FireAtLeast {
		late.x = 1
	}
	e, w := r.add(r.mul(r.p["alpha"], r.i), x), r.sub(r.mul(r.p["beta"], r.w), x)
	log := func(p *num) *num { return r.apply(p, math.Log(p.x), 1/p.x) }
	ta := r.add(r.over(log(r.p["alpha"]), r.sub(log(r.p["beta"]), log(r.p["alpha"]))), r.one())
	v, keep := r.mul(ta, r.add(e, w)), r.sub(r.one(), late)
	switch r.rules.Reset {
	case model.ResetSubtract:
		r.v, r.i, r.w = r.add(v, r.mul(late, r.w)), r.sub(e, r.mul(late, theta)), r.mul(keep, w)
	case model.ResetValue:
		r.v, r.i, r.w = r.mul(keep, v), r.mul(keep, e), r.mul(keep, w)
	default:
		r.v, r.i, r.w = v, e, w
	}
	return r.fire(r.v, theta, true)
}

// lanewiseKinds are the models that have a twin.
func lanewiseKinds() []string {
	var names []string
	for name := range twins() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// drawLanewise picks rules of a model, and values around its defaults.
func drawLanewise(t *rapid.T, k neuron.Kind, r *rand.Rand, n int) (model.Rules, map[string][]float32) {
	rules := k.Rules
	rules.Fire = rapid.SampledFrom([]model.Compare{model.FireAbove, model.FireAtLeast}).Draw(t, "fire")
	rules.Reset = rapid.SampledFrom([]model.Reset{model.ResetSubtract, model.ResetValue, model.ResetNone}).Draw(t, "reset")
	rules.DetachReset = rapid.Bool().Draw(t, "detach")
	if k.Name == "alif" {
		rules.MaxSpikes = rapid.SampledFrom([]int{1, 0}).Draw(t, "max spikes")
		rules.ResetAt = rapid.SampledFrom([]model.ResetAt{model.ResetAtSpike, model.ResetAtCharge}).Draw(t, "reset at")
		rules.Gain = rapid.SampledFrom([]model.Gain{model.GainUnit, model.GainLeak}).Draw(t, "gain")
		rules.Synapse = rapid.SampledFrom([]model.Synapse{model.SynapseNone, model.SynapseAddDecay}).Draw(t, "synapse")
		rules.SynDecay = model.DecayBeta
	}
	k.Adjust(&rules)
	values := map[string][]float32{}
	for _, p := range k.Params(rules) {
		row := make([]float32, n)
		for i := range row {
			v := p.Default * (1 + 0.2*r.Float64())
			if p.Default == 0 {
				v = 0.2 * r.NormFloat64()
			}
			if p.Max == 1 {
				v = p.Default - 0.09*r.Float64()
			}
			if p.Name == "beta" { // apart from alpha, where τ_α has no value
				v -= 0.2
			}
			row[i] = float32(v)
		}
		if p.Name == "refractory" {
			row = []float32{2}
		}
		values[p.Name] = row
	}
	return rules, values
}

// TestLanewiseAdjoint compares every model outside the IF/LIF/CuBa family, and
// its adjoint by input and parameters, with its equation in float64 on a tape.
func TestLanewiseAdjoint(t *testing.T) {
	for _, name := range lanewiseKinds() {
		t.Run(name, func(t *testing.T) {
			k, err := neuron.Builtin().Get(name)
			if err != nil {
				t.Fatal(err)
			}
			rapid.Check(t, func(t *rapid.T) { checkLanewise(t, k) })
		})
	}
}

func checkLanewise(t *rapid.T, k neuron.Kind) {
	const steps, batch, n = 7, 2, 3
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	rules, values := drawLanewise(t, k, r, n)
	learn := map[string]bool{}
	for _, p := range k.Params(rules) {
		learn[p.Name] = !p.Fixed
	}
	x := signal.NewAnalog(steps, batch, []int{n}, rapid.Bool().Draw(t, "constant input"))
	scale, spec := float32(1), model.SurrogateSpec{Kind: "atan"}
	if k.Name == "izhikevich" { // mV: float32 knows a potential to 4e-6, a sharp surrogate would show it
		scale, spec.Params = 20, map[string]float64{"alpha": 0.1}
	}
	for i := range x.F {
		x.F[i] = scale * float32(r.NormFloat64()+0.8)
	}
	recurrence := model.RecurrenceNone
	if k.Feedback && rapid.Bool().Draw(t, "recurrent") {
		recurrence = model.RecurrenceOneToOne
		values[neuron.RecurrentWeight], values[neuron.RecurrentBias] = []float32{0.3, -0.4, 0.5}, []float32{0.1, 0.2, -0.1}
		learn[neuron.RecurrentWeight], learn[neuron.RecurrentBias] = true, true
	}
	cell, err := k.New(neuron.Layer{Rules: rules, Surrogate: spec, Shape: model.Shape{n}, Dt: 1, Values: values, Learn: learn, Recurrence: recurrence})
	if err != nil {
		t.Fatal(err)
	}
	ds, dv := noise(r, steps, batch, n), noise(r, steps, batch, n)
	want, largest := runTwin(k.Name, rules, spec, x, ds, dv, values)
	if want.margin < 1e-4*max(1, largest) || largest > 1000 {
		t.Skip("a decision within rounding, or a potential that runs away")
	}
	got := runCell(cell, rules, x, ds, dv, values)
	if d := testkit.MaxError(got.s.Dense(nil), want.s); d != 0 {
		t.Fatalf("spikes differ by %v", d)
	}
	if d := testkit.RelError(got.v.F, want.v); d > 2e-5 {
		t.Fatalf("potentials differ by %v", d)
	}
	if d := testkit.RelError(got.dx.F, want.dx); d > 1e-5*max(10, largest) { // the surrogate is as steep whatever the potentials
		t.Fatalf("dL/dx differs by %v: %v, %v", d, got.dx.F, want.dx)
	}
	for name, on := range learn {
		if !on {
			continue
		}
		if d := testkit.RelError(got.grads[name], want.grads[name]); d > 2e-5*max(10, largest) && testkit.MaxError(got.grads[name], want.grads[name]) > 1e-4*max(1, largest) {
			t.Fatalf("dL/d %s differs by %v: %v, %v", name, d, got.grads[name], want.grads[name])
		}
	}
}

func runTwin(name string, rules model.Rules, spec model.SurrogateSpec, x, ds, dv *signal.Signal, values map[string][]float32) (expected, float64) {
	n, largest := x.N(), 0.0
	out := expected{s: make([]float64, x.T*x.B*n), v: make([]float64, x.T*x.B*n), dx: make([]float64, len(x.F)), grads: map[string][]float64{}, margin: 1}
	for p, v := range values {
		out.grads[p] = make([]float64, len(v))
	}
	for b := range x.B {
		for i := range n {
			largest = max(largest, twinLane(name, rules, spec, x, ds, dv, values, b, i, &out))
		}
	}
	return out, largest
}

func twinLane(name string, rules model.Rules, spec model.SurrogateSpec, x, ds, dv *signal.Signal, values map[string][]float32, b, i int, out *expected) float64 {
	f, err := surrogate.New(surrogate.Spec{Kind: spec.Kind, Params: spec.Params})
	if err != nil {
		panic(err)
	}
	r := &twin{tape: &tape{}, rules: rules, surrogate: f, p: map[string]*num{}, v: &num{}, i: &num{}, w: &num{}, margin: 1}
	for p, v := range values {
		r.p[p] = &num{x: float64(v[i%len(v)])}
	}
	start := func(to *num, p string) {
		if v := r.p[p]; v != nil {
			to.x = v.x
		}
	}
	start(r.v, "v_init")
	start(r.w, "w_init")
	if name == "lsnn" {
		start(r.w, "threshold")
	}
	in := make([]*num, x.Steps())
	for t := range in {
		in[t] = &num{x: float64(x.Row(t*x.B + b)[i])}
	}
	step := twins()[name]
	var sent, after []*num
	last := &num{}
	for t := range x.T {
		input := in[t%len(in)]
		if w := r.p[neuron.RecurrentWeight]; w != nil {
			input = r.sum(input, r.p[neuron.RecurrentBias], r.mul(w, last))
		}
		s := step(r, input)
		last = s
		sent, after = append(sent, s), append(after, r.v)
		out.s[(t*x.B+b)*x.N()+i], out.v[(t*x.B+b)*x.N()+i] = s.x, r.v.x
	}
	for t := range sent {
		sent[t].g += float64(ds.Row(t*x.B + b)[i])
		after[t].g += float64(dv.Row(t*x.B + b)[i])
	}
	r.back()
	for t, v := range in {
		out.dx[(t*x.B+b)*x.N()+i] = v.g
	}
	for p, v := range r.p {
		out.grads[p][i%len(values[p])] += v.g
	}
	out.margin = min(out.margin, r.margin)
	return r.largest
}

// TestEveryLanewiseModelHasATwin: no model is without its float64 reference.
func TestEveryLanewiseModelHasATwin(t *testing.T) {
	known := append(lanewiseKinds(), "if", "lif", "li", "cuba-lif", "cuba-li", "slayer-cuba", "slayer-alif", "slayer-rf") // fixed point: golden vectors
	for _, name := range neuron.Builtin().Names() {
		if !slices.Contains(known, name) {
			t.Errorf("%s has no twin", name)
		}
	}
}

// TestLanewiseInPieces: running in pieces with carried state, and the adjoint of
// the pieces from last to first, gives the bits of one run.
func TestLanewiseInPieces(t *testing.T) {
	for _, name := range lanewiseKinds() {
		k, err := neuron.Builtin().Get(name)
		if err != nil {
			t.Fatal(err)
		}
		const steps, cut, batch, n = 9, 4, 2, 70
		r := rand.New(rand.NewPCG(5, 5))
		cell, err := k.New(neuron.Layer{Rules: k.Rules, Surrogate: model.SurrogateSpec{Kind: "atan"}, Shape: model.Shape{n}, Dt: 1, Values: map[string][]float32{}})
		if err != nil {
			t.Fatal(err)
		}
		x, ds, dv := noise(r, steps, batch, n), noise(r, steps, batch, n), noise(r, steps, batch, n)
		whole := runCell(cell, k.Rules, x, ds, dv, nil)
		v, dx := signal.NewAnalog(steps, batch, x.Shape, false), signal.NewAnalog(steps, batch, x.Shape, false)
		middle, adjoint := neuron.NewState(batch, n), neuron.NewState(batch, n)
		piece := func(lo, hi int, start, end *neuron.State) *neuron.Run {
			return &neuron.Run{X: slice(x, lo, hi), S: signal.NewSpikes(hi-lo, batch, x.Shape, false), V: slice(v, lo, hi), Start: start, End: end, DS: slice(ds, lo, hi), DV: slice(dv, lo, hi), DX: slice(dx, lo, hi), DEnd: adjoint}
		}
		first, second := piece(0, cut, nil, middle), piece(cut, steps, middle, nil)
		cell.Forward(first)
		cell.Forward(second)
		cell.Backward(second)
		cell.Backward(first)
		for i := range v.F {
			if v.F[i] != whole.v.F[i] || dx.F[i] != whole.dx.F[i] {
				t.Errorf("%s: value %d differs in pieces: potential %v, %v; gradient %v, %v", name, i, v.F[i], whole.v.F[i], dx.F[i], whole.dx.F[i])
				break
			}
		}
	}
}

// TestRecurrentLanewiseThreads: the same bits on any number of threads, and an
// adjoint that agrees with one-to-one weights on the diagonal of dense ones.
func TestRecurrentLanewiseThreads(t *testing.T) {
	const steps, batch, n = 9, 5, 40
	r := rand.New(rand.NewPCG(7, 7))
	x, ds, dv := noise(r, steps, batch, n), noise(r, steps, batch, n), noise(r, steps, batch, n)
	diagonal, dense := make([]float32, n), make([]float32, n*n)
	for i := range diagonal {
		diagonal[i] = float32(r.NormFloat64())
		dense[i*n+i] = diagonal[i]
	}
	k, err := neuron.Builtin().Get("lsnn")
	if err != nil {
		t.Fatal(err)
	}
	runWith := func(recurrence model.Recurrence, weight []float32, threads int) (*neuron.Run, []float32) {
		cell, err := k.New(neuron.Layer{
			Rules: k.Rules, Surrogate: model.SurrogateSpec{Kind: "atan"}, Shape: model.Shape{n}, Dt: 1, Recurrence: recurrence,
			Values: map[string][]float32{neuron.RecurrentWeight: weight}, Learn: map[string]bool{neuron.RecurrentWeight: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		run := &neuron.Run{
			Pool: par.New(threads), X: x, S: signal.NewSpikes(steps, batch, x.Shape, false), V: signal.NewAnalog(steps, batch, x.Shape, false),
			DX: signal.NewAnalog(steps, batch, x.Shape, false), DS: ds, DV: dv, Grads: map[string][]float32{neuron.RecurrentWeight: make([]float32, len(weight))},
		}
		cell.Forward(run)
		cell.Backward(run)
		return run, run.Grads[neuron.RecurrentWeight]
	}
	first, grad := runWith(model.RecurrenceDense, dense, 1)
	for threads := 2; threads <= 4; threads++ {
		if again, g := runWith(model.RecurrenceDense, dense, threads); !slices.Equal(g, grad) || !slices.Equal(again.DX.F, first.DX.F) || !slices.Equal(again.V.F, first.V.F) {
			t.Errorf("%d threads give other bits than one", threads)
		}
	}
	_, single := runWith(model.RecurrenceOneToOne, diagonal, 2)
	for i, g := range single {
		if g != grad[i*n+i] {
			t.Errorf("weight %d: gradient %v, on the diagonal %v", i, g, grad[i*n+i])
		}
	}
}
