package layers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// part is steps lo to hi of a batch.
func part(in layers.Input, lo, hi int) *signal.Signal {
	x := &signal.Signal{}
	x.Window(in.X, lo, hi)
	return x
}

func streamNets() []bpttNet {
	return append(bpttNets(), bpttNet{"cuba", `
  - {kind: linear, out: 30}
  - {kind: cuba-lif, alpha: 0.6, beta: 0.9}
  - {kind: linear, out: 4}
  - {kind: lif, beta: 0.9, profile: spyx}
`, model.Shape{6}, true}, bpttNet{"membrane", `
  - {kind: linear, out: 30}
  - {kind: cuba-lif, alpha: 0.6, beta: 0.9}
  - {kind: linear, out: 4}
  - {kind: cuba-li, alpha: 0.5, beta: 0.9}
`, model.Shape{6}, true})
}

// TestStreamingEqualsTheWhole: a sequence fed a few steps at a time gives the
// outputs and, after each part, the scores of one run.
func TestStreamingEqualsTheWhole(t *testing.T) {
	const steps = 12
	for _, net := range streamNets() {
		for _, kind := range []string{"constant", "spikes", "analog"} {
			for _, readout := range []string{"sum", "mean", "last", "max"} {
				for _, chunk := range []int{1, 5} {
					t.Run(fmt.Sprintf("%s/%s/%s/%d", net.name, kind, readout, chunk), func(t *testing.T) {
						b, o := layers.Builder{Input: net.input, Seed: 2}, layers.Options{Readout: readout}
						whole, n := compiled(t, b, net.yaml, o)
						stream, _ := compiled(t, b, net.yaml, o)
						in := bpttInput(kind, steps, 3, net.input)
						if _, err := whole.Infer(layers.Input{X: in.X}); err != nil {
							t.Fatal(err)
						}
						want := whole.Output(n.Output()).Dense(nil)
						for range 2 { // a second time after Reset
							compareStream(t, stream, whole, n.Output(), in, chunk, want)
							stream.Reset()
						}
					})
				}
			}
		}
	}
}

func compareStream(t *testing.T, stream, whole *layers.Program, output string, in layers.Input, chunk int, want []float32) {
	t.Helper()
	var got []float32
	for lo := 0; lo < in.X.T; lo += chunk {
		hi := min(lo+chunk, in.X.T)
		scores, err := stream.Infer(layers.Input{X: part(in, lo, hi), Carry: true})
		if err != nil {
			t.Fatal(err)
		}
		so, err := whole.ScoresAt(hi)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(so.F, scores.F); d != "" {
			t.Fatalf("scores after %d steps: %s", hi, d)
		}
		got = append(got, stream.Output(output).Dense(nil)...)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestLeanInferenceGivesTheScores: without keeping what layers did.
func TestLeanInferenceGivesTheScores(t *testing.T) {
	for _, net := range streamNets() {
		for _, kind := range []string{"constant", "spikes"} {
			p, _ := compiled(t, layers.Builder{Input: net.input, Seed: 2}, net.yaml, layers.Options{})
			p.SetLean(1)
			in := bpttInput(kind, 12, 3, net.input)
			var scores [2][]float32
			var rates [2][]layers.Activity
			for i := range 2 {
				out, err := p.Infer(layers.Input{X: in.X, Lean: i == 1})
				if err != nil {
					t.Fatal(err)
				}
				scores[i], rates[i] = append(scores[i], out.F...), p.Activities()
			}
			if d := cmp.Diff(scores[0], scores[1]); d != "" {
				t.Errorf("%s, %s: scores: %s", net.name, kind, d)
			}
			if p.Output(p.Spiking()[0]).T != 1 {
				t.Errorf("%s, %s: all steps are kept", net.name, kind)
			}
			if d := cmp.Diff(rates[0], rates[1]); d != "" {
				t.Errorf("%s, %s: rates: %s", net.name, kind, d)
			}
		}
	}
}

func TestAStreamKeepsItsSamples(t *testing.T) {
	p, _ := compiled(t, layers.Builder{Input: model.Shape{6}, Seed: 2}, "  - {kind: linear, out: 4}\n  - {kind: lif}", layers.Options{})
	if _, err := p.Infer(layers.Input{X: batch(1, 2, 3, false, 6).X, Carry: true}); err != nil {
		t.Fatal(err)
	}
	_, err := p.Infer(layers.Input{X: batch(1, 2, 5, false, 6).X, Carry: true})
	if want := "lif1: the state is that of 3 samples, the batch has 5"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := p.Infer(layers.Input{X: batch(1, 2, 5, false, 6).X, Carry: true}); err != nil {
		t.Errorf("after an error a sequence starts anew: %v", err)
	}
}
