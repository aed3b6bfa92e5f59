package train

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// stopped is a run that was interrupted after 6 of 12 steps, with checkpoints
// of step 4, the end of an epoch, and step 6.
func stopped(t *testing.T) Task {
	t.Helper()
	task := toyTask(t, toyModel, toyTrain)
	ctx, cancel := context.WithCancel(t.Context())
	task.Hooks = []Hook{hook{step: func(r StepReport) error {
		if r.Step == 6 {
			cancel()
		}
		return nil
	}}}
	if _, err := Run(ctx, task); err == nil {
		t.Fatal("the run was not interrupted")
	}
	return task
}

// resumed goes on with a run and returns its warnings.
func resumed(t *testing.T, of Task, change func(*Task)) (warnings []string, err error) {
	t.Helper()
	task := toyTask(t, toyModel, toyTrain)
	task.Dir, task.Resume = of.Dir, true
	task.Hooks = []Hook{hook{warn: func(text string) { warnings = append(warnings, text) }}}
	if change != nil {
		change(&task)
	}
	_, err = Run(t.Context(), task)
	return warnings, err
}

// wholeRun is the files of a run without interruption.
func wholeRun(t *testing.T) (network, metrics []byte) {
	t.Helper()
	whole := toyTask(t, toyModel, toyTrain)
	if _, err := Run(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	return file(t, whole.Dir, ModelFile), file(t, whole.Dir, MetricsFile)
}

func checkpointNames(t *testing.T, task Task) []string {
	t.Helper()
	var names []string
	for _, f := range checkpoints(filepath.Join(task.Dir, checkpointDir)) {
		names = append(names, filepath.Base(f))
	}
	return names
}

// TestTwoCheckpointsAreKept: the last and the one before, and nothing half-written.
func TestTwoCheckpointsAreKept(t *testing.T) {
	task := toyTask(t, toyModel, strings.Replace(toyTrain, "{", "{save_every: 1, ", 1))
	if _, err := Run(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if got, want := checkpointNames(t, task), []string{stepFile(11), stepFile(12)}; !reflect.DeepEqual(got, want) {
		t.Errorf("kept are %v, want %v", got, want)
	}
	if entries, err := os.ReadDir(filepath.Join(task.Dir, checkpointDir)); err != nil || len(entries) != 2 {
		t.Errorf("%d files in the folder (%v)", len(entries), err)
	}
}

// TestDamagedCheckpoints: whatever happened to the newest, it is named, the
// one before is taken, and the run ends with the same files.
func TestDamagedCheckpoints(t *testing.T) {
	network, metrics := wholeRun(t)
	for name, damage := range map[string]func(raw []byte) []byte{
		"empty":         func([]byte) []byte { return nil },
		"one byte":      func(raw []byte) []byte { return raw[:1] },
		"cut in half":   func(raw []byte) []byte { return raw[:len(raw)/2] },
		"last byte cut": func(raw []byte) []byte { return raw[:len(raw)-1] },
		"a bit flipped": func(raw []byte) []byte { raw[len(raw)/2] ^= 8; return raw },
		"text flipped":  func(raw []byte) []byte { return bytes.Replace(raw, []byte(`stale`), []byte(`stalf`), 1) },
		"another file":  func([]byte) []byte { return []byte("%PDF-1.7") },
		"a network":     func([]byte) []byte { return network },
	} {
		t.Run(name, func(t *testing.T) {
			task := stopped(t)
			newest := filepath.Join(task.Dir, checkpointDir, stepFile(6))
			if err := os.WriteFile(newest, damage(file(t, newest)), 0o644); err != nil {
				t.Fatal(err)
			}
			warnings, err := resumed(t, task, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(warnings) != 1 || !strings.HasPrefix(warnings[0], "train: checkpoint "+newest+": ") || !strings.HasSuffix(warnings[0], "; going on from "+stepFile(4)) {
				t.Errorf("warnings %q do not name the damaged file and the one taken", warnings)
			}
			if !bytes.Equal(file(t, task.Dir, ModelFile), network) || !bytes.Equal(file(t, task.Dir, MetricsFile), metrics) {
				t.Error("the run ended with other files than one without interruption")
			}
		})
	}
}

// TestFaultsOfCheckpoints: what cannot be resumed is told, with what was found.
func TestFaultsOfCheckpoints(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(t *testing.T, dir string)
		change func(*Task)
		want   []string
	}{
		"none is whole": {spoil: func(t *testing.T, dir string) {
			for _, f := range checkpoints(dir) {
				if err := os.Truncate(f, 40); err != nil {
					t.Fatal(err)
				}
			}
		}, want: []string{stepFile(4), stepFile(6), "damaged"}},
		"none is there": {spoil: func(t *testing.T, dir string) {
			for _, f := range checkpoints(dir) {
				if err := os.Remove(f); err != nil {
					t.Fatal(err)
				}
			}
		}, want: []string{"holds no checkpoint; start anew without --resume"}},
		"another config": {change: func(task *Task) { task.Hash = "other" }, want: []string{"the checkpoint was made with another config"}},
		"another network": {change: func(task *Task) {
			task.Program = toyTask(t, strings.Replace(toyModel, "out: 12", "out: 13", 1), toyTrain).Program
		}, want: []string{"the checkpoint does not fit the network", "param.hidden.weight", "buffer.batch-norm1."}},
		"another optimizer": {change: func(task *Task) { task.Plan.Optimizer = planOf(t, "optimizer: sgd").Optimizer }, want: []string{"the checkpoint does not fit the network", "optimizer.velocity.hidden.weight"}},
	} {
		t.Run(name, func(t *testing.T) {
			task := stopped(t)
			if c.spoil != nil {
				c.spoil(t, filepath.Join(task.Dir, checkpointDir))
			}
			_, err := resumed(t, task, c.change)
			for _, part := range c.want {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("the message lacks %q: %v", part, err)
				}
			}
		})
	}
}

// TestACheckpointThatCannotBeWritten leaves those before, and says so.
func TestACheckpointThatCannotBeWritten(t *testing.T) {
	task := stopped(t)
	inTheWay := filepath.Join(task.Dir, checkpointDir, stepFile(8), "x")
	if err := os.MkdirAll(inTheWay, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := resumed(t, task, nil)
	if err == nil || !strings.Contains(err.Error(), "train: checkpoint of step 8: not written: ") || !strings.Contains(err.Error(), "the one before is kept") {
		t.Errorf("got %v", err)
	}
	if err := os.RemoveAll(filepath.Dir(inTheWay)); err != nil {
		t.Fatal(err)
	}
	if got, want := checkpointNames(t, task), []string{stepFile(4), stepFile(6)}; !reflect.DeepEqual(got, want) {
		t.Errorf("kept are %v, want %v", got, want)
	}
	if entries, err := os.ReadDir(filepath.Join(task.Dir, checkpointDir)); err != nil || len(entries) != 2 {
		t.Errorf("%d files in the folder (%v)", len(entries), err)
	}
}

// TestMetricsOfAnEpochThatIsDoneAgain: a kill between the line and the
// checkpoint of an epoch does not leave the line twice, nor half of it.
func TestMetricsOfAnEpochThatIsDoneAgain(t *testing.T) {
	_, metrics := wholeRun(t)
	second := bytes.SplitAfter(metrics, []byte("\n"))[1]
	for _, left := range [][]byte{second, second[:len(second)/2]} {
		task := stopped(t)
		f, err := os.OpenFile(filepath.Join(task.Dir, MetricsFile), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(left); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if _, err := resumed(t, task, nil); err != nil {
			t.Fatal(err)
		}
		if got := file(t, task.Dir, MetricsFile); !bytes.Equal(got, metrics) {
			t.Errorf("left\n%s\nended with\n%s", left, got)
		}
	}
}
