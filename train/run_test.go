package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func file(t testing.TB, elem ...string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestInterruptedAtAnyStep: a run that is stopped after any of its steps, and
// goes on, ends with the files of one that was not.
func TestInterruptedAtAnyStep(t *testing.T) {
	whole := toyTask(t, toyModel, toyTrain)
	want, err := Run(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	if want.Epochs != 3 {
		t.Fatalf("%d epochs were done, want 3", want.Epochs)
	}
	for stop := 1; stop <= 12; stop++ {
		t.Run(fmt.Sprint(stop), func(t *testing.T) {
			cut := toyTask(t, toyModel, toyTrain)
			ctx, cancel := context.WithCancel(t.Context())
			cut.Hooks = []Hook{hook{step: func(r StepReport) error {
				if r.Step == stop {
					cancel()
				}
				return nil
			}}}
			_, err := Run(ctx, cut)
			if !errors.Is(err, ErrInterrupted) || !strings.Contains(err.Error(), fmt.Sprintf("train: step %d of 12: ", stop)) {
				t.Fatalf("got %v", err)
			}
			if step, err := CheckpointStep(cut.Dir); err != nil || step != stop {
				t.Fatalf("the checkpoint is of step %d (%v)", step, err)
			}
			again := toyTask(t, toyModel, toyTrain)
			again.Dir, again.Resume = cut.Dir, true
			got, err := Run(t.Context(), again)
			if err != nil {
				t.Fatal(err)
			}
			if got.Epochs != want.Epochs || got.Best != want.Best {
				t.Errorf("ended as %+v, want %+v", got, want)
			}
			for _, name := range []string{ModelFile, MetricsFile, filepath.Join(checkpointDir, stepFile(12))} {
				if !bytes.Equal(file(t, cut.Dir, name), file(t, whole.Dir, name)) {
					t.Errorf("%s differs from that of an uninterrupted run", name)
				}
			}
			for i, p := range whole.Program.Params() {
				if !slices.Equal(p.Value, again.Program.Params()[i].Value) {
					t.Errorf("%s in the program differs", p.Name)
				}
			}
		})
	}
}

// unread is a source that fails a test when it is read.
type unread struct {
	toy
	t *testing.T
}

func (s unread) At(int, []float32) (int, error) {
	s.t.Error("the test part was read")
	return 0, nil
}

// TestReportsOfARun: what hooks are told, step by step. The test part is left alone.
func TestReportsOfARun(t *testing.T) {
	task := toyTask(t, toyModel, toyTrain)
	var steps []StepReport
	task.Parts.Test = unread{toy{n: 9}, t}
	seconds := 0
	task.Now = func() time.Time { seconds++; return time.Unix(int64(seconds), 0) }
	task.Hooks = []Hook{hook{step: func(r StepReport) error { steps = append(steps, r); return nil }}}
	if _, err := Run(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if len(steps) != 12 {
		t.Fatalf("%d steps were reported, want 12", len(steps))
	}
	for i, r := range steps {
		if r.Step != i+1 || r.Epoch != i/4+1 || r.Epochs != 3 || r.Batch != i%4+1 || r.Of != 4 {
			t.Errorf("step %d is reported as %+v", i+1, r)
		}
		if r.LR != task.Plan.rate(i, 12) || r.Norm <= 0 || r.Loss <= 0 || r.Accuracy < 0 || r.Accuracy > 1 {
			t.Errorf("step %d: %+v", i+1, r)
		}
		if r.PerSecond <= 0 || r.Remaining < 0 || i == 11 && r.Remaining != 0 {
			t.Errorf("step %d: %v samples/s, %v left", i+1, r.PerSecond, r.Remaining)
		}
	}
	if steps[11].LR >= steps[0].LR {
		t.Errorf("the learning rate went from %v to %v under a cosine", steps[0].LR, steps[11].LR)
	}
}

// TestTheBestEpochIsKept: the file and the program hold the network that was
// best on the validation part, which is not the last.
func TestTheBestEpochIsKept(t *testing.T) {
	// After two epochs the learning rate is so high that what was learned is lost.
	task := toyTask(t, toyModel, "{epochs: 6, batch: 8, optimizer: {kind: sgd, lr: 0.05}, select: loss}")
	task.Plan.Schedule = func(x float64) float64 {
		if x >= 0.5 {
			return 400
		}
		return 1
	}
	var kept []float32
	task.Hooks = []Hook{hook{epoch: func(e EpochReport) error {
		if e.Best {
			kept = slices.Clone(e.Network.Params()[0].Value)
		}
		return nil
	}}}
	result, err := Run(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if result.Epochs != 6 || result.Best < 1 || result.Best > 3 {
		t.Fatalf("epoch %d of %d was best, want one of the first three of 6", result.Best, result.Epochs)
	}
	if !slices.Equal(task.Program.Params()[0].Value, kept) {
		t.Error("the program holds another network than the best")
	}
	last := toyTask(t, toyModel, "{epochs: 2, batch: 8, select: last}")
	if r, err := Run(t.Context(), last); err != nil || r.Best != 2 {
		t.Errorf("select: last kept epoch %d (%v)", r.Best, err)
	}
}

// TestWarningsOfTheFirstBatch: silent and saturated layers are told once.
func TestWarningsOfTheFirstBatch(t *testing.T) {
	for weight, want := range map[string]string{
		"-5": `layers: layer "lif1" is silent: 100 % of its neurons fire no spike in the first batch; raise the weights`,
		"9":  `layers: layer "lif1" is saturated: its neurons fire 1.00 spikes a step in the first batch; lower the weights`,
	} {
		task := toyTask(t, fmt.Sprintf("  - {kind: linear, out: 12, bias: false, init: {kind: constant, value: %s}}\n  - {kind: lif, beta: 0.5, reset: none}\n  - {kind: linear, out: 3}\n  - {kind: li}", weight), toyTrain)
		var warnings []string
		task.Hooks = []Hook{hook{warn: func(text string) { warnings = append(warnings, text) }}}
		if _, err := Run(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		if len(warnings) != 1 || !strings.HasPrefix(warnings[0], want) {
			t.Errorf("weights of %s: warnings %q, want one of %q", weight, warnings, want)
		}
	}
}

// TestAPlanThatIsNotWhole and a run without samples are refused.
func TestAPlanThatIsNotWhole(t *testing.T) {
	task := toyTask(t, toyModel, toyTrain)
	task.Parts.Train = toy{}
	if _, err := Run(t.Context(), task); err == nil || !strings.Contains(err.Error(), "train: there is no training sample") {
		t.Errorf("no sample: %v", err)
	}
	task.Plan.Optimizer = nil
	if _, err := Run(t.Context(), task); err == nil || !strings.Contains(err.Error(), "no optimizer or schedule") {
		t.Errorf("no optimizer: %v", err)
	}
}
