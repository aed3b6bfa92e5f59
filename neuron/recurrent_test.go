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

// recurrentValues are parameters of a layer of n neurons with connections to itself.
func recurrentValues(r *rand.Rand, rules model.Rules, kind model.Recurrence, n int) map[string][]float32 {
	values := map[string][]float32{
		"beta": {0.85}, "threshold": {0.8}, "bias": {0.05}, "v_leak": {0.1},
		neuron.RecurrentWeight: make([]float32, n), neuron.RecurrentBias: make([]float32, n),
	}
	if kind == model.RecurrenceDense {
		values[neuron.RecurrentWeight] = make([]float32, n*n)
	}
	for _, name := range []string{neuron.RecurrentWeight, neuron.RecurrentBias} {
		for i := range values[name] {
			values[name][i] = float32(r.NormFloat64() * 0.3)
		}
	}
	if rules.Synapse != model.SynapseNone {
		values["alpha"] = []float32{0.6}
	}
	if rules.Reset == model.ResetValue {
		values["v_reset"] = []float32{-0.3}
	}
	return values
}

func recurrentCell(t rapid.TB, rules model.Rules, kind model.Recurrence, spec model.SurrogateSpec, values map[string][]float32, learn ...string) neuron.Cell {
	t.Helper()
	name := "lif"
	if rules.Synapse != model.SynapseNone {
		name = "cuba-lif"
	}
	k, err := neuron.Builtin().Get(name)
	if err != nil {
		t.Fatal(err)
	}
	l := neuron.Layer{Rules: rules, Surrogate: spec, Recurrence: kind, Shape: model.Shape{len(values[neuron.RecurrentBias])}, Dt: 1, Values: values, Learn: map[string]bool{}}
	for _, p := range append(learn, neuron.RecurrentWeight, neuron.RecurrentBias) {
		l.Learn[p] = true
	}
	cell, err := k.New(l)
	if err != nil {
		t.Fatal(err)
	}
	return cell
}

func drawRecurrence(t *rapid.T) model.Recurrence {
	return rapid.SampledFrom([]model.Recurrence{model.RecurrenceDense, model.RecurrenceOneToOne}).Draw(t, "recurrence")
}

// recurrentReference runs one sample by the definition, on a tape: n neurons
// in step, the spikes they decided in the last one coming back.
func recurrentReference(rules model.Rules, kind model.Recurrence, spec model.SurrogateSpec, x, ds, dv *signal.Signal, values map[string][]float32, b int, out *expected) {
	tp, n, params := &tape{}, x.N(), map[string][]*num{}
	for name, v := range values {
		params[name] = numbers(v)
	}
	f, err := surrogate.New(surrogate.Spec{Kind: spec.Kind, Params: spec.Params})
	if err != nil {
		panic(err)
	}
	at := func(name string, i int) *num {
		if v := params[name]; len(v) > 0 {
			return v[i%len(v)]
		}
		return &num{}
	}
	cells := make([]*reference, n)
	for i := range cells {
		leak := tp.sub(&num{x: 1}, at("beta", i))
		gain := &num{x: 1}
		if rules.Gain == model.GainLeak {
			gain = leak
		}
		cells[i] = &reference{
			tape: tp, rules: rules, surrogate: f, a: at("beta", i), g: gain, c: tp.add(tp.mul(leak, at("v_leak", i)), at("bias", i)),
			alpha: at("alpha", i), theta: at("threshold", i), reset: at("v_reset", i), v: &num{}, i: &num{}, p: &num{}, margin: 1,
		}
	}
	in := numbers(nil)
	for t := range x.Steps() {
		in = append(in, numbers(x.Row(t*x.B+b))...)
	}
	var sent, potential []*num
	for t := range x.T {
		last := make([]*num, n)
		for i, c := range cells {
			last[i] = c.p
		}
		for i, c := range cells {
			current := tp.add(in[t%x.Steps()*n+i], at(neuron.RecurrentBias, i))
			if kind == model.RecurrenceOneToOne {
				current = tp.add(current, tp.mul(at(neuron.RecurrentWeight, i), last[i]))
			} else {
				for pre := range n {
					current = tp.add(current, tp.mul(params[neuron.RecurrentWeight][pre*n+i], last[pre]))
				}
			}
			s, v := c.step(current)
			sent, potential = append(sent, s), append(potential, v)
			out.s[(t*x.B+b)*n+i], out.v[(t*x.B+b)*n+i] = s.x, v.x
		}
	}
	for _, c := range cells {
		out.margin = min(out.margin, c.margin)
	}
	for k := range sent {
		row, i := k/n*x.B+b, k%n
		sent[k].g += float64(ds.Row(row)[i])
		potential[k].g += float64(dv.Row(row)[i])
	}
	tp.back()
	for k, v := range in {
		out.dx[(k/n*x.B+b)*n+k%n] = v.g
	}
	for name, v := range params {
		for i := range v {
			out.grads[name][i] += v[i].g
		}
	}
}

