package layers_test

import (
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// TestAPoolBehindAConvolutionIsPartOfIt: the same network computes the same
// with the pool in the op of the convolution and, when another layer reads the
// convolution too, behind it.
func TestAPoolBehindAConvolutionIsPartOfIt(t *testing.T) {
	const head = `
  - {kind: conv2d, name: conv, out: 3, kernel: 3}
  - {kind: max-pool, name: pool, size: 2}
  - {kind: lif, name: lif, beta: 0.5}
  - {kind: linear, name: out, out: 4}
`
	const reader = `
  - {kind: scale, name: other, input: conv}
  - {kind: linear, name: more, out: 4}
  - {kind: scale, name: nothing, factor: 0}
  - {kind: add, input: [out, nothing]}
`
	builder := layers.Builder{Input: model.Shape{2, 8, 8}, Seed: 1}
	fused, _ := compiled(t, builder, head, layers.Options{Loss: crossEntropy, Pool: par.New(2)})
	apart, _ := compiled(t, builder, head+reader, layers.Options{Loss: crossEntropy, Pool: par.New(2)})
	for _, constant := range []bool{true, false} {
		in := batch(3, 5, 4, constant, 2, 8, 8)
		for _, p := range []*layers.Program{fused, apart} {
			if _, err := p.Step(in); err != nil {
				t.Fatal(err)
			}
		}
		if fused.Output("conv") != nil || apart.Output("conv") == nil {
			t.Error("a convolution has an output of its own just when something else than one max-pool reads it")
		}
		if !slices.Equal(fused.Output("pool").F, apart.Output("pool").F) {
			t.Error("outputs of the pool differ")
		}
		for _, name := range []string{"conv.weight", "conv.bias", "out.weight"} {
			got, want := fused.Gradient(name), apart.Gradient(name)
			for i := range want {
				if d := got[i] - want[i]; d > 1e-6 || d < -1e-6 {
					t.Fatalf("%s: gradient %d is %v, apart %v", name, i, got[i], want[i])
				}
			}
		}
	}
}
