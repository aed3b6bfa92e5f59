package autograd_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// gated makes the pool of a shape drawn for a test.
func gated(size, stride, padding int) *autograd.GatedPool {
	return &autograd.GatedPool{Pool2d: *pool(model.PoolMax, size, stride, padding)}
}

// TestGatedPoolPassesTheLargestCount: after any number of steps the pool has
// passed as many spikes as the neuron of the window that fired most, one a step.
func TestGatedPoolPassesTheLargestCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, h, w := rapid.IntRange(1, 3).Draw(t, "c"), rapid.IntRange(3, 6).Draw(t, "h"), rapid.IntRange(3, 6).Draw(t, "w")
		size, stride := rapid.IntRange(1, 3).Draw(t, "size"), rapid.IntRange(1, 3).Draw(t, "stride")
		padding := rapid.IntRange(0, size-1).Draw(t, "padding")
		steps, batch := rapid.IntRange(1, 6).Draw(t, "T"), rapid.IntRange(1, 3).Draw(t, "B")
		x := signal.NewSpikes(steps, batch, []int{c, h, w}, false)
		for r := range x.Rows() {
			for n := range x.N() {
				if rapid.Bool().Draw(t, "spike") {
					x.Fire(r, n)
				}
			}
		}
		op := gated(size, stride, padding)
		v, err := op.Forward(&autograd.Context{Pool: par.New(2)}, []*autograd.Value{{Signal: x}})
		if err != nil {
			t.Fatal(err)
		}
		y := v.Signal
		if !y.Spiking() {
			t.Fatal("the output is not spikes")
		}
		counts, passed := make([]int, batch*x.N()), make([]int, batch*y.N())
		for k := range steps {
			for b := range batch {
				for n := range x.N() {
					if x.Fired(k*batch+b, n) {
						counts[b*x.N()+n]++
					}
				}
				for n := range y.N() {
					if y.Fired(k*batch+b, n) {
						passed[b*y.N()+n]++
					}
				}
				for n, got := range passed[b*y.N() : (b+1)*y.N()] {
					place, ch := n/c, n%c
					want := 0
					for i := range size * size {
						iy, ix := place/y.Shape[2]*stride+i/size-padding, place%y.Shape[2]*stride+i%size-padding
						if iy >= 0 && iy < h && ix >= 0 && ix < w {
							want = max(want, counts[b*x.N()+(iy*w+ix)*c+ch])
						}
					}
					if got != want {
						t.Fatalf("step %d, sample %d, output %d: passed %d spikes, the most in its window is %d", k, b, n, got, want)
					}
				}
			}
		}
	})
}

// TestGatedPoolOfValues: a graded signal is pooled by its sums over time, and
// runs on from a carried state as if it had not been cut.
func TestGatedPoolOfValues(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, spiking := range []bool{false, true} {
		whole := signal.NewAnalog(6, 2, []int{2, 4, 4}, false)
		if spiking {
			whole = signal.NewSpikes(6, 2, []int{2, 4, 4}, false)
		}
		for i := range whole.F {
			whole.F[i] = r.Float32()
		}
		for i := range whole.Words {
			whole.Words[i] = r.Uint64() & (1<<32 - 1)
		}
		run := func(op *autograd.GatedPool, x *signal.Signal, carry bool) []float32 {
			v, err := op.Forward(&autograd.Context{Pool: par.New(1), Carry: carry}, []*autograd.Value{{Signal: x}})
			if err != nil {
				t.Fatal(err)
			}
			return v.Signal.Dense(nil)
		}
		want := run(gated(2, 2, 0), whole, false)
		op := gated(2, 2, 0)
		var got []float32
		for k := range 6 {
			part := signal.NewAnalog(1, 2, whole.Shape, false)
			copy(part.F, whole.Dense(nil)[k*len(part.F):])
			if spiking {
				part = signal.NewSpikes(1, 2, whole.Shape, false)
				copy(part.Words, whole.Words[k*len(part.Words):])
			}
			got = append(got, run(op, part, true)...)
		}
		for i := range want {
			if want[i] != got[i] {
				t.Fatalf("spiking %v: value %d is %g step by step, %g at once", spiking, i, got[i], want[i])
			}
		}
	}
}

// TestGatedPoolSendsErrorsThroughTheGate: the error of an output goes to the
// input that raised the maximum last.
func TestGatedPoolSendsErrorsThroughTheGate(t *testing.T) {
	x := signal.NewSpikes(3, 1, []int{1, 2, 2}, false)
	x.Fire(0, 2) // 2 leads
	x.Fire(1, 1) // draws level, raises nothing
	x.Fire(2, 1) // leads
	op, c := gated(2, 2, 0), &autograd.Context{Pool: par.New(1)}
	in := []*autograd.Value{{Signal: x}}
	out, err := op.Forward(c, in)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []bool{true, false, true} {
		if out.Signal.Fired(k, 0) != want {
			t.Errorf("step %d: fired %v, want %v", k, !want, want)
		}
	}
	g := signal.NewAnalog(3, 1, []int{1, 1, 1}, false)
	copy(g.F, []float32{1, 10, 100})
	back, err := op.Backward(c, in, out, &autograd.Value{Signal: g}, []bool{true})
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{0, 0, 1, 0, 0, 0, 10, 0, 0, 100, 0, 0}
	for i, v := range back[0].Signal.F {
		if v != want[i] {
			t.Errorf("dx is %v, want %v", back[0].Signal.F, want)
			break
		}
	}
}
