package train

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestALossThatIsNotFiniteOnTheValidationPart is a divergence like one in a step.
func TestALossThatIsNotFiniteOnTheValidationPart(t *testing.T) {
	task := toyTask(t, "  - {kind: linear, name: only, out: 3}\n  - {kind: li, beta: 0.9}", "{epochs: 2, batch: 30, optimizer: {kind: sgd, lr: 1e38, momentum: 0}}")
	_, err := Run(t.Context(), task)
	for _, part := range []string{"train: step 1 (epoch 1, batch 1)", "validation", "the first value that is not finite is in", "lower the learning rate or set clip"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the message lacks %q: %v", part, err)
		}
	}
	for _, name := range []string{ModelFile, MetricsFile} {
		if _, err := os.Stat(filepath.Join(task.Dir, name)); err == nil {
			t.Errorf("%s was written of a network that has diverged", name)
		}
	}
}

// TestEvaluateRefusesScoresThatAreNotFinite, for a network that diverged in its last step.
func TestEvaluateRefusesScoresThatAreNotFinite(t *testing.T) {
	task := toyTask(t, "  - {kind: linear, name: only, out: 3}\n  - {kind: li, beta: 0.9}", "{epochs: 1, batch: 30, optimizer: {kind: sgd, lr: 1e38, momentum: 0}}")
	task.Parts.Validation = nil
	if _, err := Run(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	_, err := Evaluate(t.Context(), task.Program, task.Parts.Test, EvalOptions{Encoder: task.Encoder, Batch: 9})
	if err == nil || !strings.Contains(err.Error(), "train: a score is not finite in the batch that ends with sample 9: the first value that is not finite is in ") {
		t.Errorf("got %v", err)
	}
}
