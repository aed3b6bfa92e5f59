package train

import (
	"math"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/layers"
)

// TestMismatchIsOneChipAStep: weights deviate by σ during a step and are as before
// after it, one step differs from the next, and a gradient is that of the chain rule.
func TestMismatchIsOneChipAStep(t *testing.T) {
	weight := layers.Param{Name: "a.weight", Decay: true, Value: make([]float32, 4000), Grad: make([]float32, 4000)}
	bias := layers.Param{Name: "a.bias", Value: []float32{3}, Grad: []float32{5}}
	for i := range weight.Value {
		weight.Value[i], weight.Grad[i] = 2, 10
	}
	params := []layers.Param{weight, bias}
	m := mismatch{sigma: 0.1}
	var seen [][]float32
	for _, step := range []uint64{1, 2, 1} {
		m.disturb(params, 7, step)
		seen = append(seen, slices.Clone(weight.Value))
		m.restore(params)
		if weight.Value[0] != 2 || weight.Value[3999] != 2 {
			t.Fatal("the weights were not put back")
		}
	}
	if slices.Equal(seen[0], seen[1]) || !slices.Equal(seen[0], seen[2]) {
		t.Error("steps 1, 2 and 1 again: expected two different draws and the first once more")
	}
	var mean, square float64
	for _, w := range seen[0] {
		x := float64(w)/2 - 1
		mean, square = mean+x/4000, square+x*x/4000
	}
	if math.Abs(mean) > 0.007 || math.Abs(math.Sqrt(square)-0.1) > 0.006 {
		t.Errorf("mean %g, deviation %g, expected 0 and 0.1", mean, math.Sqrt(square))
	}
	want := float32(10)
	for _, s := range seen {
		want *= s[17] / 2
	}
	if math.Abs(float64(weight.Grad[17]-want)) > 1e-4 {
		t.Errorf("gradient %g, by the chain rule %g", weight.Grad[17], want)
	}
	if bias.Value[0] != 3 || bias.Grad[0] != 5 {
		t.Error("a bias was changed")
	}
}

// TestMismatchResumes: a run that deviates ends with the same bits when it was
// interrupted, and with others than one that does not deviate.
func TestMismatchResumes(t *testing.T) {
	const deviating = "{epochs: 2, batch: 8, mismatch: 0.2, optimizer: {kind: adamw, lr: 0.05}}"
	run := func(yaml string) []byte {
		task := toyTask(t, toyModel, yaml)
		if _, err := Run(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		return file(t, task.Dir, "model.safetensors")
	}
	if a := run(deviating); !slices.Equal(a, run(deviating)) || slices.Equal(a, run("{epochs: 2, batch: 8, optimizer: {kind: adamw, lr: 0.05}}")) {
		t.Error("the same seed gave other bits, or mismatch changed nothing")
	}
}
