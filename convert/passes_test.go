package convert

import (
	"testing"

	"github.com/snntrain/snntrain/model"
)

// TestPasses: tuned takes as many passes as asked for, or as its work allows.
func TestPasses(t *testing.T) {
	r := &RateResult{Canonical: &model.Network{Input: model.Shape{1000}, Nodes: []model.Node{{Name: "l", Op: model.NewLinear(1000, 1000, true), Inputs: []string{model.InputName}}}}}
	for _, c := range []struct{ steps, epochs, want int }{{8, -1, 30}, {128, -1, 5}, {160, -1, 4}, {200, -1, 0}, {200, 2, 2}, {4096, -1, 0}, {8, 0, 0}, {128, 50, 50}} {
		o := &RateOptions{Steps: c.steps}
		if c.epochs >= 0 {
			o.Epochs = &c.epochs
		}
		if got := r.passes(o, 1000); got != c.want {
			t.Errorf("T = %d, %d passes asked for: %d, expected %d", c.steps, c.epochs, got, c.want)
		}
	}
}