func numbers(v []float32) []*num {
	out := make([]*num, len(v))
	for i := range v {
		out[i] = &num{x: float64(v[i])}
	}
	return out
}

// TestRecurrentBackwardIsHandUnrolledBPTT compares recurrent layers under
// every combination of rules, with learned parameters (the row operations) and
// without (the kernels), with a scalar float64 tape.
func TestRecurrentBackwardIsHandUnrolledBPTT(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, kind := draw(t), drawRecurrence(t)
		const steps, batch = 6, 2
		n := rapid.SampledFrom([]int{1, 5}).Draw(t, "N")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		values := recurrentValues(r, rules, kind, n)
		spec := model.SurrogateSpec{Kind: rapid.SampledFrom([]string{"atan", "triangle"}).Draw(t, "surrogate")}
		learn := []string{neuron.RecurrentWeight, neuron.RecurrentBias}
		if rapid.Bool().Draw(t, "learn") {
			for name := range values {
				learn = append(learn, name)
			}
		}
		x := signal.NewAnalog(steps, batch, []int{n}, rapid.Bool().Draw(t, "constant input"))
		for i := range x.F {
			x.F[i] = float32(r.NormFloat64()*0.8 + 0.3)
		}
		ds, dv := noise(r, steps, batch, n), noise(r, steps, batch, n)
		got := runCell(recurrentCell(t, rules, kind, spec, values, learn...), rules, x, ds, dv, values)
		want := expected{s: make([]float64, steps*batch*n), v: make([]float64, steps*batch*n), dx: make([]float64, len(x.F)), grads: map[string][]float64{}, margin: 1}
		for name, v := range values {
			want.grads[name] = make([]float64, len(v))
		}
		for b := range batch {
			recurrentReference(rules, kind, spec, x, ds, dv, values, b, &want)
		}
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
		for _, name := range learn {
			if d := testkit.RelError(got.grads[name], want.grads[name]); d > 5e-5 && testkit.MaxError(got.grads[name], want.grads[name]) > 5e-5 {
				t.Fatalf("dL/d %s differs by %v: %v, %v", name, d, got.grads[name], want.grads[name])
			}
		}
	})
}

