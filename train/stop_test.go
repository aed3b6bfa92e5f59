package train

import (
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
