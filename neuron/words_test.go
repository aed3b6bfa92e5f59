package neuron_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// TestEveryWordIsWritten: what a signal held before a run is not in it after:
// for every model, with and without a delay, and in layers connected to themselves.
func TestEveryWordIsWritten(t *testing.T) {
	const steps, batch, n = 5, 3, 100
	for _, name := range neuron.Builtin().Names() {
		k, _ := neuron.Builtin().Get(name)
		if !k.Spiking || k.Rules.MaxSpikes != 1 {
			continue
		}
		kinds := []model.Recurrence{model.RecurrenceNone}
		if k.Feedback {
			kinds = append(kinds, model.RecurrenceDense, model.RecurrenceOneToOne)
		}
		for _, recurrence := range kinds {
			for delay := range 2 {
				values := map[string][]float32{}
				for _, p := range k.Params(k.Rules) {
					if !p.Fixed {
						values[p.Name] = []float32{float32(p.Default)}
					}
				}
				delete(values, "v_min")
				if recurrence != model.RecurrenceNone {
					values[neuron.RecurrentWeight] = make([]float32, n*n)
					if recurrence == model.RecurrenceOneToOne {
						values[neuron.RecurrentWeight] = make([]float32, n)
					}
				}
				rules := k.Rules
				rules.Delay = delay
				run := func(before uint64) []uint64 {
					cell, err := k.New(neuron.Layer{Rules: rules, Surrogate: model.SurrogateSpec{Kind: "atan"}, Shape: model.Shape{n}, Dt: 1, Values: values, Recurrence: recurrence})
					if err != nil {
						t.Fatal(err)
					}
					x := noise(rand.New(rand.NewPCG(1, 1)), steps, batch, n)
					s := signal.NewSpikes(steps, batch, x.Shape, false)
					for i := range s.Words {
						s.Words[i] = before
					}
					cell.Forward(&neuron.Run{X: x, S: s})
					return s.Words
				}
				if got, want := run(^uint64(0)), run(0); !slices.Equal(got, want) {
					t.Errorf("%s, recurrence %q, delay %d: words hold what was there before", name, recurrence, delay)
				}
			}
		}
	}
}
