package neuron_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// TestJoinedSamplesAreSamplesAlone: a batch of samples that are run as one
// gives the bits of each alone, forward, backward and in the state at the end.
func TestJoinedSamplesAreSamplesAlone(t *testing.T) {
	const steps, batch, n = 7, 30, 10
	for _, name := range []string{"li", "cuba-li"} {
		for _, constant := range []bool{false, true} {
			k, err := neuron.Builtin().Get(name)
			if err != nil {
				t.Fatal(err)
			}
			values := map[string][]float32{"beta": {0.9}}
			if name == "cuba-li" {
				values["alpha"] = []float32{0.7}
			}
			run := func(x, dv *signal.Signal) (*neuron.Run, []float32) {
				cell, err := k.New(neuron.Layer{Rules: k.Rules, Shape: model.Shape{n}, Dt: 1, Values: values})
				if err != nil {
					t.Fatal(err)
				}
				end := neuron.NewState(x.B, n)
				r := &neuron.Run{Pool: par.New(2), X: x, V: signal.NewAnalog(steps, x.B, []int{n}, false), DV: dv, DX: signal.NewAnalog(steps, x.B, []int{n}, constant), End: end}
				cell.Forward(r)
				cell.Backward(r)
				return r, end.V
			}
			r := rand.New(rand.NewPCG(1, 2))
			x, dv := signal.NewAnalog(steps, batch, []int{n}, constant), noise(r, steps, batch, n)
			for i := range x.F {
				x.F[i] = float32(r.NormFloat64())
			}
			all, end := run(x, dv)
			for b := range batch {
				alone, v := run(sampleOf(x, b), sampleOf(dv, b))
				for what, got := range map[string][2][]float32{
					"potentials": {sampleOf(all.V, b).F, alone.V.F}, "dL/dx": {sampleOf(all.DX, b).F, alone.DX.F}, "end": {end[b*n : (b+1)*n], v},
				} {
					if !slices.Equal(got[0], got[1]) {
						t.Fatalf("%s, constant %v: %s of sample %d are %v, alone %v", name, constant, what, b, got[0], got[1])
					}
				}
			}
		}
	}
}