// TestRecurrentChunksEqualTheWhole: as TestChunksEqualTheWhole, with spikes
// that come back over the border between the pieces.
func TestRecurrentChunksEqualTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, kind := draw(t), drawRecurrence(t)
		n, batch := rapid.SampledFrom([]int{3, 64, 70}).Draw(t, "N"), rapid.SampledFrom([]int{2, 18}).Draw(t, "B")
		steps, cut := 7, rapid.IntRange(1, 6).Draw(t, "cut")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		values := recurrentValues(r, rules, kind, n)
		spec := model.SurrogateSpec{Kind: "atan"}
		var learn []string
		if rapid.Bool().Draw(t, "learn") {
			learn = []string{"beta"}
		}
		cell := recurrentCell(t, rules, kind, spec, values, learn...)
		x, ds, dv := noise(r, steps, batch, n), noise(r, steps, batch, n), noise(r, steps, batch, n)
		whole := runCell(cell, rules, x, ds, dv, values)

		dx, grads := signal.NewAnalog(steps, batch, []int{n}, false), map[string][]float32{}
		for name := range values {
			grads[name] = make([]float32, len(values[name]))
		}
		middle := neuron.NewState(batch, n)
		var v []float32
		runs := make([]*neuron.Run, 2)
		for i, part := range [][2]int{{0, cut}, {cut, steps}} {
			of := func(s *signal.Signal) *signal.Signal { return slice(s, part[0], part[1]) }
			run := &neuron.Run{Pool: par.New(2), X: of(x), DS: of(ds), DV: of(dv), DX: of(dx), Grads: grads, V: signal.NewAnalog(part[1]-part[0], batch, []int{n}, false)}
			run.S = signal.NewAnalog(part[1]-part[0], batch, []int{n}, false)
			if rules.MaxSpikes == 1 {
				run.S = signal.NewSpikes(part[1]-part[0], batch, []int{n}, false)
			}
			if i == 0 {
				run.End = middle
			} else {
				run.Start = middle
			}
			cell.Forward(run)
			v = append(v, run.V.F...)
			runs[i] = run
		}
		adjoint := neuron.NewState(batch, n)
		for i := 1; i >= 0; i-- {
			runs[i].End, runs[i].DEnd = nil, adjoint
			cell.Backward(runs[i])
		}
		same(t, "potentials", v, whole.v.F)
		same(t, "dL/dx", dx.F, whole.dx.F)
		for _, name := range append(learn, neuron.RecurrentWeight, neuron.RecurrentBias) {
			for i, want := range whole.grads[name] {
				if d := math.Abs(float64(grads[name][i] - want)); d > 1e-4*(1+math.Abs(float64(want))) {
					t.Fatalf("dL/d %s[%d] is %v, %v in one run", name, i, grads[name][i], want)
				}
			}
		}
	})
}

// TestRecurrentBitsDependOnNothingElse: the same bits for any number of
// threads, with kept potentials or without, in any memory that they share
// with the gradient, and for a sample alone.
func TestRecurrentBitsDependOnNothingElse(t *testing.T) {
	const steps, batch = 9, 37
	for _, kind := range []model.Recurrence{model.RecurrenceDense, model.RecurrenceOneToOne} {
		for _, n := range []int{64, 100} {
			for _, learn := range []string{"", "beta"} {
				t.Run(fmt.Sprint(kind, n, learn), func(t *testing.T) {
					r := rand.New(rand.NewPCG(5, uint64(n)))
					k, _ := neuron.Builtin().Get("cuba-lif")
					values := recurrentValues(r, k.Rules, kind, n)
					x, ds := noise(r, steps, batch, n), noise(r, steps, batch, n)
					run := func(threads int, u bool, x, ds *signal.Signal) *neuron.Run {
						cell := recurrentCell(t, k.Rules, kind, model.SurrogateSpec{Kind: "atan"}, values, learn)
						out := &neuron.Run{Pool: par.New(threads), X: x, DS: ds, S: signal.NewSpikes(steps, x.B, x.Shape, false), DX: signal.NewAnalog(steps, x.B, x.Shape, false), Grads: map[string][]float32{}}
						for name := range values {
							out.Grads[name] = make([]float32, len(values[name]))
						}
						if u {
							out.U = out.DX
						}
						cell.Forward(out)
						cell.Backward(out)
						return out
					}
					first := run(1, false, x, ds)
					if first.S.Count() == 0 {
						t.Fatal("no spike")
					}
					for threads := 1; threads <= 4; threads++ {
						other := run(threads, threads%2 == 0, x, ds)
						if fmt.Sprint(first.S.Words, first.DX.F, first.Grads) != fmt.Sprint(other.S.Words, other.DX.F, other.Grads) {
							t.Errorf("%d threads: other bits", threads)
						}
					}
					const b = 21
					alone := run(1, true, sampleOf(x, b), sampleOf(ds, b))
					if fmt.Sprint(sampleOf(first.DX, b).F) != fmt.Sprint(alone.DX.F) {
						t.Errorf("a sample alone: other bits")
					}
				})
			}
		}
	}
}

// sampleOf is a batch of sample b alone.
func sampleOf(s *signal.Signal, b int) *signal.Signal {
	out := signal.NewAnalog(s.T, 1, s.Shape, s.Const)
	for t := range s.Steps() {
		copy(out.Row(t), s.Row(t*s.B+b))
	}
	return out
}
