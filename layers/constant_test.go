package layers_test

import (
	"math"
	"testing"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// TestConstantInputIsComputedOnce: behind a constant input everything up to
// the first neurons has one step for all, and the loss and gradients are those
// of the input repeated.
func TestConstantInputIsComputedOnce(t *testing.T) {
	yaml := "  - {kind: conv2d, name: conv, out: 4, kernel: 3}\n  - {kind: avg-pool, name: pool}\n  - {kind: linear, name: fc, out: 12}\n  - {kind: lif, beta: 0.8}\n  - {kind: linear, out: 4}\n  - {kind: li, beta: 0.9}\n"
	b := layers.Builder{Input: model.Shape{2, 8, 8}, Seed: 6}
	once, _ := compiled(t, b, yaml, layers.Options{Loss: crossEntropy})
	each, _ := compiled(t, b, yaml, layers.Options{Loss: crossEntropy})
	in := batch(3, 7, 5, true, 2, 8, 8)
	repeated := in
	repeated.X = signal.NewAnalog(7, 5, []int{2, 8, 8}, false)
	for step := range 7 {
		copy(repeated.X.F[step*len(in.X.F):], in.X.F)
	}
	got, err := once.Step(in)
	if err != nil {
		t.Fatal(err)
	}
	want, err := each.Step(repeated)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"conv", "pool", "fc"} {
		if s := once.Output(name); !s.Const || s.Rows() != 5 {
			t.Errorf("%s has %d rows for 5 samples", name, s.Rows())
		}
		if s := each.Output(name); s.Const || s.Rows() != 35 {
			t.Errorf("%s has %d rows for 5 samples and 7 steps", name, s.Rows())
		}
	}
	if math.Abs(got.Loss-want.Loss) > 1e-6 {
		t.Errorf("loss %v, of the input repeated %v", got.Loss, want.Loss)
	}
	for i, p := range once.Params() {
		for j, g := range p.Grad {
			if w := each.Params()[i].Grad[j]; math.Abs(float64(g-w)) > 1e-5*(1+math.Abs(float64(w))) {
				t.Fatalf("gradient of %s[%d] is %v, of the input repeated %v", p.Name, j, g, w)
			}
		}
	}
}
