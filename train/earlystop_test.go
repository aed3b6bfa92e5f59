package train

import (
	"errors"
	"testing"
)

// scripted runs early stopping over validation scores and returns the epoch
// after which it stops (0: never) and the epoch that is kept.
func scripted(p Plan, scores []Score) (stopped, best int) {
	l := &loop{Task: Task{Plan: p}}
	for i, s := range scores {
		l.improved(EpochReport{Epoch: i + 1, Validation: &s})
		if l.stopped() {
			return i + 1, l.Best.Epoch
		}
	}
	return 0, l.Best.Epoch
}

func TestEarlyStopping(t *testing.T) {
	for _, c := range []struct {
		name, yaml    string
		values        []float64 // accuracy, or loss with select: loss
		stopped, best int
	}{
		{"two epochs without", "early_stop: {patience: 2}", []float64{0.5, 0.6, 0.6, 0.55, 0.9}, 4, 2},
		{"an improvement starts the count again", "early_stop: {patience: 2}", []float64{0.5, 0.4, 0.6, 0.5, 0.7}, 0, 5},
		{"equal is no improvement", "early_stop: {patience: 1}", []float64{0.5, 0.5, 0.9}, 2, 1},
		{"below min_delta is none", "early_stop: {patience: 2, min_delta: 0.05}", []float64{0.5, 0.52, 0.54, 0.9}, 3, 3},
		{"min_delta counts from the last improvement", "early_stop: {patience: 2, min_delta: 0.05}", []float64{0.5, 0.53, 0.56, 0.59, 0.62, 0.63, 0.64}, 7, 7},
		{"loss", "{early_stop: {patience: 2}, select: loss}", []float64{2, 1, 1.5, 1.1, 0.1}, 4, 2},
		{"loss with min_delta", "{early_stop: {patience: 2, min_delta: 0.5}, select: loss}", []float64{2, 1.4, 1.3, 1.2, 0.1}, 4, 4},
		{"none asked for", "epochs: 9", []float64{0.5, 0.4, 0.3, 0.2}, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var scores []Score
			for _, v := range c.values {
				scores = append(scores, Score{Accuracy: v, Loss: v})
			}
			stopped, best := scripted(planOf(t, c.yaml), scores)
			if stopped != c.stopped || best != c.best {
				t.Errorf("stopped after epoch %d with the best %d, want %d and %d", stopped, best, c.stopped, c.best)
			}
		})
	}
}

// TestARunStopsEarly and is over: resumed, it does no further step.
func TestARunStopsEarly(t *testing.T) {
	yaml := "{epochs: 50, batch: 8, optimizer: {kind: sgd, lr: 1e-9, momentum: 0}, early_stop: {patience: 3, min_delta: 0.01}, select: loss}"
	task := toyTask(t, toyModel, yaml)
	result, err := Run(t.Context(), task)
	if err != nil || result.Epochs != 4 {
		t.Fatalf("%d epochs were done (%v), want 1 and 3 without improvement", result.Epochs, err)
	}
	again := toyTask(t, toyModel, yaml)
	again.Dir, again.Resume = task.Dir, true
	again.Hooks = []Hook{hook{step: func(StepReport) error { return errors.New("a step was done") }}}
	if r, err := Run(t.Context(), again); err != nil || r.Epochs != 4 {
		t.Errorf("resumed: %+v, %v", r, err)
	}
}
