package neuron

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// drawVectorRules picks a combination of rules that the kernels may know.
func drawVectorRules(t *rapid.T) model.Rules {
	r := model.Rules{
		Fire:        rapid.SampledFrom([]model.Compare{model.FireAbove, model.FireAtLeast}).Draw(t, "fire"),
		MaxSpikes:   1,
		Reset:       rapid.SampledFrom([]model.Reset{model.ResetNone, model.ResetSubtract, model.ResetValue}).Draw(t, "reset"),
		ResetAt:     rapid.SampledFrom([]model.ResetAt{model.ResetAtSpike, model.ResetAtLeak, model.ResetAtCharge}).Draw(t, "reset at"),
		DetachReset: rapid.Bool().Draw(t, "detach"),
		Delay:       rapid.IntRange(0, 1).Draw(t, "delay"),
		Synapse:     rapid.SampledFrom([]model.Synapse{model.SynapseNone, model.SynapseDecayAdd, model.SynapseAddDecay, model.SynapseAddUse}).Draw(t, "synapse"),
		MemDecay:    model.DecayBeta, Gain: rapid.SampledFrom([]model.Gain{model.GainUnit, model.GainLeak}).Draw(t, "gain"),
	}
	if r.Synapse != model.SynapseNone {
		r.SynDecay = model.DecayBeta
	}
	return r
}

// TestKernelsEqualTheRowOperations runs layers with the kernels and with the
// row operations, which are tested against float64: the same bits.
func TestKernelsEqualTheRowOperations(t *testing.T) {
	used := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		rules, spiking := drawVectorRules(t), rapid.IntRange(0, 4).Draw(t, "spiking") > 0
		n, steps, batch := rapid.SampledFrom([]int{1, 10, 64, 70, 128, 200, 600}).Draw(t, "N"), rapid.IntRange(1, 9).Draw(t, "T"), rapid.IntRange(1, 3).Draw(t, "B")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		layer := Layer{
			Rules: rules, Shape: model.Shape{n}, Dt: 1,
			Surrogate: model.SurrogateSpec{Kind: rapid.SampledFrom([]string{"atan", "triangle", "boxcar", "fast-sigmoid", "sigmoid"}).Draw(t, "surrogate")},
			Values: map[string][]float32{
				"beta": randomRow(r, n, 0.5, 0.4), "alpha": randomRow(r, n, 0.5, 0.4), "threshold": {0.7}, "v_reset": {-0.1}, "bias": {0.02}, "v_init": {0.1},
			},
		}
		fast, err := newScan(layer, spiking)
		if err != nil {
			t.Fatal(err)
		}
		used[fast.fast.backward]++
		slow, _ := newScan(layer, spiking)
		slow.fast.forward, slow.fast.backward = false, false

		x := signal.NewAnalog(steps, batch, []int{n}, rapid.Bool().Draw(t, "constant"))
		copy(x.F, randomRow(r, len(x.F), 0.3, 0.8))
		start := randomState(r, batch, n, rapid.Bool().Draw(t, "start"))
		errorOf := func(name string, on bool) *signal.Signal {
			if !on {
				return nil
			}
			g := signal.NewAnalog(steps, batch, []int{n}, rapid.Bool().Draw(t, name+" constant"))
			copy(g.F, randomRow(r, len(g.F), 0, 1))
			return g
		}
		ds, dv := errorOf("ds", spiking), errorOf("dv", !spiking || rapid.Bool().Draw(t, "dv"))
		end := randomState(r, batch, n, rapid.Bool().Draw(t, "end"))
		run := func(c *scan) (out []*signal.Signal, states []*State) {
			s, v, dx := signal.NewSpikes(steps, batch, []int{n}, false), signal.NewAnalog(steps, batch, []int{n}, false), signal.NewAnalog(steps, batch, []int{n}, x.Const)
			last, back := NewState(batch, n), cloneState(end)
			c.Forward(&Run{Pool: par.New(1), X: x, S: s, V: v, Start: start, End: last})
			c.Backward(&Run{Pool: par.New(1), X: x, Start: start, DS: ds, DV: dv, DX: dx, DEnd: back})
			return []*signal.Signal{s, v, dx}, []*State{last, back}
		}
		got, gotStates := run(fast)
		want, wantStates := run(slow)
		for i, name := range []string{"spikes", "potentials", "dx"} {
			for k := range want[i].Words {
				if got[i].Words[k] != want[i].Words[k] {
					t.Fatalf("%s: word %d is %x, want %x", name, k, got[i].Words[k], want[i].Words[k])
				}
			}
			equal(t, name, got[i].F, want[i].F)
		}
		for i, name := range []string{"end", "dL/d(start)"} {
			if wantStates[i] == nil {
				continue
			}
			equal(t, name+" V", gotStates[i].V, wantStates[i].V)
			equal(t, name+" I", gotStates[i].I, wantStates[i].I)
			equal(t, name+" P", gotStates[i].P, wantStates[i].P)
		}
	})
	if used[true] == 0 && kernels.Assembly() {
		t.Errorf("the kernels were never used: %v", used)
	}
}

// equal compares values; the sign of a zero is free.
func equal(t *rapid.T, name string, got, want []float32) {
	for i := range want {
		if got[i] != want[i] && !(math.IsNaN(float64(got[i])) && math.IsNaN(float64(want[i]))) {
			t.Fatalf("%s: value %d of %d is %v, want %v", name, i, len(want), got[i], want[i])
		}
	}
}

func randomRow(r *rand.Rand, n int, mean, spread float64) []float32 {
	row := make([]float32, n)
	for i := range row {
		row[i] = float32(mean + spread*(2*r.Float64()-1))
	}
	return row
}

func randomState(r *rand.Rand, batch, n int, on bool) *State {
	if !on {
		return nil
	}
	s := &State{V: randomRow(r, batch*n, 0, 1), I: randomRow(r, batch*n, 0, 1), P: make([]float32, batch*n)}
	for i := range s.P {
		s.P[i] = float32(r.IntN(2))
	}
	return s
}

func cloneState(s *State) *State {
	if s == nil {
		return nil
	}
	return &State{V: append([]float32(nil), s.V...), I: append([]float32(nil), s.I...), P: append([]float32(nil), s.P...)}
}
