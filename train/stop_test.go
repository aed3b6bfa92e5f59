package train

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

// TestAHookThatFails stops the run; what was learned is in a checkpoint.
func TestAHookThatFails(t *testing.T) {
	full := errors.New("the event file is full")
	for name, h := range map[string]hook{
		"step":  {step: func(r StepReport) error { return map[bool]error{true: full}[r.Step == 6] }},
		"epoch": {epoch: func(e EpochReport) error { return map[bool]error{true: full}[e.Epoch == 2] }},
	} {
		task := toyTask(t, toyModel, toyTrain)
		task.Hooks = []Hook{h}
		if _, err := Run(t.Context(), task); !errors.Is(err, full) {
			t.Errorf("%s: got %v", name, err)
		}
		if step, err := CheckpointStep(task.Dir); err != nil || step != map[string]int{"step": 6, "epoch": 8}[name] {
			t.Errorf("%s: the checkpoint is of step %d (%v)", name, step, err)
		}
	}
}

// stopper is a source that cancels a run when one of its samples is read.
type stopper struct {
	toy
	at     int
	cancel func()
}

func (s stopper) At(i int, dst []float32) (int, error) {
	if i == s.at {
		s.cancel()
	}
	return s.toy.At(i, dst)
}

// TestInterruptedWhileItJudges: the validation after an epoch is stopped too,
// and done again by the run that goes on.
func TestInterruptedWhileItJudges(t *testing.T) {
	whole, cut, again := toyTask(t, toyModel, toyTrain), toyTask(t, toyModel, toyTrain), toyTask(t, toyModel, toyTrain)
	if _, err := Run(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cut.Parts.Validation = stopper{toy{n: 9, first: 100}, 8, cancel}
	if _, err := Run(ctx, cut); !errors.Is(err, ErrInterrupted) {
		t.Fatalf("got %v", err)
	}
	if step, err := CheckpointStep(cut.Dir); err != nil || step != 4 {
		t.Fatalf("the checkpoint is of step %d (%v), want the end of the first epoch", step, err)
	}
	if m, err := ReadMetrics(cut.Dir); err != nil || len(m) != 0 {
		t.Errorf("metrics of an epoch that was not judged: %v, %v", m, err)
	}
	again.Dir, again.Resume = cut.Dir, true
	if _, err := Run(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{ModelFile, MetricsFile} {
		if !bytes.Equal(file(t, cut.Dir, name), file(t, whole.Dir, name)) {
			t.Errorf("%s differs from that of an uninterrupted run", name)
		}
	}
	if _, err := Evaluate(ctx, whole.Program, whole.Parts.Test, EvalOptions{Encoder: whole.Encoder, Batch: 4}); !errors.Is(err, context.Canceled) {
		t.Errorf("an evaluation went on after its context: %v", err)
	}
}
