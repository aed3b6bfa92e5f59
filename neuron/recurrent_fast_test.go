package neuron

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/race"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// TestRecurrentKernelsEqualTheRowOperations: groups of samples in kernels give
// the spikes and potentials of the row operations, bit for bit, and gradients
// that differ by the order of a sum only.
func TestRecurrentKernelsEqualTheRowOperations(t *testing.T) {
	used, products := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		rules := drawVectorRules(t)
		kind := rapid.SampledFrom([]model.Recurrence{model.RecurrenceDense, model.RecurrenceOneToOne}).Draw(t, "recurrence")
		n, steps, batch := rapid.SampledFrom([]int{1, 64, 70, 200}).Draw(t, "N"), rapid.IntRange(1, 6).Draw(t, "T"), rapid.SampledFrom([]int{1, 3, 18}).Draw(t, "B")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		size := n
		if kind == model.RecurrenceDense {
			size = n * n
		}
		spread := 1 / math.Sqrt(float64(size/n))
		layer := Layer{
			Rules: rules, Shape: model.Shape{n}, Dt: 1, Surrogate: model.SurrogateSpec{Kind: "atan"}, Recurrence: kind,
			Values: map[string][]float32{
				"beta": randomRow(r, n, 0.5, 0.4), "alpha": randomRow(r, n, 0.5, 0.4), "threshold": {0.7}, "v_reset": {-0.1},
				RecurrentWeight: randomRow(r, size, 0, spread), RecurrentBias: randomRow(r, n, 0, 0.1),
			},
			Learn: map[string]bool{RecurrentWeight: true, RecurrentBias: true},
		}
		x := signal.NewAnalog(steps, batch, []int{n}, rapid.Bool().Draw(t, "constant"))
		copy(x.F, randomRow(r, len(x.F), 0.3, 0.8))
		ds := signal.NewAnalog(steps, batch, []int{n}, false)
		copy(ds.F, randomRow(r, len(ds.F), 0, 1))
		product := drawProduct(t, r, ds)
		start, end := randomState(r, batch, n, rapid.Bool().Draw(t, "start")), randomState(r, batch, n, rapid.Bool().Draw(t, "end"))
		run := func(fast bool) *Run {
			cell, err := newSpiking(layer)
			if err != nil {
				t.Fatal(err)
			}
			c := cell.(*recurrent)
			if fast && c.fast.backward {
				used++
			}
			if !fast {
				c.fast.forward, c.fast.backward = false, false
			}
			out := &Run{
				Pool: par.New(2), X: x, DS: ds, Start: start, End: NewState(batch, n), DEnd: cloneState(end),
				S: signal.NewSpikes(steps, batch, x.Shape, false), V: signal.NewAnalog(steps, batch, x.Shape, false), DX: signal.NewAnalog(steps, batch, x.Shape, x.Const),
				Grads: map[string][]float32{RecurrentWeight: make([]float32, size), RecurrentBias: make([]float32, n)},
			}
			if !x.Const {
				out.U = out.DX
			}
			c.Forward(out)
			if product.DY != nil && c.TakesProducts() {
				out.DS, out.DSof = nil, product
				products++
			}
			c.Backward(out)
			return out
		}
		got, want := run(true), run(false)
		for k := range want.S.Words {
			if got.S.Words[k] != want.S.Words[k] {
				t.Fatalf("spikes: word %d is %x, want %x", k, got.S.Words[k], want.S.Words[k])
			}
		}
		equal(t, "potentials", got.V.F, want.V.F)
		equal(t, "end V", got.End.V, want.End.V)
		equal(t, "end I", got.End.I, want.End.I)
		equal(t, "end P", got.End.P, want.End.P)
		near(t, "dL/dx", got.DX.F, want.DX.F)
		for name := range want.Grads {
			near(t, name, got.Grads[name], want.Grads[name])
		}
		if end != nil {
			near(t, "dL/d(start) V", got.DEnd.V, want.DEnd.V)
			near(t, "dL/d(start) I", got.DEnd.I, want.DEnd.I)
			near(t, "dL/d(start) P", got.DEnd.P, want.DEnd.P)
		}
	})
	if kernels.Assembly() && (used == 0 || products == 0) {
		t.Errorf("the kernels were used %d times, products %d times", used, products)
	}
}

// drawProduct makes ds a product of few errors with weights, or leaves it as it is.
func drawProduct(t *rapid.T, r *rand.Rand, ds *signal.Signal) Product {
	const outputs = 3
	if !rapid.Bool().Draw(t, "errors as a product") {
		return Product{}
	}
	p := Product{DY: signal.NewAnalog(ds.T, ds.B, []int{outputs}, false), W: randomRow(r, outputs*ds.N(), 0, 1)}
	copy(p.DY.F, randomRow(r, len(p.DY.F), 0, 1))
	kernels.Gemm(nil, ds.Rows(), ds.N(), outputs, p.DY.F, outputs, false, p.W, ds.N(), false, ds.F, ds.N(), false)
	return p
}

// near compares values whose sums are made in another order.
func near(t *rapid.T, name string, got, want []float32) {
	scale := 1e-3
	for _, w := range want {
		scale = max(scale, math.Abs(float64(w)))
	}
	for i, w := range want {
		if d := math.Abs(float64(got[i] - w)); !(d <= 2e-5*scale) {
			t.Fatalf("%s: value %d of %d is %v, want %v", name, i, len(want), got[i], w)
		}
	}
}

// TestRecurrentCallsNeedNoMemory: after the first call nothing is allocated
// but the loop bodies of the two event lists.
func TestRecurrentCallsNeedNoMemory(t *testing.T) {
	if race.Enabled || !kernels.Assembly() {
		t.Skip("allocations are those of the kernels' way, and not counted under the race detector")
	}
	const steps, batch, n = 5, 20, 64
	r := rand.New(rand.NewPCG(1, 1))
	kind := cubaLIFKind()
	cell, err := kind.New(Layer{
		Rules: kind.Rules, Shape: model.Shape{n}, Dt: 1, Surrogate: model.SurrogateSpec{Kind: "atan"}, Recurrence: model.RecurrenceDense,
		Values: map[string][]float32{RecurrentWeight: randomRow(r, n*n, 0, 0.2), RecurrentBias: randomRow(r, n, 0, 0.1)},
	})
	if err != nil {
		t.Fatal(err)
	}
	x := signal.NewAnalog(steps, batch, []int{n}, false)
	copy(x.F, randomRow(r, len(x.F), 0.3, 0.8))
	run := &Run{
		X: x, DS: x, S: signal.NewSpikes(steps, batch, x.Shape, false), DX: signal.NewAnalog(steps, batch, x.Shape, false),
		Grads: map[string][]float32{RecurrentWeight: make([]float32, n*n), RecurrentBias: make([]float32, n)},
	}
	run.U = run.DX
	allocs := testing.AllocsPerRun(20, func() {
		run.S.Touch()
		cell.Forward(run)
		cell.Backward(run)
	})
	if allocs > 2 {
		t.Errorf("%v allocations a call", allocs)
	}
}
