package layers_test

import (
	"math"
	"testing"

	"github.com/snntrain/snntrain/layers"
)

// TestGradientAsAProduct compares a network whose hidden neurons take their
// gradient as a product, block by block, with one in which a penalty of no
// weight makes the gradient lie in memory.
func TestGradientAsAProduct(t *testing.T) {
	const yaml = `
  - {kind: linear, out: 150}
  - {kind: lif, beta: 0.8}
  - {kind: linear, out: 100}
  - {kind: cuba-lif, alpha: 0.7, beta: 0.8, reset: zero}
  - {kind: linear, out: 4}
  - {kind: li, beta: 0.9}
`
	for _, readout := range []string{"each", "max", "last"} {
		for _, segment := range []int{0, 3} {
			b := layers.Builder{Input: []int{20}, Dt: 1, Seed: 3}
			loss := layers.Loss{Kind: "cross-entropy", Readout: readout}
			rated := loss
			rated.Rates = []layers.RatePenalty{{Lower: 0, Upper: 9, Weight: 1}} // never above, never below
			p, _ := compiled(t, b, yaml, layers.Options{Loss: &loss})
			q, _ := compiled(t, b, yaml, layers.Options{Loss: &rated})
			in := batch(5, 11, 3, false, 20)
			for _, one := range []*layers.Program{p, q} {
				one.SetBPTT(layers.BPTT{Checkpoint: segment})
				if _, err := one.Step(in); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range []string{"linear1.weight", "linear1.bias", "linear2.weight", "linear3.weight"} {
				got, want := p.Gradient(name), q.Gradient(name)
				far, size := 0.0, 0.0
				for i := range want {
					far += math.Pow(float64(got[i]-want[i]), 2)
					size += math.Pow(float64(want[i]), 2)
				}
				if size == 0 || math.Sqrt(far/size) > 1e-6 {
					t.Errorf("readout %s, segments of %d: gradient by %s is %.2g of its norm %.2g away", readout, segment, name, math.Sqrt(far/size), math.Sqrt(size))
				}
			}
		}
	}
}
