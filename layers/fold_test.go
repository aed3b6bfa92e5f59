package layers_test

import (
	"math"
	"testing"

	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// TestBatchNormFoldsIntoTheWeights: with w·γ/√(σ²+ε) and (b − μ)·γ/√(σ²+ε) + β
// in the synapse, the network without the layer gives the same scores.
func TestBatchNormFoldsIntoTheWeights(t *testing.T) {
	rest := "  - {kind: li, beta: 0.8}\n  - {kind: linear, out: 4}\n  - {kind: li, beta: 0.9}\n"
	b := layers.Builder{Input: model.Shape{2, 6, 6}, Seed: 6}
	with, n := compiled(t, b, "  - {kind: conv2d, out: 5, kernel: 3, padding: 1}\n  - {kind: batch-norm}\n"+rest, layers.Options{Loss: crossEntropy})
	without, folded := compiled(t, b, "  - {kind: conv2d, out: 5, kernel: 3, padding: 1}\n"+rest, layers.Options{Readout: "mean"})
	in := batch(3, 4, 6, false, 2, 6, 6)
	for range 5 { // running statistics and parameters away from their start
		if _, err := with.Step(in); err != nil {
			t.Fatal(err)
		}
		for _, q := range with.Params() {
			for i := range q.Value {
				q.Value[i] -= 0.02 * q.Grad[i]
			}
		}
	}
	with.Store()
	arrays := func(n *model.Network, layer string) map[string][]float32 {
		out := map[string][]float32{}
		for _, p := range n.Node(layer).Op.Params() {
			out[p.Name] = p.Tensor.Data
		}
		return out
	}
	conv, norm, into := arrays(n, "conv2d1"), arrays(n, "batch-norm1"), arrays(folded, "conv2d1")
	for c := range 5 {
		scale := norm["weight"][c] / float32(math.Sqrt(float64(norm["running_var"][c])+1e-5))
		for i := range 18 {
			into["weight"][18*c+i] = conv["weight"][18*c+i] * scale
		}
		into["bias"][c] = (conv["bias"][c]-norm["running_mean"][c])*scale + norm["bias"][c]
	}
	for name, data := range arrays(n, "linear1") {
		copy(arrays(folded, "linear1")[name], data)
	}
	without.Load()
	want, err := with.Infer(in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := without.Infer(in)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.F {
		if math.Abs(float64(got.F[i]-want.F[i])) > 1e-4*(1+math.Abs(float64(want.F[i]))) {
			t.Errorf("score %d is %v, with the layer %v", i, got.F[i], want.F[i])
		}
	}
}
