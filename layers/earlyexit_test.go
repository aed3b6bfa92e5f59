package layers_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// TestEarlyExit compares with a whole run: a sample stops after the first step
// at which the best score leads by the margin, with the scores of that step,
// whatever the other samples do.
func TestEarlyExit(t *testing.T) {
	const steps, size = 12, 9
	for _, net := range streamNets() {
		for _, kind := range []string{"constant", "spikes", "analog"} {
			for _, readout := range []string{"sum", "mean", "last", "max"} {
				t.Run(fmt.Sprintf("%s/%s/%s", net.name, kind, readout), func(t *testing.T) {
					p, _ := compiled(t, layers.Builder{Input: net.input, Seed: 2}, net.yaml, layers.Options{Readout: readout, Pool: par.New(2)})
					in := bpttInput(kind, steps, size, net.input)
					if _, err := p.Infer(layers.Input{X: in.X}); err != nil {
						t.Fatal(err)
					}
					at := make([][]float32, steps+1)
					for n := 1; n <= steps; n++ {
						s, err := p.ScoresAt(n)
						if err != nil {
							t.Fatal(err)
						}
						at[n] = slices.Clone(s.F)
					}
					for _, margin := range []float64{1e-3, 0.3, 1, math.Inf(1)} {
						got, err := p.InferUntil(layers.Input{X: in.X}, margin)
						if err != nil {
							t.Fatal(err)
						}
						classes := got.Scores.N()
						for b, n := range got.Steps {
							row := func(n int) []float32 { return at[n][b*classes : (b+1)*classes] }
							want := 1
							for want < steps && leadOf(row(want)) < margin {
								want++
							}
							if n != want {
								t.Errorf("margin %v, sample %d: %d steps, want %d", margin, b, n, want)
							} else if d := cmp.Diff(row(n), got.Scores.Row(b)); d != "" {
								t.Errorf("margin %v, sample %d: %s", margin, b, d)
							}
						}
					}
				})
			}
		}
	}
}

// leadOf is the largest value minus the second largest.
func leadOf(row []float32) float64 {
	sorted := slices.Sorted(slices.Values(row))
	return float64(sorted[len(sorted)-1]) - float64(sorted[len(sorted)-2])
}

func TestEarlyExitFaults(t *testing.T) {
	p, _ := compiled(t, layers.Builder{Input: model.Shape{6}, Seed: 2}, "  - {kind: linear, out: 4}\n  - {kind: lif}", layers.Options{})
	in := batch(1, 5, 3, true, 6)
	for _, margin := range []float64{0, -1, math.NaN()} {
		if _, err := p.InferUntil(layers.Input{X: in.X}, margin); err == nil {
			t.Errorf("margin %v: no error", margin)
		}
	}
	if _, err := p.InferUntil(layers.Input{X: in.X, Carry: true}, 1); err == nil {
		t.Error("carried state: no error")
	}
}
